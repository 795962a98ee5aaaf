// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/types/span.h"

#include "analyzer/model/request.h"
#include "src/cluster/ask.h"

namespace wecan {

// A method that was refused, and the server's words.
struct Refusal {
  AskMethod method;
  std::string why;
};

// The smallest RBAC objects that let `caller` ask about `subject` by the first of the methods that
// were refused, as YAML; "" without refusals. Where the server's words show that it knows
// constrained impersonation (Kubernetes 1.36), what that takes: it allows reviews and nothing else.
// Source: kubernetes v1.36
// staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation/mode.go.
std::string OperatorGrant(const UserInfo& caller, const UserInfo& subject,
                          absl::Span<const Refusal> refusals);

}  // namespace wecan
