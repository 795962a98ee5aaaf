// SPDX-License-Identifier: Apache-2.0
// Takes from a text what programs on its way put around it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace wecan {

// One level of JSON, Go %q and klog: \" \\ \/ \n \r \t \uXXXX \xNN. What is no such escape stays.
std::string UnescapeOnce(absl::string_view text);

// &lt; &gt; &amp; &quot; &#34; &#39;
std::string DecodeHtml(absl::string_view text);

// The text without terminal escapes (colours), carriage returns, NULs, and characters of no width:
// they separate nothing, and hide what is there. A no-break space becomes a blank. Lines stay
// lines.
std::string StripInvisible(absl::string_view text);

// Whether StripInvisible may find something.
bool HasInvisible(absl::string_view text);

}  // namespace wecan
