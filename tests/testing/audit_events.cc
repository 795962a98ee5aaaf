// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/audit_events.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace wecan {
namespace {

// "KEY":"VALUE", or nothing for an empty value: Go's omitempty.
std::string Member(absl::string_view key, absl::string_view value) {
  return value.empty() ? "" : absl::StrCat("\"", key, "\":\"", value, "\",");
}

}  // namespace

std::string AuditLine(const LoggedEvent& e) {
  const std::string impersonated =
      e.impersonated.empty() ? ""
                             : absl::StrCat(R"("impersonatedUser":{"username":")", e.impersonated,
                                            R"(","groups":["system:authenticated"]},)");
  const std::string object =
      e.resource.empty()
          ? ""
          : absl::StrCat(R"("objectRef":{"resource":")", e.resource, "\",",
                         Member("namespace", e.ns), Member("name", e.name),
                         Member("apiGroup", e.group), Member("subresource", e.subresource),
                         R"("apiVersion":"v1"},)");
  const std::string annotations =
      e.decision.empty()
          ? ""
          : absl::StrCat(R"(,"annotations":{"authorization.k8s.io/decision":")", e.decision,
                         R"(","authorization.k8s.io/reason":"RBAC: allowed by RoleBinding )",
                         R"(\"b/shop\" of ClusterRole \"admin\" to ServiceAccount \"a/b\""})");
  return absl::StrCat(
      R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata",)",
      R"("auditID":"0a1b2c3d-0000-4000-8000-1234567890ab","stage":")", e.stage,
      R"(","requestURI":")", e.uri, R"(","verb":")", e.verb, R"(","user":{"username":")", e.user,
      R"(","uid":"5f0c","groups":["system:serviceaccounts","system:authenticated"],)",
      R"("extra":{"authentication.kubernetes.io/credential-id":["JTI=1"]}},)", impersonated,
      R"("sourceIPs":["10.0.0.7"],"userAgent":"work/v0.0.0",)", object,
      R"("responseStatus":{"metadata":{},)", Member("message", e.message), R"("code":)", e.code,
      R"(},"requestReceivedTimestamp":")", e.time, R"(","stageTimestamp":")", e.time, "\"",
      annotations, "}\n");
}

}  // namespace wecan
