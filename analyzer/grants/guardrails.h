// SPDX-License-Identifier: Apache-2.0
// policies/guardrails.yaml: what counts as over-broad in a grant, and what no grant is generated
// for.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/model/rbac.h"

namespace wecan {

struct Guardrail {
  absl::string_view id;
  absl::Span<const absl::string_view> verbs, api_groups, resources;  // empty: anything
  bool cluster_only;    // only what is granted in all namespaces at once
  bool over_broad;      // an existing grant of this kind is WEC302
  bool refused_in_fix;  // never in a generated grant; false: generated, and said so
  absl::string_view reason;
};

absl::Span<const Guardrail> Guardrails();

// The first guardrail that the single-verb, single-resource `atom` hits, or nullptr. Entries are
// compared literally, but for a trailing "/*" in a guardrail's resource, which stands for any
// subresource. URL atoms hit none but wildcard-verb.
const Guardrail* FindGuardrail(const PolicyRule& atom, bool cluster_wide);

}  // namespace wecan
