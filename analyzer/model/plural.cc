// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/plural.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace wecan {

GuessedResource GuessPlural(absl::string_view kind) {
  if (kind.empty()) return {};
  const std::string lower = absl::AsciiStrToLower(kind);
  if (absl::EndsWith(lower, "endpoints")) return {lower, lower};
  switch (lower.back()) {
    case 's':
      return {absl::StrCat(lower, "es"), lower};
    case 'y':
      return {absl::StrCat(lower.substr(0, lower.size() - 1), "ies"), lower};
    default:
      return {absl::StrCat(lower, "s"), lower};
  }
}

}  // namespace wecan
