// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analyzer/fixes/role_change.h"
#include "src/edit/splice.h"

namespace wecan {

// What makes the change of `role`, as the input has it, in the text of its file.
RoleEdit EditOf(const Role& role, const RoleChange& change);

}  // namespace wecan
