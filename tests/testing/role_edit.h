// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

#include "src/edit/splice.h"

namespace wecan {

// An edit of the ClusterRole "r" in words: "v0+create" and "v0-get" add and remove a verb of rule
// 0, "r0+pods" and "r0-pods" a resource, "x0" drops the rule, "+get,list|apps|deployments" appends
// one, "@key=value" sets an annotation.
RoleEdit EditInWords(absl::string_view words);

}  // namespace wecan
