// SPDX-License-Identifier: Apache-2.0
// ReadConfig on any bytes. Properties: it ends with values of known keys, each with a position, or
// with an InvalidArgument that names the file; and what it gives is the same a second time.
#include <cstddef>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

#include "src/config/read.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const wecan::ConfigKind kind : {wecan::ConfigKind::kProject, wecan::ConfigKind::kUser}) {
    const auto file = wecan::ReadConfig("a/b.yaml", text, kind);
    const auto again = wecan::ReadConfig("a/b.yaml", text, kind);
    FUZZ_CHECK(file.status() == again.status());
    if (!file.ok()) {
      FUZZ_CHECK(file.status().code() == absl::StatusCode::kInvalidArgument);
      FUZZ_CHECK(absl::StartsWith(file.status().message(), "a/b.yaml:"));
      continue;
    }
    FUZZ_CHECK(file->values == again->values && file->ignores == again->ignores);
    for (const wecan::ConfigValue& value : file->values) {
      FUZZ_CHECK(wecan::FindConfigKey(value.key->name) == value.key);
      FUZZ_CHECK(value.line > 0 && value.column > 0);
      FUZZ_CHECK(kind == wecan::ConfigKind::kProject || value.key->user);
      for (const wecan::ConfigEntry& e : value.entries) FUZZ_CHECK(e.line > 0 && e.column > 0);
    }
    for (const wecan::IgnoreRule& ignore : file->ignores) FUZZ_CHECK(!ignore.rule.empty());
  }
  return 0;
}
