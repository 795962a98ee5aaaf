// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include <nlohmann/json.hpp>

#include "analyzer/model/rbac.h"

namespace wecan {

using Json = nlohmann::ordered_json;

// Two-space indentation and a final newline; invalid UTF-8 becomes U+FFFD.
std::string DumpJson(const Json& json);

// The same document as YAML: block style, strings plain only where every YAML parser reads them
// back as strings.
std::string DumpYaml(const Json& json);

// The same, with each item of a list `rules` in flow style on a line of its own, as people write
// PolicyRules.
std::string DumpManifestYaml(const Json& json);

// A text in double quotes, as both JSON and YAML read it; and plain where that is safe in YAML.
std::string QuotedText(absl::string_view text);
std::string YamlText(absl::string_view text);

// A text as a JSON string.
inline Json Text(absl::string_view text) { return std::string(text); }

// The member `key` of an object, null where there is none; and as text, "" for what is no string;
// and as the texts of a list, without what is none.
const Json& Member(const Json& json, const char* key);
std::string StringMember(const Json& json, const char* key);
std::vector<std::string> StringMembers(const Json& json, const char* key);

// {apiGroups, resources, resourceNames, nonResourceURLs, verbs}: empty lists left out.
Json RuleJson(const PolicyRule& rule);

// {matchLabels, matchExpressions}.
Json SelectorJson(const LabelSelector& selector);

// An RBAC object as the API writes it.
Json RoleJson(const Role& role);
Json BindingJson(const RoleBinding& binding);

}  // namespace wecan
