// SPDX-License-Identifier: Apache-2.0
// Requests that leave out the name of an object, and then name it after all.
#pragma once

#include <string>
#include <vector>

#include "analyzer/grants/authorizer.h"
#include "analyzer/model/request.h"

namespace wecan {

// Makes `request` one about the object `name`. That for one Namespace carries its name as
// namespace, too. Source: kubernetes/apiserver v0.36 pkg/endpoints/request/requestinfo.go.
inline void NameObject(RequestAttributes& request, const std::string& name) {
  request.name = name;
  if (request.api_group.empty() && request.resource == "namespaces" && request.verb != "create")
    request.namespace_ = name;
}

// The decision on `request` without a name; if that is no, on each of `names`, until one is
// refused. `request` is then what the decision is about.
inline Decision AuthorizeByNames(const Authorizer& authorizer, const UserInfo& user,
                                 const std::vector<std::string>& names,
                                 RequestAttributes& request) {
  Decision decision = authorizer.Authorize(user, request);
  if (decision.allowed) return decision;
  for (const std::string& name : names) {
    NameObject(request, name);
    decision = authorizer.Authorize(user, request);
    if (!decision.allowed) break;
  }
  return decision;
}

}  // namespace wecan
