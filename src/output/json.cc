// SPDX-License-Identifier: Apache-2.0
#include "src/output/json.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/utf8.h"
#include "src/input/document.h"

namespace wecan {
namespace {

// Whether `text` may stand in YAML without quotes and is read back as this string, by any parser.
bool IsPlainSafe(absl::string_view text) {
  if (text.empty() || ResolvePlain(text) != ScalarType::kString) return false;
  const auto safe = [](char c) { return absl::ascii_isalnum(c) || absl::StrContains("_./-", c); };
  return absl::ascii_isalpha(text[0]) && std::all_of(text.begin(), text.end(), safe);
}

std::string ScalarYaml(const Json& json) {
  if (!json.is_string()) return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return YamlText(json.get_ref<const std::string&>());
}

bool IsBlock(const Json& json) { return json.is_structured() && !json.empty(); }

// {a: b, c: [d, e]}, on one line.
std::string FlowYaml(const Json& json) {
  if (!json.is_structured()) return ScalarYaml(json);
  std::vector<std::string> parts;
  if (json.is_array()) {
    for (const Json& item : json) parts.push_back(FlowYaml(item));
    return absl::StrCat("[", absl::StrJoin(parts, ", "), "]");
  }
  for (const auto& [key, value] : json.items())
    parts.push_back(absl::StrCat(YamlText(key), ": ", FlowYaml(value)));
  return absl::StrCat("{", absl::StrJoin(parts, ", "), "}");
}

// Items of lists with the name `flow_list` are in flow style. Bounded recursion: what we print is
// as deep as our own documents, or as what was read within the depth budget.
void AppendYaml(const Json& json, size_t indent, absl::string_view flow_list, std::string& out) {
  const std::string blanks(indent, ' ');
  bool first = true;
  const auto begin_line = [&] {
    if (!first) out += blanks;
    first = false;
  };
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      begin_line();
      out += YamlText(key) + ":";
      if (!IsBlock(value)) {
        out += " " + ScalarYaml(value) + "\n";
      } else if (value.is_array() && key == flow_list) {
        out += "\n";
        for (const Json& item : value) absl::StrAppend(&out, blanks, "- ", FlowYaml(item), "\n");
      } else if (value.is_array()) {
        out += "\n" + blanks;
        AppendYaml(value, indent, flow_list, out);
      } else {
        out += "\n" + blanks + "  ";
        AppendYaml(value, indent + 2, flow_list, out);
      }
    }
    return;
  }
  for (const Json& item : json) {
    begin_line();
    out += "- ";
    if (IsBlock(item)) {
      AppendYaml(item, indent + 2, flow_list, out);
    } else {
      out += ScalarYaml(item) + "\n";
    }
  }
}

Json MetadataJson(const std::string& ns, const std::string& name, const Labels& labels) {
  Json metadata = {{"name", name}};
  if (!ns.empty()) metadata["namespace"] = ns;
  for (const auto& [key, value] : labels) metadata["labels"][key] = value;
  return metadata;
}

// What hides or turns around the text beside it (the set of Printable).
bool IsDirectional(uint32_t code) {
  return (code >= 0x200e && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

const Json& Member(const Json& json, const char* key) {
  static const Json kNull;
  if (!json.is_object()) return kNull;
  const auto it = json.find(key);
  return it == json.end() ? kNull : *it;
}

std::string StringMember(const Json& json, const char* key) {
  const Json& value = Member(json, key);
  return value.is_string() ? value.get<std::string>() : "";
}

std::vector<std::string> StringMembers(const Json& json, const char* key) {
  std::vector<std::string> texts;
  const Json& list = Member(json, key);
  if (!list.is_array()) return texts;
  for (const Json& item : list) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

// A JSON string is a YAML string, but for the characters that YAML does not allow to stand there as
// they are. Nor do those that change the direction of what a terminal shows.
std::string QuotedText(absl::string_view text) {
  const std::string json = Text(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string out;
  for (absl::string_view rest = json; !rest.empty();) {
    const Utf8Char c = DecodeUtf8(rest);
    const bool bare = c.code < 0x7f || c.code >= 0x10000 ||
                      (c.code >= 0xa0 && c.code < 0xfffe && c.code != 0x2028 && c.code != 0x2029 &&
                       c.code != 0xfeff && !IsDirectional(c.code));
    if (bare) {
      out.append(rest.data(), c.length);
    } else {
      absl::StrAppendFormat(&out, "\\u%04x", c.code);
    }
    rest.remove_prefix(c.length);
  }
  return out;
}

std::string YamlText(absl::string_view text) {
  return IsPlainSafe(text) ? std::string(text) : QuotedText(text);
}

std::string DumpJson(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string DumpYaml(const Json& json) {
  if (!IsBlock(json)) return ScalarYaml(json) + "\n";
  std::string out;
  AppendYaml(json, 0, "", out);
  return out;
}

std::string DumpManifestYaml(const Json& json) {
  std::string out;
  AppendYaml(json, 0, "rules", out);
  return out;
}

Json RuleJson(const PolicyRule& rule) {
  Json json = Json::object();
  const auto add = [&](const char* key, const std::vector<std::string>& list) {
    if (!list.empty()) json[key] = list;
  };
  add("apiGroups", rule.api_groups);
  add("resources", rule.resources);
  add("resourceNames", rule.resource_names);
  add("nonResourceURLs", rule.non_resource_urls);
  add("verbs", rule.verbs);
  return json;
}

Json SelectorJson(const LabelSelector& selector) {
  Json json = Json::object();
  for (const auto& [key, value] : selector.match_labels) json["matchLabels"][key] = value;
  for (const LabelSelectorRequirement& r : selector.match_expressions) {
    json["matchExpressions"].push_back({{"key", r.key}, {"operator", r.op}, {"values", r.values}});
  }
  return json;
}

Json RoleJson(const Role& role) {
  Json json = {{"apiVersion", std::string(kRbacGroup) + "/v1"},
               {"kind", RoleKindName(role.kind)},
               {"metadata", MetadataJson(role.namespace_, role.name, role.labels)}};
  if (role.aggregation) {
    Json selectors = Json::array();
    for (const LabelSelector& s : *role.aggregation) selectors.push_back(SelectorJson(s));
    json["aggregationRule"] = {{"clusterRoleSelectors", selectors}};
  }
  json["rules"] = Json::array();
  for (const PolicyRule& rule : role.rules) json["rules"].push_back(RuleJson(rule));
  return json;
}

Json BindingJson(const RoleBinding& binding) {
  Json subjects = Json::array();
  for (const Subject& s : binding.subjects) {
    Json subject = {{"kind", s.kind}};
    if (s.kind != "ServiceAccount") subject["apiGroup"] = kRbacGroup;
    if (!s.namespace_.empty()) subject["namespace"] = s.namespace_;
    subject["name"] = s.name;
    subjects.push_back(std::move(subject));
  }
  return {{"apiVersion", std::string(kRbacGroup) + "/v1"},
          {"kind", BindingKindName(binding)},
          {"metadata", MetadataJson(binding.namespace_, binding.name, {})},
          {"roleRef",
           {{"apiGroup", kRbacGroup},
            {"kind", binding.role_ref.kind},
            {"name", binding.role_ref.name}}},
          {"subjects", subjects}};
}

}  // namespace wecan
