// SPDX-License-Identifier: Apache-2.0
// The text of a configuration file to values, checked against the table of keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "src/config/keys.h"

namespace wecan {

// One scalar: the value of a key, an item of its list, or an entry of its map.
struct ConfigEntry {
  std::string name;  // in maps
  std::string text;
  uint32_t line = 0, column = 0;  // 1-based, columns in code points

  friend bool operator==(const ConfigEntry&, const ConfigEntry&) = default;
};

struct ConfigValue {
  const ConfigKey* key = nullptr;  // in the static table
  std::vector<ConfigEntry> entries;
  uint32_t line = 0, column = 0;  // of the key

  friend bool operator==(const ConfigValue&, const ConfigValue&) = default;
};

// One item of `ignore`. Selectors are globs; "" selects all.
struct IgnoreRule {
  std::string rule;  // as written: an id, a name, or "all"
  std::string kind, namespace_, name;
  bool has_group = false;  // the core group is ""
  std::string group;
  std::string reason;
  std::string expires;  // YYYY-MM-DD, or ""
  uint32_t line = 0, column = 0;

  friend bool operator==(const IgnoreRule&, const IgnoreRule&) = default;
};

// All of them, and the file that they stand in.
struct IgnoreRules {
  std::string path;
  std::vector<IgnoreRule> rules;
};

struct ConfigFile {
  std::string path;
  std::vector<ConfigValue> values;  // in the order of the file; without `ignore`
  std::vector<IgnoreRule> ignores;
};

// Which file it is: the user's own may say less.
enum class ConfigKind { kProject, kUser };

constexpr uint64_t kMaxConfigBytes = uint64_t{1} << 20;

// Relative paths in it are made to start where `path` does. An empty file is one without values.
// InvalidArgument "PATH:LINE:COL: KEY: what is wrong" for the first error in it.
absl::StatusOr<ConfigFile> ReadConfig(const std::string& path, absl::string_view text,
                                      ConfigKind kind);

}  // namespace wecan
