// SPDX-License-Identifier: Apache-2.0
#include "src/audit_log/json_cursor.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

#include "analyzer/base/utf8.h"

namespace wecan {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;

// A high bit set in some byte iff one of the eight is `"`, `\`, a control character or not ASCII.
uint64_t Special(uint64_t eight) {
  const uint64_t quote = eight ^ (kOnes * '"'), backslash = eight ^ (kOnes * '\\');
  const uint64_t control = eight - kOnes * 0x20;  // borrows below 0x20
  return (((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) | control | eight) &
         kHighs;
}

// How many bytes of those that Special() looked at precede the first it found.
size_t FirstByte(uint64_t special) {
  if constexpr (std::endian::native != std::endian::little) return 0;
  return static_cast<size_t>(std::countr_zero(special)) / 8;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The code of \uXXXX whose digits begin at `text`; -1 if they are none.
int HexCode(absl::string_view text) {
  if (text.size() < 4) return -1;
  int code = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(text[i]);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

bool IsHighSurrogate(int code) { return code >= 0xD800 && code <= 0xDBFF; }
bool IsLowSurrogate(int code) { return code >= 0xDC00 && code <= 0xDFFF; }

// What `raw`, whose escapes are checked, stands for.
void Unescape(absl::string_view raw, std::string* out) {
  out->clear();
  while (!raw.empty()) {
    const size_t backslash = raw.find('\\');
    out->append(raw.data(), std::min(backslash, raw.size()));
    if (backslash == absl::string_view::npos) return;
    const char c = raw[backslash + 1];
    raw.remove_prefix(backslash + 2);
    if (c != 'u') {
      static constexpr absl::string_view kFrom = "bfnrt", kTo = "\b\f\n\r\t";
      const size_t place = kFrom.find(c);
      *out += place == absl::string_view::npos ? c : kTo[place];
      continue;
    }
    int code = HexCode(raw);
    raw.remove_prefix(4);
    if (IsHighSurrogate(code)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (HexCode(raw.substr(2)) - 0xDC00);
      raw.remove_prefix(6);
    }
    AppendUtf8(static_cast<uint32_t>(code), out);
  }
}

}  // namespace

char JsonCursor::Peek() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return c;
    ++at_;
  }
  return 0;
}

bool JsonCursor::Take(char c) {
  if (Peek() != c) return false;
  ++at_;
  return true;
}

bool JsonCursor::AtEnd() {
  Peek();
  return at_ == text_.size();
}

// Looks at eight bytes at a time; most strings of a log are passed over.
absl::string_view JsonCursor::SkipString(bool* escaped) {
  const size_t start = at_;
  bool ascii = true;
  *escaped = false;
  while (true) {
    uint64_t eight;
    while (at_ + 8 <= text_.size()) {
      std::memcpy(&eight, text_.data() + at_, 8);
      const uint64_t special = Special(eight);
      if (special != 0) {
        at_ += FirstByte(special);
        break;
      }
      at_ += 8;
    }
    if (at_ >= text_.size()) break;
    const auto c = static_cast<unsigned char>(text_[at_++]);
    if (c == '"') {
      const absl::string_view raw = text_.substr(start, at_ - 1 - start);
      if (ascii || IsValidUtf8(raw)) return raw;
      break;
    }
    if (c < 0x20) break;
    ascii &= c < 0x80;
    if (c == '\\') {
      *escaped = true;
      CheckEscape();
    }
  }
  Fail();
  return "";
}

// Stands behind the backslash.
void JsonCursor::CheckEscape() {
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  ++at_;
  if (c != 'u') {
    if (c == '\0' || !absl::StrContains("\"\\/bfnrt", c)) Fail();
    return;
  }
  const int code = HexCode(text_.substr(std::min(at_, text_.size())));
  if (code < 0 || IsLowSurrogate(code)) return Fail();
  at_ += 4;
  if (!IsHighSurrogate(code)) return;
  if (!absl::StartsWith(text_.substr(at_), "\\u") ||
      !IsLowSurrogate(HexCode(text_.substr(at_ + 2))))
    return Fail();
  at_ += 6;
}

void JsonCursor::SkipNumber() {
  const auto digits = [this] {
    const size_t start = at_;
    while (at_ < text_.size() && absl::ascii_isdigit(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ == start) Fail();
  };
  const auto next_is = [this](absl::string_view any) {
    return at_ < text_.size() && absl::StrContains(any, text_[at_]);
  };
  if (next_is("-")) ++at_;
  if (next_is("0")) {
    ++at_;
  } else {
    digits();
  }
  if (next_is(".")) {
    ++at_;
    digits();
  }
  if (next_is("eE")) {
    ++at_;
    if (next_is("+-")) ++at_;
    digits();
  }
}

void JsonCursor::SkipWord(absl::string_view word) {
  if (!absl::StartsWith(text_.substr(at_), word)) return Fail();
  at_ += word.size();
}

void JsonCursor::SkipScalar() {
  bool escaped;
  switch (Peek()) {
    case '"':
      ++at_;
      SkipString(&escaped);
      return;
    case 't':
      return SkipWord("true");
    case 'f':
      return SkipWord("false");
    case 'n':
      return SkipWord("null");
    default:
      return SkipNumber();
  }
}

bool JsonCursor::Enter(char open) {
  if (Peek() != open) {
    Skip();
    return false;
  }
  ++at_;
  if (++depth_ > kMaxDepth) Fail();
  first_ = true;
  return ok_;
}

bool JsonCursor::EnterObject() { return Enter('{'); }
bool JsonCursor::EnterArray() { return Enter('['); }

bool JsonCursor::Next(char close) {
  if (!ok_) return false;
  const bool first = first_;
  first_ = false;
  if (Take(close)) {
    --depth_;
    return false;
  }
  if (!first && !Take(',')) Fail();
  return ok_;
}

bool JsonCursor::NextMember(absl::string_view* key) {
  if (!Next('}')) return false;
  if (!Take('"')) Fail();
  bool escaped = false;
  if (ok_) *key = SkipString(&escaped);
  if (escaped && ok_) {
    Unescape(*key, &key_);
    *key = key_;
  }
  if (!Take(':')) Fail();
  return ok_;
}

bool JsonCursor::NextElement() { return Next(']'); }

void JsonCursor::ReadString(std::string* value) {
  value->clear();
  if (Peek() != '"') {
    Skip();
    return;
  }
  ++at_;
  bool escaped;
  const absl::string_view raw = SkipString(&escaped);
  if (!ok_) return;
  if (escaped) return Unescape(raw, value);
  value->assign(raw.data(), raw.size());
}

void JsonCursor::ReadInt(int* value) {
  if (!absl::SimpleAtoi(Skip(), value)) *value = 0;
}

// Its own stack, so that no input decides how deep the program recurses.
absl::string_view JsonCursor::Skip() {
  Peek();
  const size_t start = at_;
  absl::InlinedVector<bool, 32> in_object;  // of each open object or array: whether an object
  absl::string_view key;
  do {
    const char c = Peek();
    if (c == '{' || c == '[') {
      Enter(c);
      in_object.push_back(c == '{');
    } else {
      SkipScalar();
    }
    while (ok_ && !in_object.empty() && !(in_object.back() ? NextMember(&key) : NextElement())) {
      in_object.pop_back();
    }
  } while (ok_ && !in_object.empty());
  return ok_ ? text_.substr(start, at_ - start) : "";
}

}  // namespace wecan
