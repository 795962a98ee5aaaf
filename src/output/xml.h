// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace wecan {

// `text` between two tags, and between two double quotes: markup escaped, characters that XML 1.0
// does not know and invalid UTF-8 replaced by U+FFFD.
std::string XmlText(absl::string_view text);
std::string XmlAttribute(absl::string_view text);

}  // namespace wecan
