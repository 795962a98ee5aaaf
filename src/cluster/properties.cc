// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/properties.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

constexpr std::array<absl::string_view, 25> kKeywords = {
    "break",  "case",        "chan", "const",   "continue", "default", "defer",
    "else",   "fallthrough", "for",  "func",    "go",       "goto",    "if",
    "import", "interface",   "map",  "package", "range",    "return",  "select",
    "struct", "switch",      "type", "var"};

bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsLetterOrDigit(char c) {
  return IsLetter(c) || absl::ascii_isdigit(static_cast<unsigned char>(c));
}

// Source: go1.26 go/token/token.go, IsIdentifier. Kubernetes allows no other letters than these.
bool IsIdentifier(absl::string_view key) {
  return !key.empty() && IsLetter(key[0]) && std::all_of(key.begin(), key.end(), IsLetterOrDigit) &&
         std::find(kKeywords.begin(), kKeywords.end(), key) == kKeywords.end();
}

// The key in what stands between braces, " .key "; "" for anything else.
absl::string_view KeyOf(absl::string_view action) {
  action = absl::StripAsciiWhitespace(action);
  return absl::ConsumePrefix(&action, ".") ? action : "";
}

}  // namespace

Properties PropertiesOf(absl::string_view cluster, const Labels& labels, const Labels& annotations,
                        const Labels& config_map) {
  Properties properties = {{"clusterName", std::string(cluster)}};
  const auto add = [&](const auto& source) {
    for (const auto& [key, value] : source) {
      if (IsIdentifier(key)) properties.insert_or_assign(std::string(key), std::string(value));
    }
  };
  add(labels);
  add(annotations);
  add(config_map);
  return properties;
}

std::optional<std::string> ExpandTemplate(absl::string_view text, const Properties& properties) {
  std::string expanded;
  for (size_t open = text.find("{{"); open != absl::string_view::npos; open = text.find("{{")) {
    const size_t close = text.find("}}", open + 2);
    if (close == absl::string_view::npos) return std::nullopt;
    const absl::string_view key = KeyOf(text.substr(open + 2, close - open - 2));
    const auto property = properties.find(std::string(key));
    if (!IsIdentifier(key) || property == properties.end()) return std::nullopt;
    absl::StrAppend(&expanded, text.substr(0, open), property->second);
    text.remove_prefix(close + 2);
  }
  absl::StrAppend(&expanded, text);
  return expanded;
}

}  // namespace wecan
