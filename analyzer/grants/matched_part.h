// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"

namespace wecan {

// The entries of `rule` by which it allows `request`, in the words of the command line: "get pods",
// "* *.apps", "get */scale.*", "get /healthz/*", "get secrets only web". `rule` allows it.
std::string MatchedPart(const PolicyRule& rule, const RequestAttributes& request);

}  // namespace wecan
