// SPDX-License-Identifier: Apache-2.0
#include "src/config/read.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/base/utf8.h"
#include "analyzer/model/finding_rule.h"
#include "src/input/document.h"
#include "src/input/manifest_reader.h"
#include "src/input/parse.h"

namespace wecan {
namespace {

constexpr Budgets kBudgets = {
    .file_bytes = kMaxConfigBytes, .document_bytes = kMaxConfigBytes, .depth = 16, .nodes = 20'000};

// ---- paths

bool IsAbsolute(absl::string_view path) { return absl::StartsWith(path, "/"); }

std::string FromFolder(const std::string& folder, absl::string_view path) {
  if (folder.empty() || IsAbsolute(path)) return std::string(path);
  return std::filesystem::path(absl::StrCat(folder, path)).lexically_normal().string();
}

// `text` with the path in it as seen from where the file's own path is seen.
std::string Resolve(PathUse use, const std::string& folder, absl::string_view text) {
  switch (use) {
    case PathUse::kNone:
      return std::string(text);
    case PathUse::kPath:
      return FromFolder(folder, text);
    case PathUse::kGlob:
      return absl::StartsWith(text, "**") ? std::string(text) : FromFolder(folder, text);
    case PathUse::kProfile:
      if (!absl::ConsumePrefix(&text, "file:")) return std::string(text);
      return absl::StrCat("file:", FromFolder(folder, text));
    case PathUse::kOutput: {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(text, absl::MaxSplits('=', 1));
      if (parts.second.empty()) return std::string(text);
      return absl::StrCat(parts.first, "=", FromFolder(folder, parts.second));
    }
  }
  return std::string(text);
}

// ---- the table

// The names of the keys that may stand directly below `prefix` ("", "agent.", "ignore[].").
std::vector<absl::string_view> NamesBelow(absl::string_view prefix) {
  std::vector<absl::string_view> names;
  for (const ConfigKey& key : ConfigKeys()) {
    absl::string_view name = key.name;
    if (absl::ConsumePrefix(&name, prefix) && name.find_first_of(".[") == name.npos)
      names.push_back(name);
  }
  return names;
}

absl::string_view TypeInWords(KeyType type) {
  switch (type) {
    case KeyType::kSection:
      return "a mapping of keys";
    case KeyType::kText:
      return "a string";
    case KeyType::kNumber:
      return "a whole number of 1 or more";
    case KeyType::kVersion:
      return "a version X.Y";
    case KeyType::kFlag:
      return "true or false";
    case KeyType::kList:
      return "a list of strings";
    case KeyType::kMap:
      return "a mapping of names to strings";
    case KeyType::kItems:
      return "a list of mappings";
  }
  return "";
}

std::string WhatItIs(const Value& value) {
  if (value.IsMapping()) return "a mapping";
  if (value.IsSequence()) return "a list";
  switch (value.type()) {
    case ScalarType::kNull:
      return "nothing";
    case ScalarType::kBool:
      return absl::StrCat("the boolean ", value.text());
    case ScalarType::kInt:
    case ScalarType::kFloat:
      return absl::StrCat("the number ", value.text());
    case ScalarType::kString:
      return "a string";
  }
  return "";
}

// What a reader of manifests advises, to raise a budget, does not hold here.
std::string InWords(const SyntaxError& error) {
  if (!error.budget) return error.message;
  return absl::StrCat(error.message.substr(0, error.message.find(';')),
                      ": too much for a configuration");
}

// ---- the reader

// Lives as long as one call of ReadConfig. Depth of recursion: that of the table.
class ConfigReader {
 public:
  ConfigReader(const std::string& path, ConfigKind kind) : kind_(kind) {
    file_.path = path;
    const size_t slash = path.rfind('/');
    folder_ = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  }

  absl::StatusOr<ConfigFile> Run(absl::string_view text) {
    absl::ConsumePrefix(&text, "\xef\xbb\xbf");
    if (std::string why = NotText(text); !why.empty()) return Whole(why);
    if (!IsValidUtf8(text)) return Whole("this is not UTF-8; save it as UTF-8");
    Document document(kBudgets);
    absl::Status status;
    int documents = 0;
    const std::optional<SyntaxError> error = ParseYaml(text, document, [&](const Document& d) {
      if (status.ok()) status = ReadDocument(d, ++documents);
    });
    WECAN_RETURN_IF_ERROR(status);
    if (error) return At(error->line, error->column, InWords(*error));
    return std::move(file_);
  }

 private:
  // ---- errors

  absl::Status Whole(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(file_.path, ": ", what));
  }
  absl::Status At(uint32_t line, uint32_t column, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(file_.path, ":", line, ":", column, ": ", what));
  }
  absl::Status At(const Span& span, absl::string_view what) const {
    return At(span.line + 1, span.column + 1, what);
  }
  absl::Status At(const Value& value, absl::string_view what) const {
    return At(value.span(), what);
  }
  absl::Status WrongType(const Value& value, absl::string_view name, KeyType type) const {
    const bool scalar = value.IsScalar() && !value.IsNull();
    const bool quote = scalar && type != KeyType::kNumber && type != KeyType::kFlag &&
                       type != KeyType::kSection && type != KeyType::kItems &&
                       type != KeyType::kMap;
    return At(value, absl::StrCat(name, ": this is ", WhatItIs(value), ", not ", TypeInWords(type),
                                  quote ? "; put it in quotes if it is meant" : "",
                                  value.IsNull() ? "; give it a value or remove the key" : ""));
  }

  // ---- structure

  absl::Status ReadDocument(const Document& document, int number) {
    const Value root = document.root();
    if (number > 1) return At(root, "a second document; a configuration is one");
    if (document.complex_key()) return At(*document.complex_key(), "a key that is no plain name");
    if (document.flow_mapping_key())
      return At(*document.flow_mapping_key(), "a key that is no plain name");
    if (document.bad_merge()) return At(*document.bad_merge(), "<<: this is no mapping");
    if (!document.duplicates().empty()) {
      const DuplicateKey& twice = document.duplicates()[0];
      return At(twice.span, absl::StrCat(twice.key, ": this key stands here a second time"));
    }
    if (root.IsNull()) return absl::OkStatus();
    if (!root.IsMapping())
      return At(root,
                absl::StrCat("a configuration is a mapping of keys; this is ", WhatItIs(root)));
    WECAN_RETURN_IF_ERROR(CheckVersion(root));
    return ReadSection(root, "", file_.values);
  }

  // First of all: a file of another version may hold keys that nobody here can know.
  absl::Status CheckVersion(const Value& root) const {
    const Value version = root["version"];
    if (!version || !version.IsScalar() || version.IsNull()) return absl::OkStatus();
    if (version.type() == ScalarType::kInt && version.text() == "1") return absl::OkStatus();
    return At(version, absl::StrCat("version: this is ", WhatItIs(version),
                                    ", and this version of wecan reads version 1"));
  }

  absl::Status ReadSection(const Value& mapping, const std::string& prefix,
                           std::vector<ConfigValue>& values) {
    absl::Status status;
    mapping.ForEachEntry([&](const Value& key, const Value& value) {
      if (status.ok()) status = ReadKey(key, value, prefix, values);
    });
    return status;
  }

  absl::Status ReadKey(const Value& name, const Value& value, const std::string& prefix,
                       std::vector<ConfigValue>& values) {
    const ConfigKey* key = FindConfigKey(absl::StrCat(prefix, name.text()));
    const std::vector<absl::string_view> names = NamesBelow(prefix);
    if (key == nullptr || std::find(names.begin(), names.end(), name.text()) == names.end())
      return UnknownKey(name, prefix, names);
    if (kind_ == ConfigKind::kUser && !key->user) {
      return At(name, absl::StrCat(key->name,
                                   ": not in the file of a user, which holds colours and cluster "
                                   "preferences; put it into the .wecan.yaml of the project"));
    }
    switch (key->type) {
      case KeyType::kSection:
        if (!value.IsMapping()) return WrongType(value, key->name, key->type);
        return ReadSection(value, absl::StrCat(key->name, "."), values);
      case KeyType::kItems:
        values.push_back(
            {.key = key, .line = name.span().line + 1, .column = name.span().column + 1});
        return ReadIgnores(*key, value);
      default:
        values.push_back(
            {.key = key, .line = name.span().line + 1, .column = name.span().column + 1});
        return ReadEntries(*key, value, values.back().entries);
    }
  }

  absl::Status UnknownKey(const Value& name, const std::string& prefix,
                          const std::vector<absl::string_view>& names) const {
    const std::string where = prefix.empty() ? "" : absl::StrCat(" in ", prefix);
    return At(name,
              absl::StrCat("unknown key \"", name.text(), "\"", absl::StripSuffix(where, "."),
                           DidYouMean(name.text(), names), " (wecan config --keys lists them)"));
  }

  // ---- values

  absl::Status ReadEntries(const ConfigKey& key, const Value& value,
                           std::vector<ConfigEntry>& entries) {
    if (key.type == KeyType::kMap) return ReadMap(key, value, entries);
    if (key.type != KeyType::kList || !value.IsSequence()) return AddScalar(key, value, entries);
    absl::Status status;
    value.ForEachItem([&](const Value& item) {
      if (status.ok()) status = AddScalar(key, item, entries);
    });
    return status;
  }

  absl::Status ReadMap(const ConfigKey& key, const Value& value,
                       std::vector<ConfigEntry>& entries) {
    if (!value.IsMapping()) return WrongType(value, key.name, key.type);
    absl::Status status;
    value.ForEachEntry([&](const Value& name, const Value& item) {
      if (status.ok()) status = AddMapEntry(key, name, item, entries);
    });
    return status;
  }

  absl::Status AddMapEntry(const ConfigKey& key, const Value& name, const Value& item,
                           std::vector<ConfigEntry>& entries) {
    if (absl::Status why = name.text().empty() ? absl::InvalidArgumentError("an empty name")
                                               : key.check(name.text());
        !why.ok())
      return At(name, absl::StrCat(key.name, ": ", why.message()));
    const std::string full = absl::StrCat(key.name, ".", name.text());
    WECAN_RETURN_IF_ERROR(CheckScalar(key, item, full, KeyType::kText));
    entries.push_back(EntryOf(item, item.text()));
    entries.back().name = std::string(name.text());
    return absl::OkStatus();
  }

  absl::Status AddScalar(const ConfigKey& key, const Value& value,
                         std::vector<ConfigEntry>& entries) {
    WECAN_RETURN_IF_ERROR(CheckScalar(key, value, key.name, key.type));
    if (const absl::Status why = key.check(value.text()); !why.ok())
      return At(value, absl::StrCat(key.name, ": ", why.message()));
    const std::string text = key.type == KeyType::kFlag ? (value.IsTrue() ? "true" : "false")
                                                        : Resolve(key.path, folder_, value.text());
    entries.push_back(EntryOf(value, text));
    return absl::OkStatus();
  }

  static ConfigEntry EntryOf(const Value& value, absl::string_view text) {
    return {.text = std::string(text),
            .line = value.span().line + 1,
            .column = value.span().column + 1};
  }

  // Words of a closed set are taken as they stand: YAML 1.1 reads `off` as a boolean.
  absl::Status CheckScalar(const ConfigKey& key, const Value& value, absl::string_view name,
                           KeyType type) const {
    if (!value.IsScalar() || value.IsNull()) return WrongType(value, name, type);
    if (!key.values.empty()) {
      const std::vector<absl::string_view> allowed = absl::StrSplit(key.values, ' ');
      if (std::find(allowed.begin(), allowed.end(), value.text()) != allowed.end())
        return absl::OkStatus();
      return At(value,
                absl::StrCat(name, ": \"", value.text(), "\" is none of ",
                             absl::StrJoin(allowed, ", "), DidYouMean(value.text(), allowed)));
    }
    if (!HasType(value, type)) return WrongType(value, name, type);
    const bool may_be_empty = key.type == KeyType::kMap || name == "ignore[].group" ||
                              name == "ignore[].reason";  // told as WEC903
    if (value.text().empty() && !may_be_empty)
      return At(value, absl::StrCat(name, ": this is empty; give it a value or remove the key"));
    return absl::OkStatus();
  }

  static bool HasType(const Value& value, KeyType type) {
    int number = 0;
    switch (type) {
      case KeyType::kNumber:
        return value.type() == ScalarType::kInt && absl::SimpleAtoi(value.text(), &number) &&
               number > 0;
      case KeyType::kVersion:
        return value.type() != ScalarType::kBool;
      case KeyType::kFlag:
        return value.type() == ScalarType::kBool;
      default:
        return value.IsString();
    }
  }

  // ---- ignore

  absl::Status ReadIgnores(const ConfigKey& key, const Value& value) {
    if (!value.IsSequence()) return WrongType(value, key.name, key.type);
    absl::Status status;
    value.ForEachItem([&](const Value& item) {
      if (status.ok()) status = ReadIgnore(key, item);
    });
    return status;
  }

  absl::Status ReadIgnore(const ConfigKey& key, const Value& item) {
    if (!item.IsMapping()) return WrongType(item, key.name, KeyType::kSection);
    std::vector<ConfigValue> values;
    WECAN_RETURN_IF_ERROR(ReadSection(item, "ignore[].", values));
    IgnoreRule ignore{.line = item.span().line + 1, .column = item.span().column + 1};
    for (const ConfigValue& v : values) {
      if (v.key->name == "ignore[].group") ignore.has_group = true;
      FieldOf(ignore, v.key->name) = v.entries[0].text;
    }
    if (ignore.rule.empty()) return At(item, "ignore: no rule; say which one, for example WEC101");
    if (!ignore.has_group && ignore.kind.empty() && ignore.namespace_.empty() &&
        ignore.name.empty()) {
      return At(item, absl::StrCat("ignore: selects every object; give it a kind or name, or write "
                                   "rules: {",
                                   ignore.rule, ": off}"));
    }
    file_.ignores.push_back(std::move(ignore));
    return absl::OkStatus();
  }

  static std::string& FieldOf(IgnoreRule& ignore, absl::string_view key) {
    absl::ConsumePrefix(&key, "ignore[].");
    if (key == "rule") return ignore.rule;
    if (key == "group") return ignore.group;
    if (key == "kind") return ignore.kind;
    if (key == "namespace") return ignore.namespace_;
    if (key == "name") return ignore.name;
    return key == "reason" ? ignore.reason : ignore.expires;
  }

  const ConfigKind kind_;
  std::string folder_;
  ConfigFile file_;
};

}  // namespace

absl::StatusOr<ConfigFile> ReadConfig(const std::string& path, absl::string_view text,
                                      ConfigKind kind) {
  return ConfigReader(path, kind).Run(text);
}

}  // namespace wecan
