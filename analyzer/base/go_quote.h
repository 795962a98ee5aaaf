// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace wecan {

// `text` as Go's %q prints it: double quotes, \a \b \f \n \r \t \v \\ \", \xNN for invalid UTF-8
// and \uNNNN for characters that do not print. Kubernetes quotes every name in a reason or refusal
// this way. Source: Go strconv/quote.go, Quote.
std::string GoQuote(absl::string_view text);

// A list as Go's %q prints it: ["a" "b"], separated by one blank; no elements give [].
std::string GoQuoteList(absl::Span<const std::string> list);

}  // namespace wecan
