// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace wecan {

// A text that is never shown: a token, a password, a key. It converts to nothing and no stream
// takes it; whoever needs it says Reveal(), and hands it to the connection alone.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  const std::string& Reveal() const { return text_; }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

}  // namespace wecan
