// SPDX-License-Identifier: Apache-2.0
// ParseYaml on any bytes, and a walk over all that it delivers. Properties: each effective entry of
// a mapping is what Find() gives for its key, merge keys included; positions are in order; a
// document that is used again reads like a fresh one.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "src/input/document.h"
#include "src/input/parse.h"
#include "tests/fuzz/check.h"

namespace wecan {
namespace {

// Small, so that a walk after aliases stays short.
constexpr Budgets kBudgets{.depth = 100, .nodes = 20'000};

std::string SpanText(const Span& s) {
  return absl::StrCat(s.line, ":", s.column, "-", s.end_line, ":", s.end_column);
}

// Writes all that can be asked of `value` into `seen`. Recursion is bounded by the depth budget.
void Walk(const Value& value, std::string& seen) {
  const Span span = value.span();
  FUZZ_CHECK(span.line < span.end_line ||
             (span.line == span.end_line && span.column <= span.end_column));
  absl::StrAppend(&seen, SpanText(span), value.text(), value.flow(), value.IsTrue(),
                  value.AsString().value_or(""), "\n");
  value.ForEachEntry([&](const Value& key, const Value& entry) {
    Value found_key;
    const Value found = value.Find(key.text(), &found_key);
    FUZZ_CHECK(found && found_key);
    FUZZ_CHECK(SpanText(found.span()) == SpanText(entry.span()));
    FUZZ_CHECK(found_key.text() == key.text());
    Walk(entry, seen);
  });
  value.ForEachItem([&](const Value& item) { Walk(item, seen); });
}

std::string Read(absl::string_view text, Document& document) {
  std::string seen;
  const auto error = ParseYaml(text, document, [&](const Document& d) {
    if (d.empty()) return;
    Walk(d.root(), seen);
    for (const DuplicateKey& key : d.duplicates())
      absl::StrAppend(&seen, "twice ", key.key, SpanText(key.span));
  });
  if (error) {
    FUZZ_CHECK(!error->message.empty());
    absl::StrAppend(&seen, error->line, ":", error->column, error->message);
  }
  return seen;
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  wecan::Document document(wecan::kBudgets);
  const std::string first = wecan::Read(text, document);
  FUZZ_CHECK(wecan::Read(text, document) == first);
  return 0;
}
