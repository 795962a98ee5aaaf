// SPDX-License-Identifier: Apache-2.0
// One request against one PolicyRule: the whole of RBAC matching.
// Source: kubernetes v1.36 plugin/pkg/auth/authorizer/rbac/rbac.go,
// pkg/apis/rbac/v1/evaluation_helpers.go.
#pragma once

#include "absl/strings/string_view.h"

#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

bool VerbMatches(const PolicyRule& rule, absl::string_view verb);
bool APIGroupMatches(const PolicyRule& rule, absl::string_view group);

// `subresource` may be empty. "*" in the rule includes every subresource, "*/scale" matches any
// parent's scale; "pods/*" is no wildcard.
bool ResourceMatches(const PolicyRule& rule, absl::string_view resource,
                     absl::string_view subresource);

// An empty list matches any name, the empty one too; otherwise the name must be listed.
bool ResourceNameMatches(const PolicyRule& rule, absl::string_view name);

// "*" matches all; a trailing "*" matches by prefix; everything else is literal.
bool NonResourceURLMatches(const PolicyRule& rule, absl::string_view path);

bool RuleAllows(const RequestAttributes& request, const PolicyRule& rule);

}  // namespace wecan
