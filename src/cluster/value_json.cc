// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/value_json.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "src/output/json.h"

namespace wecan {
namespace {

size_t TakeDigits(absl::string_view& text) {
  size_t n = 0;
  while (n < text.size() && absl::ascii_isdigit(text[n])) ++n;
  text.remove_prefix(n);
  return n;
}

// Source: RFC 8259 section 6.
bool IsJsonNumber(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  const bool zero = !text.empty() && text[0] == '0';
  const size_t whole = TakeDigits(text);
  if (whole == 0 || (zero && whole > 1)) return false;
  if (absl::ConsumePrefix(&text, ".") && TakeDigits(text) == 0) return false;
  if (absl::ConsumePrefix(&text, "e") || absl::ConsumePrefix(&text, "E")) {
    if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
    if (TakeDigits(text) == 0) return false;
  }
  return text.empty();
}

// Lives as long as one call of ValueJson.
class JsonWriter {
 public:
  explicit JsonWriter(size_t max_bytes) : max_bytes_(max_bytes) {}

  absl::StatusOr<std::string> Run(const Value& value) {
    Write(value);
    if (out_.size() > max_bytes_) {
      return absl::InvalidArgumentError(
          absl::StrCat("larger than ", max_bytes_, " bytes: too much for a plugin"));
    }
    if (odd_number_)
      return absl::InvalidArgumentError("a number that JSON cannot write; put it in quotes");
    return std::move(out_);
  }

 private:
  void Write(const Value& value) {  // NOLINT(misc-no-recursion)
    if (out_.size() > max_bytes_) return;
    absl::string_view between;
    if (value.IsMapping()) {
      out_ += '{';
      value.ForEachEntry([&](const Value& key, const Value& item) {
        absl::StrAppend(&out_, between, QuotedText(key.text()), ":");
        between = ",";
        Write(item);
      });
      out_ += '}';
    } else if (value.IsSequence()) {
      out_ += '[';
      value.ForEachItem([&](const Value& item) {
        absl::StrAppend(&out_, between);
        between = ",";
        Write(item);
      });
      out_ += ']';
    } else {
      out_ += Scalar(value);
    }
  }

  std::string Scalar(const Value& value) {
    switch (value.type()) {
      case ScalarType::kNull:
        return "null";
      case ScalarType::kBool:
        return value.IsTrue() ? "true" : "false";
      case ScalarType::kInt:
      case ScalarType::kFloat:
        odd_number_ = odd_number_ || !IsJsonNumber(value.text());
        return std::string(value.text());
      case ScalarType::kString:
        return QuotedText(value.text());
    }
    return "null";
  }

  const size_t max_bytes_;
  bool odd_number_ = false;
  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> ValueJson(const Value& value, size_t max_bytes) {
  return JsonWriter(max_bytes).Run(value);
}

}  // namespace wecan
