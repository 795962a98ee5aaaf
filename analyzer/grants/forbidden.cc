// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/forbidden.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "analyzer/base/go_quote.h"

namespace wecan {
namespace {

std::string WhatIsRefused(absl::string_view user, const RequestAttributes& r) {
  if (!r.resource_request)
    return absl::StrCat("User ", GoQuote(user), " cannot ", r.verb, " path ", GoQuote(r.path));
  const std::string resource =
      r.subresource.empty() ? r.resource : absl::StrCat(r.resource, "/", r.subresource);
  const std::string where = r.namespace_.empty()
                                ? "at the cluster scope"
                                : absl::StrCat("in the namespace ", GoQuote(r.namespace_));
  return absl::StrCat("User ", GoQuote(user), " cannot ", r.verb, " resource ", GoQuote(resource),
                      " in API group ", GoQuote(r.api_group), " ", where);
}

// `deployments.apps "web" is `, or nothing for a path.
std::string WhatIsAsked(const RequestAttributes& r) {
  if (!r.resource_request) return "";
  return absl::StrCat(r.resource, r.api_group.empty() ? "" : absl::StrCat(".", r.api_group),
                      r.name.empty() ? "" : absl::StrCat(" ", GoQuote(r.name)), " is ");
}

}  // namespace

std::string ForbiddenMessage(absl::string_view user, const RequestAttributes& request,
                             absl::string_view reason) {
  const std::string refused = absl::StrReplaceAll(WhatIsRefused(user, request),
                                                  {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
  return absl::StrCat(WhatIsAsked(request), "forbidden: ", refused, reason.empty() ? "" : ": ",
                      reason);
}

}  // namespace wecan
