// SPDX-License-Identifier: Apache-2.0
// Refusals in text of any kind: logs, output of kubectl, what somebody pasted.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "src/diagnose/denials.h"
#include "src/diagnose/recognizer.h"

namespace wecan {

// Adds what `text` tells of to `denials`, seen in `source`. A message that goes over several lines
// is put together again: rules of an escalation, values of klog, a folded scalar of YAML, a line
// that a terminal wrapped outside of quotes. Takes time that grows with the length alone.
void ReadText(absl::string_view text, const std::string& source, const Recognizer& recognizer,
              DenialSet& denials);

}  // namespace wecan
