// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/testing/run.h"

namespace wecan {

// What `wecan check FILES FLAGS` prints, for files in memory.
inline std::string CheckFiles(const std::map<std::string, std::string>& files,
                              const std::vector<std::string>& flags) {
  MemoryFileSystem memory(files);
  std::vector<std::string> words = {"check"};
  for (const auto& [path, text] : files) words.push_back(path);
  words.insert(words.end(), flags.begin(), flags.end());
  return Run(words, "", &memory).out;
}

inline std::string StorageClassYaml(const std::string& name) {
  return "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: " + name +
         "}\nreclaimPolicy: Delete\nvolumeBindingMode: Immediate\n---\n";
}

inline std::string QuotaYaml(const std::string& ns) {
  return "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: quota, namespace: " + ns +
         "}\n---\n";
}

inline constexpr char kCleanYaml[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";

}  // namespace wecan
