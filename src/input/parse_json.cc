// SPDX-License-Identifier: Apache-2.0
// Our own JSON scanner, because it has to give the position of every value, which nlohmann_json
// does not. Follows RFC 8259; like Go's encoding/json it takes U+FFFD for lone surrogates and
// invalid UTF-8. Values are scanned in one loop with an explicit stack.
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/base/utf8.h"
#include "src/input/parse.h"

namespace wecan {
namespace {

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?
bool IsNumber(absl::string_view word) {
  const auto take_digits = [&] {
    size_t n = 0;
    while (n < word.size() && absl::ascii_isdigit(word[n])) ++n;
    word.remove_prefix(n);
    return n;
  };
  absl::ConsumePrefix(&word, "-");
  const bool zero = absl::StartsWith(word, "0");
  const size_t whole = take_digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (absl::ConsumePrefix(&word, ".") && take_digits() == 0) return false;
  if (!word.empty() && (word[0] == 'e' || word[0] == 'E')) {
    word.remove_prefix(1);
    if (!absl::ConsumePrefix(&word, "-")) absl::ConsumePrefix(&word, "+");
    if (take_digits() == 0) return false;
  }
  return word.empty();
}

class JsonParser {
 public:
  JsonParser(absl::string_view text, Document& document) : text_(text), document_(document) {}

  std::optional<SyntaxError> Run(DocumentCallback on_document) {
    document_.Clear();
    SkipBlanksAndSeparators();
    while (at_ < text_.size()) {
      if (!ParseDocument()) return document_.error().line != 0 ? document_.error() : error_;
      on_document(document_);
      document_.Clear();
      SkipBlanksAndSeparators();
    }
    return std::nullopt;
  }

 private:
  enum class Expect { kValue, kValueOrEnd, kKey, kKeyOrEnd, kCommaOrEnd };
  struct Place {
    uint32_t line, column;
  };

  // Counts on from the last place asked for: a file may be one line of many megabytes.
  Place Here() {
    if (counted_to_ < line_start_ || counted_to_ > at_) {
      counted_to_ = line_start_;
      column_ = 0;
    }
    column_ += static_cast<uint32_t>(CountCodePoints(text_.substr(counted_to_, at_ - counted_to_)));
    counted_to_ = at_;
    return {line_, column_};
  }
  Span SpanFrom(const Place& start) {
    const Place end = Here();
    return {start.line, start.column, end.line, end.column};
  }

  bool Fail(absl::string_view message) {
    const Place place = Here();
    error_ = {std::string(message), place.line + 1, place.column + 1};
    return false;
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void SkipBlanks() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }

  // A `---` line may stand between values, as in a YAML stream.
  void SkipBlanksAndSeparators() {
    SkipBlanks();
    while (absl::StartsWith(text_.substr(at_), "---") && at_ == line_start_) {
      at_ += 3;
      SkipBlanks();
    }
  }

  bool ParseDocument() {
    std::vector<char> open;  // '{' or '['
    Expect expect = Expect::kValue;
    do {
      SkipBlanks();
      if (at_ >= text_.size()) return Fail("unexpected end of the text");
      const char c = Peek();
      const bool may_end = expect == Expect::kCommaOrEnd || expect == Expect::kKeyOrEnd ||
                           expect == Expect::kValueOrEnd;
      if (may_end && (c == '}' || c == ']')) {
        if ((open.back() == '{') != (c == '}'))
          return Fail(absl::StrCat("unexpected '", std::string(1, c), "'"));
        ++at_;
        const Place end = Here();
        if (!document_.End(end.line, end.column)) return false;
        open.pop_back();
        expect = Expect::kCommaOrEnd;
      } else if (expect == Expect::kCommaOrEnd) {
        if (c != ',')
          return Fail(open.back() == '{' ? "expected ',' or '}'" : "expected ',' or ']'");
        ++at_;
        expect = open.back() == '{' ? Expect::kKey : Expect::kValue;
      } else if (expect == Expect::kKey || expect == Expect::kKeyOrEnd) {
        if (c != '"') return Fail("expected a key in double quotes");
        if (!String()) return false;
        SkipBlanks();
        if (Peek() != ':') return Fail("expected ':'");
        ++at_;
        expect = Expect::kValue;
      } else if (c == '{' || c == '[') {
        const Place start = Here();
        ++at_;
        if (!document_.Begin(c == '{' ? NodeKind::kMapping : NodeKind::kSequence, true, "",
                             SpanFrom(start)))
          return false;
        open.push_back(c);
        expect = c == '{' ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
      } else {
        if (!(c == '"' ? String() : Literal())) return false;
        expect = Expect::kCommaOrEnd;
      }
    } while (!open.empty());
    return true;
  }

  // null, true, false or a number.
  bool Literal() {
    const Place start = Here();
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (absl::ascii_isalnum(text_[at_]) || absl::StrContains("+-.", text_[at_])))
      ++at_;
    const absl::string_view word = text_.substr(begin, at_ - begin);
    const bool number = IsNumber(word);
    if (!number && word != "null" && word != "true" && word != "false") {
      at_ = begin;
      return Fail("expected a value");
    }
    return document_.Scalar(word, true, "", "", SpanFrom(start));
  }

  bool String() {
    const Place start = Here();
    const size_t begin = ++at_;
    bool copy = false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20) return Fail("control character in a string");
      if (byte == '\\') ++at_;
      copy |= byte == '\\' || byte >= 0x80;
    }
    if (at_ >= text_.size()) return Fail("string without end");
    absl::string_view value = text_.substr(begin, at_ - begin);
    ++at_;
    if (copy) {
      std::string plain;
      if (!Unescape(value, &plain)) {
        at_ = begin;
        return Fail("invalid escape in a string");
      }
      value = document_.Keep(plain);
    }
    return document_.Scalar(value, false, "", "", SpanFrom(start));
  }

  static bool Hex4(absl::string_view text, uint32_t* code) {
    if (text.size() < 4) return false;
    *code = 0;
    for (char c : text.substr(0, 4)) {
      if (!absl::ascii_isxdigit(c)) return false;
      *code = *code * 16 + static_cast<uint32_t>(absl::ascii_isdigit(c)
                                                     ? c - '0'
                                                     : absl::ascii_tolower(c) - 'a' + 10);
    }
    return true;
  }

  static bool Unescape(absl::string_view text, std::string* out) {
    static constexpr absl::string_view kEscapes = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    while (!text.empty()) {
      if (text[0] != '\\') {
        const Utf8Char c = DecodeUtf8(text);
        AppendUtf8(c.code, out);
        text.remove_prefix(c.length);
        continue;
      }
      if (text.size() < 2) return false;
      if (text[1] != 'u') {
        const size_t which = kEscapes.find(text[1]);
        if (which == absl::string_view::npos) return false;
        *out += kMeanings[which];
        text.remove_prefix(2);
        continue;
      }
      uint32_t code = 0, low = 0;
      if (!Hex4(text.substr(2), &code)) return false;
      text.remove_prefix(6);
      if (code >= 0xD800 && code < 0xE000) {
        const bool pair = code < 0xDC00 && absl::StartsWith(text, "\\u") &&
                          Hex4(text.substr(2), &low) && low >= 0xDC00 && low < 0xE000;
        if (pair) text.remove_prefix(6);
        code = pair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
      }
      AppendUtf8(code, out);
    }
    return true;
  }

  absl::string_view text_;
  Document& document_;
  size_t at_ = 0;
  uint32_t line_ = 0;
  size_t line_start_ = 0;
  size_t counted_to_ = 0;  // how far column_ counts
  uint32_t column_ = 0;
  SyntaxError error_;
};

}  // namespace

std::optional<SyntaxError> ParseJson(absl::string_view text, Document& document,
                                     DocumentCallback on_document) {
  return JsonParser(text, document).Run(on_document);
}

}  // namespace wecan
