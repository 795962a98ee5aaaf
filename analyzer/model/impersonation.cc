// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/impersonation.h"

#include <string>

namespace wecan {

RequestAttributes ImpersonationCheck(absl::string_view user) {
  RequestAttributes check{.verb = "impersonate", .resource = "serviceaccounts"};
  if (ParseServiceAccountUsername(user, &check.namespace_, &check.name)) return check;
  check.resource = "users";
  check.name = std::string(user);
  return check;
}

}  // namespace wecan
