// SPDX-License-Identifier: Apache-2.0
#include "analyzer/base/dns1123.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace wecan {

bool IsDns1123Label(absl::string_view text) {
  const auto alphanumeric = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  return !text.empty() && alphanumeric(text.front()) && alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return alphanumeric(c) || c == '-'; });
}

bool AreDns1123Labels(absl::string_view text) {
  const std::vector<absl::string_view> labels = absl::StrSplit(text, '.');
  return std::all_of(labels.begin(), labels.end(), IsDns1123Label);
}

bool IsDns1123Subdomain(absl::string_view text) {
  return text.size() <= kMaxDns1123Subdomain && AreDns1123Labels(text);
}

}  // namespace wecan
