// SPDX-License-Identifier: Apache-2.0
// Reads one JSON text from front to back without building anything: what is asked for is read, all
// else is checked and passed over. Accepts what RFC 8259 does, with valid UTF-8, and nesting up to
// kMaxDepth. For audit logs, where a document tree for each line would take most of the time.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace wecan {

class JsonCursor {
 public:
  static constexpr int kMaxDepth = 512;

  // `text` must outlive it.
  explicit JsonCursor(absl::string_view text) : text_(text) {}

  // Each stands at a value, and passes over it. An object or array that is entered is left when
  // Next...() gives false; its members or elements must each be read before the next.

  // Enters the value if it is an object; any other is passed over, and gives false.
  bool EnterObject();
  bool EnterArray();
  // Goes to the value of the next member, whose name is `key`, or the next element. False at the
  // end of the object or array, and on malformed text. `key` holds until the next call.
  bool NextMember(absl::string_view* key);
  bool NextElement();
  // The value if it is a string, else "".
  void ReadString(std::string* value);
  // The value if it is a whole number that an int holds, else 0.
  void ReadInt(int* value);
  // Passes over the value, and gives its text.
  absl::string_view Skip();

  // Whether the text was well-formed up to here.
  bool ok() const { return ok_; }
  // Whether nothing but blanks follows.
  bool AtEnd();

 private:
  void Fail() {
    ok_ = false;
    at_ = text_.size();
  }
  char Peek();  // the next byte that is no blank; 0 at the end
  bool Take(char c);
  bool Enter(char open);
  bool Next(char close);
  // Stands behind the opening quote, and goes behind the closing one. What is between, as written.
  absl::string_view SkipString(bool* escaped);
  void CheckEscape();
  void SkipNumber();
  void SkipWord(absl::string_view word);
  void SkipScalar();

  absl::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  bool first_ = false;  // just entered: no comma precedes the next member or element
  bool ok_ = true;
  std::string key_;
};

}  // namespace wecan
