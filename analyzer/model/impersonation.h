// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

#include "analyzer/model/request.h"

namespace wecan {

// What the API server asks before it lets somebody act as `user`: the verb impersonate on that
// ServiceAccount, or on a user of that name. Groups, uid and extra that are given besides are asked
// one by one. Source: kubernetes/apiserver v0.36 pkg/endpoints/filters/impersonation.
RequestAttributes ImpersonationCheck(absl::string_view user);

}  // namespace wecan
