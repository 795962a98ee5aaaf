// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/from_yaml.h"

#include <yaml-cpp/yaml.h>

namespace wecan {
namespace {

Json FromNode(const YAML::Node& node) {
  if (node.IsMap()) {
    Json json = Json::object();
    for (const auto& kv : node) json[kv.first.Scalar()] = FromNode(kv.second);
    return json;
  }
  if (node.IsSequence()) {
    Json json = Json::array();
    for (const YAML::Node& item : node) json.push_back(FromNode(item));
    return json;
  }
  if (node.IsNull()) return nullptr;
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted
  const Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() || json.is_string() ? Json(text) : json;
}

}  // namespace

Json JsonFromYaml(const std::string& yaml) { return FromNode(YAML::Load(yaml)); }

}  // namespace wecan
