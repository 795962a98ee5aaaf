// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "src/generator/data.h"

namespace wecan {
namespace {

namespace fs = std::filesystem;

YAML::Node Load(const fs::path& path) {
  try {
    return YAML::LoadFile(path.string());
  } catch (const std::exception& e) {
    throw std::runtime_error(path.string() + ": " + e.what());
  }
}

std::vector<fs::path> YamlFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The numbers of a release, for ordering.
std::vector<int> ReleaseKey(const std::string& release) {
  std::vector<int> key;
  std::string digits;
  for (char c : release + ".") {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (!digits.empty()) {
      key.push_back(std::stoi(digits));
      digits.clear();
    }
  }
  return key;
}

}  // namespace

Data LoadData(const std::string& root_text) {
  const fs::path root = root_text;
  Data data;
  for (const fs::path& path : YamlFiles(root / "rules/catalogue")) {
    if (path.filename() == "builtin.yaml") {
      data.builtin = Load(path);
    } else {
      data.custom.push_back(Load(path));
    }
  }
  data.strategies = Load(root / "rules/strategies.yaml");
  data.kinds = Load(root / "rules/kinds.yaml");
  data.refusals = Load(root / "rules/refusals.yaml");
  data.agent_requests = Load(root / "rules/agent_requests.yaml");
  for (const fs::path& path : YamlFiles(root / "rules/findings"))
    data.findings.push_back(Load(path));
  for (const fs::path& path : YamlFiles(root / "policies/ocm")) data.ocm.push_back(Load(path));
  std::sort(data.ocm.begin(), data.ocm.end(), [](const YAML::Node& a, const YAML::Node& b) {
    return ReleaseKey(a["releases"][0].as<std::string>()) <
           ReleaseKey(b["releases"][0].as<std::string>());
  });
  data.releases = Load(root / "policies/releases.yaml");
  data.user_facing_roles = Load(root / "policies/kubernetes/user-facing-roles.yaml");
  data.default_roles = Load(root / "policies/kubernetes/default-roles.yaml");
  data.guardrails = Load(root / "policies/guardrails.yaml");
  return data;
}

std::string Text(const YAML::Node& node, const char* key) {
  const YAML::Node value = node[key];
  return value && value.IsScalar() ? value.Scalar() : "";
}

std::vector<std::string> List(const YAML::Node& node, const char* key) {
  std::vector<std::string> list;
  const YAML::Node value = node[key];
  if (value && value.IsSequence()) {
    for (const YAML::Node& item : value) list.push_back(item.Scalar());
  } else if (value && value.IsScalar()) {
    list.push_back(value.Scalar());
  }
  return list;
}

}  // namespace wecan
