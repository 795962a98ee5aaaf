// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "analyzer/audit/audit_event.h"

namespace wecan {

// Reads one line of an audit log: an Event, or an EventList with its items. Calls `take` for each
// event of audit.k8s.io/v1. Gives "" or why the line, or an item of it, is none and was left out.
// Of members that stand there twice the last counts.
std::string ReadAuditLine(absl::string_view line, absl::FunctionRef<void(const AuditEvent&)> take);

// Whether `line` begins as kube-apiserver writes events of audit.k8s.io/v1 and ends as an object:
// if it is about another account it need not be read.
bool LooksLikeAuditEvent(absl::string_view line);

}  // namespace wecan
