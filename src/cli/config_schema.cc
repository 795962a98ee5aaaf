// SPDX-License-Identifier: Apache-2.0
#include "src/cli/config_schema.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "src/config/keys.h"

namespace wecan {
namespace {

Json SectionSchema(const std::string& prefix);

Json WordsSchema(const ConfigKey& key) {
  Json words = Json::array();
  for (absl::string_view word : absl::StrSplit(key.values, ' ')) words.push_back(Text(word));
  return words;
}

// A string that the key takes; nothing empty but the core group and values of labels.
Json TextSchema(const ConfigKey& key) {
  if (!key.values.empty()) return {{"enum", WordsSchema(key)}};
  Json schema = {{"type", "string"}};
  const bool may_be_empty = key.type == KeyType::kMap || key.name == "ignore[].group";
  if (!may_be_empty) schema["minLength"] = 1;
  if (key.name == "ignore[].expires") schema["format"] = "date";
  return schema;
}

Json IgnoreSchema() {
  Json item = SectionSchema("ignore[].");
  item["required"] = {"rule", "reason"};
  item["anyOf"] = Json::array();
  for (const char* selector : {"group", "kind", "namespace", "name"})
    item["anyOf"].push_back({{"required", {selector}}});
  return {{"type", "array"}, {"items", item}};
}

Json KeySchema(const ConfigKey& key) {
  switch (key.type) {
    case KeyType::kSection:
      return SectionSchema(absl::StrCat(key.name, "."));
    case KeyType::kText:
      return TextSchema(key);
    case KeyType::kNumber:
      return key.name == "version" ? Json{{"const", 1}} : Json{{"type", "integer"}, {"minimum", 1}};
    case KeyType::kVersion:
      return {{"type", {"string", "number"}}};
    case KeyType::kFlag:
      return {{"type", "boolean"}};
    case KeyType::kList:
      return {{"anyOf", {TextSchema(key), {{"type", "array"}, {"items", TextSchema(key)}}}}};
    case KeyType::kMap:
      return {{"type", "object"},
              {"propertyNames", {{"minLength", 1}}},
              {"additionalProperties", TextSchema(key)}};
    case KeyType::kItems:
      return IgnoreSchema();
  }
  return {};
}

// The mapping of the keys directly below `prefix` ("", "agent.", "ignore[]."); as deep as the
// table.
Json SectionSchema(const std::string& prefix) {
  Json properties = Json::object();
  for (const ConfigKey& key : ConfigKeys()) {
    absl::string_view name = key.name;
    if (!absl::ConsumePrefix(&name, prefix) || name.find_first_of(".[") != name.npos) continue;
    Json property = {{"description", Text(key.description)}};
    property.update(KeySchema(key));
    if (key.type == KeyType::kText && !key.fallback.empty())
      property["default"] = Text(key.fallback);
    properties[std::string(name)] = std::move(property);
  }
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
}

}  // namespace

Json ConfigSchema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"$id", "urn:wecan:schema:config-v1"},
                 {"title", ".wecan.yaml"},
                 {"description", "The configuration of wecan. An empty file is one, too."}};
  schema.update(SectionSchema(""));
  return schema;
}

}  // namespace wecan
