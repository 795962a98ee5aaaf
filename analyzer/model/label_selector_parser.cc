// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "analyzer/model/labels.h"

namespace wecan {
namespace {

bool IsNameCharacter(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; }

// A name segment of at most 63 characters that starts and ends with a letter or digit.
bool IsQualifiedSegment(absl::string_view text) {
  return !text.empty() && text.size() <= 63 && absl::ascii_isalnum(text.front()) &&
         absl::ascii_isalnum(text.back()) && std::all_of(text.begin(), text.end(), IsNameCharacter);
}

bool IsSubdomain(absl::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (absl::string_view label : absl::StrSplit(text, '.')) {
    const bool edges = !label.empty() && label.front() != '-' && label.back() != '-';
    const bool body = std::all_of(label.begin(), label.end(), [](char c) {
      return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
    });
    if (!edges || !body) return false;
  }
  return true;
}

bool IsLabelKey(absl::string_view key) {
  const std::vector<absl::string_view> parts = absl::StrSplit(key, '/');
  if (parts.size() == 1) return IsQualifiedSegment(parts[0]);
  return parts.size() == 2 && IsSubdomain(parts[0]) && IsQualifiedSegment(parts[1]);
}

bool IsLabelValue(absl::string_view value) { return value.empty() || IsQualifiedSegment(value); }

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<LabelSelector> Run() {
    LabelSelector selector;
    if (Next().empty()) return selector;
    while (true) {
      if (!Requirement(selector)) return Error();
      const std::string token = Take();
      if (token.empty()) return selector;
      // Another requirement has to follow a comma.
      if (token != "," || Next().empty() || Next() == ",") return Error();
    }
  }

 private:
  absl::Status Error() const {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text_, "\" is no label selector; write for example app=web,env in (a,b),!old"));
  }

  // The next token: a word, an operator, or "" at the end.
  std::string Next() const {
    size_t at = at_;
    return Scan(at);
  }
  std::string Take() { return Scan(at_); }

  std::string Scan(size_t& at) const {
    while (at < text_.size() && absl::ascii_isspace(text_[at])) ++at;
    if (at == text_.size()) return "";
    static constexpr absl::string_view kSpecial = "=!(),><";
    const size_t begin = at;
    if (kSpecial.find(text_[at]) != absl::string_view::npos) {
      const bool two =
          (text_[at] == '=' || text_[at] == '!') && at + 1 < text_.size() && text_[at + 1] == '=';
      at += two ? 2 : 1;
    } else {
      while (at < text_.size() && !absl::ascii_isspace(text_[at]) &&
             kSpecial.find(text_[at]) == absl::string_view::npos) {
        ++at;
      }
    }
    return std::string(text_.substr(begin, at - begin));
  }

  bool AtEnd() const { return Next().empty() || Next() == ","; }

  bool Requirement(LabelSelector& selector) {
    const bool absent = Next() == "!";
    if (absent) Take();
    LabelSelectorRequirement r{.key = Take()};
    if (!IsLabelKey(r.key)) return false;
    if (absent || AtEnd()) {
      r.op = absent ? "DoesNotExist" : "Exists";
      selector.match_expressions.push_back(std::move(r));
      return AtEnd();
    }
    const std::string op = Take();
    if (op == "in" || op == "notin") {
      r.op = op == "in" ? "In" : "NotIn";
      if (!Values(r.values)) return false;
    } else if (op == "=" || op == "==" || op == "!=" || op == ">" || op == "<") {
      r.op = op == "!=" ? "NotIn" : op == ">" || op == "<" ? op : "In";
      r.values.push_back(AtEnd() ? "" : Take());
    } else {
      return false;
    }
    const bool valid = std::all_of(r.values.begin(), r.values.end(),
                                   [](const std::string& v) { return IsLabelValue(v); });
    selector.match_expressions.push_back(std::move(r));
    return valid;
  }

  // ( a, b )
  bool Values(std::vector<std::string>& values) {
    if (Take() != "(") return false;
    while (true) {
      if (Next() == ")" || Next() == ",") {
        values.emplace_back();
      } else {
        values.push_back(Take());
      }
      const std::string separator = Take();
      if (separator == ")") return true;
      if (separator != ",") return false;
    }
  }

  absl::string_view text_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<LabelSelector> ParseLabelSelector(absl::string_view text) {
  return Parser(text).Run();
}

}  // namespace wecan
