// SPDX-License-Identifier: Apache-2.0
// ReadBaseline on any bytes. Properties: it ends with entries that count 1 or more, sorted and each
// once, or with an InvalidArgument; and what is read is written so that it reads the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

#include "absl/strings/string_view.h"

#include "src/baseline/baseline.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto baseline =
      wecan::ReadBaseline(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!baseline.ok()) {
    FUZZ_CHECK(baseline.status().code() == absl::StatusCode::kInvalidArgument);
    return 0;
  }
  const auto key = [](const wecan::BaselineEntry& e) {
    return std::tie(e.rule, e.path, e.object, e.id);
  };
  for (size_t i = 0; i < baseline->size(); ++i) {
    FUZZ_CHECK((*baseline)[i].count > 0);
    FUZZ_CHECK(i == 0 || key((*baseline)[i - 1]) < key((*baseline)[i]));
  }
  const std::string text = wecan::WriteBaseline(*baseline);
  const auto again = wecan::ReadBaseline(text);
  FUZZ_CHECK(again.ok() && *again == *baseline);
  return 0;
}
