// SPDX-License-Identifier: Apache-2.0
#include "src/cli/settings.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/flag_values.h"
#include "src/cli/setup.h"
#include "src/config/find.h"

namespace wecan {
namespace {

// ---- keys and options

using Field = std::variant<std::string*, bool*, std::vector<std::string>*>;

struct KeyOptions {
  absl::string_view key;
  Field (*flag)(Options&);            // where the flag puts its value
  Field (*file)(Options&) = nullptr;  // where a file's goes, if elsewhere
};

constexpr KeyOptions kKeyOptions[] = {
    {"agent.profile", [](Options& o) -> Field { return &o.agent.profile; }},
    {"agent.mode", [](Options& o) -> Field { return &o.agent.mode; }},
    {"agent.kubernetes", [](Options& o) -> Field { return &o.agent.kubernetes; }},
    {"agent.namespace", [](Options& o) -> Field { return &o.agent.namespace_; }},
    {"agent.serviceAccount", [](Options& o) -> Field { return &o.agent.service_account; }},
    {"agent.klusterlet", [](Options& o) -> Field { return &o.agent.klusterlet; }},
    {"agent.executor", [](Options& o) -> Field { return &o.agent.executor; }},
    {"paths", [](Options& o) -> Field { return &o.input.config_paths; }},
    {"exclude", [](Options& o) -> Field { return &o.input.exclude; }},
    {"crds", [](Options& o) -> Field { return &o.input.crds; }},
    {"load", [](Options& o) -> Field { return &o.input.load; }},
    {"wecs.contexts", [](Options& o) -> Field { return &o.cluster.config_contexts; }},
    {"wecs.map", [](Options& o) -> Field { return &o.cluster.map; }},
    {"wecs.requestTimeout", [](Options& o) -> Field { return &o.cluster.request_timeout; }},
    {"wecs.parallel", [](Options& o) -> Field { return &o.cluster.parallel; }},
    {"wecs.method", [](Options& o) -> Field { return &o.cluster.method; }},
    {"fix.strategy", [](Options& o) -> Field { return &o.fix.strategy; }},
    {"fix.file", [](Options& o) -> Field { return &o.fix.out; }},
    {"fix.name", [](Options& o) -> Field { return &o.fix.name; }},
    {"fix.labels", [](Options& o) -> Field { return &o.fix.labels; }},
    {"fix.verbs", [](Options& o) -> Field { return &o.fix.verbs; }},
    {"fix.resourceNames", [](Options& o) -> Field { return &o.fix.resource_names; }},
    {"fix.wrap", [](Options& o) -> Field { return &o.fix.wrap; }},
    {"failOn", [](Options& o) -> Field { return &o.policy.fail_on; }},
    {"rules", [](Options& o) -> Field { return &o.policy.rules; },
     [](Options& o) -> Field { return &o.policy.config_rules; }},
    {"baseline", [](Options& o) -> Field { return &o.policy.baseline; }},
    {"output", [](Options& o) -> Field { return &o.output.outputs; }},
    {"color", [](Options& o) -> Field { return &o.global.color; }},
};

const KeyOptions* OptionsOf(const ConfigKey& key) {
  const auto* places = std::find_if(std::begin(kKeyOptions), std::end(kKeyOptions),
                                    [&](const KeyOptions& b) { return b.key == key.name; });
  return places == std::end(kKeyOptions) ? nullptr : places;
}

std::vector<std::string> Read(const Field& field) {
  if (const auto* text = std::get_if<std::string*>(&field)) return {**text};
  if (const auto* flag = std::get_if<bool*>(&field)) return {**flag ? "true" : "false"};
  return *std::get<std::vector<std::string>*>(field);
}

void Write(const Field& field, std::vector<std::string> texts) {
  if (const auto* text = std::get_if<std::string*>(&field)) {
    **text = texts.empty() ? "" : std::move(texts[0]);
  } else if (const auto* flag = std::get_if<bool*>(&field)) {
    **flag = !texts.empty() && texts[0] == "true";
  } else {
    *std::get<std::vector<std::string>*>(field) = std::move(texts);
  }
}

bool IsGiven(const ConfigKey& key, const Options& options) {
  return !key.flag.empty() && options.given.count(std::string(key.flag)) > 0;
}

// ---- from weak to strong; each source replaces what the ones before it say, in maps by name

void Put(Setting& setting, SettingValue value) {
  const auto same = std::find_if(setting.values.begin(), setting.values.end(),
                                 [&](const SettingValue& v) { return v.name == value.name; });
  const bool map = setting.key->type == KeyType::kMap;
  if (map && same != setting.values.end()) {
    *same = std::move(value);
  } else {
    setting.values.push_back(std::move(value));
  }
}

void Replace(Setting& setting, std::vector<SettingValue> values) {
  if (setting.key->type != KeyType::kMap) setting.values.clear();
  for (SettingValue& value : values) Put(setting, std::move(value));
}

void ReplaceByTexts(Setting& setting, const std::vector<std::string>& texts,
                    const SettingOrigin& origin) {
  std::vector<SettingValue> values;
  for (const std::string& text : texts) {
    SettingValue value{.text = text, .origin = origin};
    if (setting.key->type == KeyType::kMap) {
      std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
      value.name = std::move(parts.first);
      value.text = std::move(parts.second);
    }
    values.push_back(std::move(value));
  }
  Replace(setting, std::move(values));
}

void TakeDefault(Setting& setting) {
  const std::string text = FallbackText(*setting.key);
  if (!text.empty()) ReplaceByTexts(setting, {text}, {});
}

void TakeFile(Setting& setting, const ConfigFile& file) {
  for (const ConfigValue& value : file.values) {
    if (value.key != setting.key) continue;
    std::vector<SettingValue> values;
    for (const ConfigEntry& e : value.entries)
      values.push_back({e.name, e.text, {OriginKind::kFile, file.path, e.line}});
    Replace(setting, std::move(values));
  }
}

absl::Status TakeVariable(Setting& setting, const Environment& environment) {
  const ConfigKey& key = *setting.key;
  const std::string name(key.variable);
  if (name.empty()) return absl::OkStatus();
  const std::optional<std::string> text = environment.variable(name);
  if (!text) return absl::OkStatus();
  const std::vector<std::string> texts =
      key.type == KeyType::kList ? absl::StrSplit(*text, ',') : std::vector<std::string>{*text};
  for (const std::string& t : texts) {
    if (const absl::Status why = key.check(t); !why.ok())
      return absl::InvalidArgumentError(absl::StrCat(name, ": ", why.message()));
  }
  ReplaceByTexts(setting, texts, {OriginKind::kVariable, name});
  return absl::OkStatus();
}

// Other commands refuse a bad value when they use it; `wecan config` uses none.
absl::Status CheckFlag(const Setting& setting) {
  const ConfigKey& key = *setting.key;
  for (const SettingValue& value : setting.values) {
    if (value.origin.kind != OriginKind::kFlag) continue;
    if (!key.values.empty())
      WECAN_RETURN_IF_ERROR(CheckOneOf(key.flag, value.text, FlagValues(key.flag)));
    const absl::Status why = key.check(key.type == KeyType::kMap ? value.name : value.text);
    if (!why.ok()) return absl::InvalidArgumentError(absl::StrCat(key.flag, ": ", why.message()));
  }
  return absl::OkStatus();
}

absl::Status TakeFlag(Setting& setting, const Options& options) {
  const KeyOptions* places = OptionsOf(*setting.key);
  // -o of `wecan config` is about its own output.
  if (options.command == "config" && setting.key->name == "output") return absl::OkStatus();
  if (places == nullptr || !IsGiven(*setting.key, options)) return absl::OkStatus();
  Options copy = options;
  // --agent is one flag for two keys.
  std::pair<std::string, std::string> account = absl::StrSplit(copy.agent.agent, ':');
  copy.agent.namespace_ = std::move(account.first);
  copy.agent.service_account = std::move(account.second);
  ReplaceByTexts(setting, Read(places->flag(copy)),
                 {OriginKind::kFlag, std::string(setting.key->flag)});
  return options.command == "config" ? CheckFlag(setting) : absl::OkStatus();
}

// Without a name of its own the ServiceAccount is called after the Klusterlet.
void FollowKlusterlet(Settings& settings) {
  const auto find = [&](absl::string_view key) {
    return std::find_if(settings.settings.begin(), settings.settings.end(),
                        [&](const Setting& s) { return s.key->name == key; });
  };
  const SettingValue& klusterlet = find("agent.klusterlet")->values[0];
  SettingValue& account = find("agent.serviceAccount")->values[0];
  if (account.origin.kind != OriginKind::kDefault) return;
  account.text = absl::StrCat(klusterlet.text, "-work-sa");
  account.origin = klusterlet.origin;
}

// ---- files

absl::StatusOr<ConfigFile> ReadFile(const std::string& path, ConfigKind kind,
                                    const FileSystem& files) {
  const absl::StatusOr<bool> directory = files.IsDirectory(path);
  if (directory.ok() && *directory) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": this is a folder; a configuration is a file"));
  }
  const absl::StatusOr<std::string> text = files.Read(path, kMaxConfigBytes);
  if (absl::IsOutOfRange(text.status())) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": larger than ", kMaxConfigBytes,
                                                   " bytes, too much for a configuration"));
  }
  if (!text.ok()) {
    return absl::Status(text.status().code(),
                        absl::StrCat("configuration ", text.status().message()));
  }
  return ReadConfig(path, *text, kind);
}

absl::StatusOr<std::vector<ConfigFile>> ReadFiles(const Options& options,
                                                  const Environment& environment) {
  const ConfigRequest request{.file = options.global.config, .no_config = options.global.no_config};
  const FileSystem& files = *environment.files;
  WECAN_ASSIGN_OR_RETURN(const std::string project,
                         FindProjectConfig(request, environment.variable, files));
  std::vector<ConfigFile> read;
  const auto add = [&](const std::string& path, ConfigKind kind) -> absl::Status {
    if (path.empty()) return absl::OkStatus();
    WECAN_ASSIGN_OR_RETURN(ConfigFile file, ReadFile(path, kind, files));
    read.push_back(std::move(file));
    return absl::OkStatus();
  };
  WECAN_RETURN_IF_ERROR(add(project, ConfigKind::kProject));
  WECAN_RETURN_IF_ERROR(
      add(FindUserConfig(request, environment.variable, files), ConfigKind::kUser));
  return read;
}

// ---- into the options

std::string OptionText(const ConfigKey& key, const SettingValue& value) {
  return key.type == KeyType::kMap ? absl::StrCat(value.name, "=", value.text) : value.text;
}

// Whether a file or a variable says so, to this command. A project's formats are those of its
// reports, so of check; who sets the variable means any command.
bool IsConfigured(const SettingValue& value, const ConfigKey& key, const std::string& command) {
  if (value.origin.kind == OriginKind::kVariable) return true;
  return value.origin.kind == OriginKind::kFile && (key.name != "output" || command == "check");
}

}  // namespace

std::string OriginText(const SettingOrigin& origin) {
  switch (origin.kind) {
    case OriginKind::kDefault:
      return "default";
    case OriginKind::kFile:
      return absl::StrCat(origin.name, ":", origin.line);
    case OriginKind::kVariable:
    case OriginKind::kFlag:
      return origin.name;
  }
  return "";
}

absl::StatusOr<Settings> ResolveSettings(const Options& options, const Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<ConfigFile> files, ReadFiles(options, environment));
  Settings settings;
  for (const ConfigFile& file : files) {
    settings.files.push_back(file.path);
    if (!file.ignores.empty()) settings.ignores = {file.path, file.ignores};
  }
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.type == KeyType::kSection || key.type == KeyType::kItems || key.name == "version" ||
        absl::StrContains(key.name, "[]"))
      continue;
    Setting setting{.key = &key};
    TakeDefault(setting);
    for (auto file = files.rbegin(); file != files.rend(); ++file) TakeFile(setting, *file);
    WECAN_RETURN_IF_ERROR(TakeVariable(setting, environment));
    WECAN_RETURN_IF_ERROR(TakeFlag(setting, options));
    settings.settings.push_back(std::move(setting));
  }
  FollowKlusterlet(settings);
  return settings;
}

void ApplySettings(const Settings& settings, Options& options) {
  options.policy.ignores = settings.ignores;
  for (const Setting& setting : settings.settings) {
    const KeyOptions* places = OptionsOf(*setting.key);
    if (places == nullptr) continue;
    std::vector<std::string> texts;
    for (const SettingValue& value : setting.values) {
      if (IsConfigured(value, *setting.key, options.command))
        texts.push_back(OptionText(*setting.key, value));
    }
    if (texts.empty()) continue;
    if (setting.key->name == "output") options.output.source = OriginText(setting.values[0].origin);
    const Field field = (places->file != nullptr ? places->file : places->flag)(options);
    if (setting.key->type == KeyType::kMap) {  // a flag for another name stays
      const std::vector<std::string> flags = Read(field);
      texts.insert(texts.end(), flags.begin(), flags.end());
    }
    Write(field, std::move(texts));
  }
  // Without a PATH they are what is checked, unless that is what a WDS holds.
  if (!options.input.paths.empty()) return;
  if (!options.cluster.wds.empty()) {
    options.input.config_paths.clear();
  } else if (options.command != "can-i") {
    options.input.paths.swap(options.input.config_paths);
  }
}

}  // namespace wecan
