// SPDX-License-Identifier: Apache-2.0
// ParseCommandLine on words that NUL bytes separate. Properties: it ends with options, a text or an
// InvalidArgument with one line of message, and never by an exception.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

#include "src/cli/command_line.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> words = absl::StrSplit(text, '\0');
  const auto parsed = wecan::ParseCommandLine(words);
  if (parsed.ok()) {
    FUZZ_CHECK(!parsed->text.empty() || !parsed->options.command.empty());
    return 0;
  }
  FUZZ_CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
  FUZZ_CHECK(!parsed.status().message().empty());
  FUZZ_CHECK(absl::StrContains(text, '\n') || !absl::StrContains(parsed.status().message(), '\n'));
  return 0;
}
