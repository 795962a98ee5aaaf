// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "analyzer/model/request.h"

namespace wecan {

// The message of the 403 that kube-apiserver answers when `user` may not do it:
// `pods "web" is forbidden: User "bob" cannot get resource "pods" in API group "" in the namespace
// "dev": REASON`. `reason` as Authorizer::Reason gives it, may be empty. What stands before the
// reason has &, < and > escaped as in HTML.
// Source: kubernetes/apiserver v0.36 pkg/endpoints/handlers/responsewriters/errors.go, Forbidden.
std::string ForbiddenMessage(absl::string_view user, const RequestAttributes& request,
                             absl::string_view reason);

}  // namespace wecan
