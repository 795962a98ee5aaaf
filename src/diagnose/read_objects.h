// SPDX-License-Identifier: Apache-2.0
// Refusals in objects: the conditions of ManifestWorks and other kinds, Status objects, events,
// Lists of them, logs in JSON.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "src/diagnose/denials.h"
#include "src/diagnose/recognizer.h"
#include "src/input/document.h"

namespace wecan {

// Adds what the texts in `text` tell of to `denials`, seen in `source`, each with the object and
// condition that it stands in. False if `text` is neither JSON nor YAML of objects, or broken; then
// nothing is added. `spec`, `data` and annotations are what somebody wants, not what was refused,
// and are passed over; so are conditions that are True.
bool ReadObjects(absl::string_view text, const std::string& source, const Budgets& budgets,
                 const Recognizer& recognizer, DenialSet& denials);

// What `text` tells of, whatever it is: objects, else text of any kind.
void ReadDenials(absl::string_view text, const std::string& source, const Budgets& budgets,
                 const Recognizer& recognizer, DenialSet& denials);

}  // namespace wecan
