// SPDX-License-Identifier: Apache-2.0
// rules/refusals.yaml: the texts of requests that were refused, and of what looks like it.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace wecan {

struct RefusalField {
  absl::string_view name, value;
};

struct RefusalExample {
  absl::string_view text;
  absl::Span<const RefusalField> fields;  // what is read of it, where that is not ""
};

// How one kind of refusal reads, and what it means.
struct Refusal {
  absl::string_view id;
  absl::string_view classification;  // missing-permission, escalation, executor ...
  absl::string_view title;
  absl::string_view pattern;  // RE2
  absl::string_view when;     // what has to hold besides; "" for nothing
  absl::Span<const absl::string_view> unless;
  absl::string_view cause;  // what it means
  absl::string_view next;   // where to look next
  absl::Span<const RefusalExample> examples;
  absl::Span<const absl::string_view> counterexamples;
};

// In order of precedence: of two that match the same place the first counts.
absl::Span<const Refusal> Refusals();

// What is to be known besides when a resource is refused.
struct RefusalRemark {
  absl::string_view group, resource, text;
};
absl::Span<const RefusalRemark> RefusalRemarks();

// "" if there is none.
absl::string_view RemarkOn(absl::string_view group, absl::string_view resource);

// nullptr if there is none with this id.
const Refusal* FindRefusal(absl::string_view id);

inline constexpr char kMissingPermission[] = "missing-permission";  // the only one RBAC may cure
inline constexpr char kEscalation[] = "escalation";

}  // namespace wecan
