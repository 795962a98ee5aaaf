// SPDX-License-Identifier: Apache-2.0
// ReadDenials on any bytes. Properties: it ends; every denial has a text, a place, and fields
// without quotes and line breaks; and a second time gives the same.
#include <cstddef>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

#include "src/diagnose/read_objects.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const wecan::Recognizer& recognizer = *new wecan::Recognizer();
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  wecan::Budgets budgets;
  budgets.nodes = 100'000;
  wecan::DenialSet once, again;
  wecan::ReadDenials(text, "stdin", budgets, recognizer, once);
  wecan::ReadDenials(text, "stdin", budgets, recognizer, again);
  FUZZ_CHECK(once.denials().size() == again.denials().size());
  FUZZ_CHECK(once.cut_times() == again.cut_times());
  for (size_t i = 0; i < once.denials().size(); ++i) {
    const wecan::Denial& d = once.denials()[i];
    FUZZ_CHECK(wecan::DenialKey(d) == wecan::DenialKey(again.denials()[i]));
    FUZZ_CHECK(d.refusal != nullptr && !d.text.empty());
    FUZZ_CHECK(d.times > 0 && !d.seen.empty() && d.seen.size() <= wecan::kSightings);
    for (const std::string* field : {&d.verb, &d.group, &d.resource, &d.namespace_})
      FUZZ_CHECK(!absl::StrContains(*field, '\n') && !absl::StrContains(*field, '"'));
  }
  return 0;
}
