// SPDX-License-Identifier: Apache-2.0
// wecan config: the settings that hold and where they come from; the keys that there are.
#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/base/utf8.h"
#include "src/cli/commands.h"
#include "src/cli/config_schema.h"
#include "src/cli/print.h"
#include "src/cli/settings.h"
#include "src/cli/setup.h"
#include "src/output/json.h"
#include "src/output/style.h"
#include "src/output/version.h"

namespace wecan {
namespace {

const std::vector<std::string> kFormats = {"text", "json", "yaml"};
constexpr size_t kWidestText = 40;  // longer values push the rest of their line to the right

// ---- the settings

struct Row {
  std::string key, text, origin;
};

// A list is one row, a map one for each name; what nobody has set and has no default is left out.
void AddRows(const Setting& setting, std::vector<Row>& rows) {
  if (setting.values.empty()) return;
  if (setting.key->type == KeyType::kMap) {
    for (const SettingValue& v : setting.values)
      rows.push_back({absl::StrCat(setting.key->name, ".", v.name), v.text, OriginText(v.origin)});
    return;
  }
  std::string all =
      absl::StrJoin(setting.values, ", ",
                    [](std::string* out, const SettingValue& v) { absl::StrAppend(out, v.text); });
  rows.push_back(
      {std::string(setting.key->name), std::move(all), OriginText(setting.values[0].origin)});
}

std::string SettingsText(const Settings& settings) {
  std::vector<Row> rows;
  for (const Setting& setting : settings.settings) AddRows(setting, rows);
  size_t key_width = 0, text_width = 0;
  for (Row& row : rows) {
    row = {Printable(row.key), Printable(row.text), Printable(row.origin)};
    key_width = std::max(key_width, CountCodePoints(row.key));
    text_width = std::max(text_width, std::min(CountCodePoints(row.text), kWidestText));
  }
  std::string text;
  for (const Row& row : rows)
    absl::StrAppend(&text, Pad(row.key, key_width), "  ", Pad(row.text, text_width), "  ",
                    row.origin, "\n");
  return text;
}

Json OriginJson(const SettingOrigin& origin) {
  switch (origin.kind) {
    case OriginKind::kDefault:
      return {{"from", "default"}};
    case OriginKind::kFile:
      return {{"from", "file"}, {"file", Text(origin.name)}, {"line", origin.line}};
    case OriginKind::kVariable:
      return {{"from", "environment"}, {"variable", Text(origin.name)}};
    case OriginKind::kFlag:
      return {{"from", "flag"}, {"flag", Text(origin.name)}};
  }
  return {};
}

Json ValueJson(const ConfigKey& key, const std::string& text) {
  if (key.type == KeyType::kFlag) return text == "true";
  if (key.type == KeyType::kNumber) return Json::parse(text, nullptr, false);
  return Text(text);
}

Json SettingsJson(const Settings& settings) {
  Json json = {{"schemaVersion", "1.0"},
               {"kind", "ConfigReport"},
               {"tool", {{"name", "wecan"}, {"version", kVersion}}},
               {"files", settings.files},
               {"settings", Json::array()}};
  for (const Setting& setting : settings.settings) {
    Json values = Json::array();
    for (const SettingValue& v : setting.values) {
      Json value = Json::object();
      if (!v.name.empty()) value["name"] = v.name;
      value["value"] = ValueJson(*setting.key, v.text);
      value["origin"] = OriginJson(v.origin);
      values.push_back(std::move(value));
    }
    json["settings"].push_back({{"key", Text(setting.key->name)}, {"values", std::move(values)}});
  }
  return json;
}

// ---- the keys

std::string ValuesInWords(const ConfigKey& key) {
  if (!key.values.empty()) return absl::StrReplaceAll(key.values, {{" ", "|"}});
  switch (key.type) {
    case KeyType::kSection:
    case KeyType::kText:
      return "";
    case KeyType::kNumber:
      return "number";
    case KeyType::kVersion:
      return "X.Y";
    case KeyType::kFlag:
      return "true|false";
    case KeyType::kList:
    case KeyType::kItems:
      return "list";
    case KeyType::kMap:
      return "map";
  }
  return "";
}

std::string KeysText() {
  std::string text;
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.type == KeyType::kSection) continue;
    std::vector<std::string> notes;
    if (const std::string values = ValuesInWords(key); !values.empty()) notes.push_back(values);
    if (!key.flag.empty()) notes.emplace_back(key.flag);
    if (!key.variable.empty()) notes.emplace_back(key.variable);
    if (const std::string usual = FallbackText(key); !usual.empty())
      notes.push_back(absl::StrCat("default ", usual));
    absl::StrAppend(&text, Pad(key.name, 22), " ", key.description,
                    notes.empty() ? "" : absl::StrCat(" (", absl::StrJoin(notes, ", "), ")"), "\n");
  }
  return text;
}

Json KeysJson() {
  Json json = {{"schemaVersion", "1.0"}, {"kind", "ConfigKeyList"}, {"keys", Json::array()}};
  for (const ConfigKey& key : ConfigKeys()) {
    json["keys"].push_back({{"key", Text(key.name)},
                            {"description", Text(key.description)},
                            {"flag", Text(key.flag)},
                            {"variable", Text(key.variable)},
                            {"values", Text(key.values)},
                            {"default", FallbackText(key)},
                            {"userFile", key.user}});
  }
  return json;
}

absl::StatusOr<ExitCode> Config(const Options& options, Environment& environment) {
  if (options.schema) {
    const Json schema = ConfigSchema();
    return PrintResult(options, DumpJson(schema), schema, environment);
  }
  if (options.keys) return PrintResult(options, KeysText(), KeysJson(), environment);
  WECAN_ASSIGN_OR_RETURN(const Settings settings, ResolveSettings(options, environment));
  return PrintResult(options, SettingsText(settings), SettingsJson(settings), environment);
}

}  // namespace

ExitCode RunConfig(const Options& options, Environment& environment) {
  return Finish(Config(options, environment), environment);
}

}  // namespace wecan
