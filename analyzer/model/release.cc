// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/release.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

bool ParsePart(absl::string_view text, int* part) {
  const bool digits = !text.empty() && text.size() <= 6 &&
                      text.find_first_not_of("0123456789") == absl::string_view::npos;
  return digits && absl::SimpleAtoi(text, part);
}

}  // namespace

std::optional<Release> ParseRelease(absl::string_view text) {
  absl::ConsumePrefix(&text, "v");
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  Release r;
  if (parts.size() < 2 || parts.size() > 3 || !ParsePart(parts[0], &r.major) ||
      !ParsePart(parts[1], &r.minor)) {
    return std::nullopt;
  }
  if (parts.size() == 3 && !ParsePart(parts[2], &r.patch)) return std::nullopt;
  return r;
}

std::string ReleaseName(const Release& r) {
  return r.patch < 0 ? absl::StrCat(r.major, ".", r.minor)
                     : absl::StrCat(r.major, ".", r.minor, ".", r.patch);
}

}  // namespace wecan
