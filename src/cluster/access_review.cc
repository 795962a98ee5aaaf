// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/access_review.h"

#include "absl/strings/str_cat.h"

#include "src/cluster/http_client.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {
namespace {

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json AttributesOf(const RequestAttributes& r, const std::string& attributes) {
  if (!attributes.empty()) return Json::parse(attributes, nullptr, false);
  if (!r.resource_request) return {{"path", r.path}, {"verb", r.verb}};
  Json json = {{"verb", r.verb}, {"resource", r.resource}};
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  add("group", r.api_group);
  add("subresource", r.subresource);
  add("namespace", r.namespace_);
  add("name", r.name);
  return json;
}

Json Review(const char* kind, const RequestAttributes& request, const std::string& attributes) {
  const char* key = request.resource_request ? "resourceAttributes" : "nonResourceAttributes";
  return {{"apiVersion", "authorization.k8s.io/v1"},
          {"kind", kind},
          {"spec", {{key, AttributesOf(request, attributes)}}}};
}

absl::Status Unreadable(absl::string_view label, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(Printable(std::string(label)), ": the answer is no ",
                                          what, "; is this a Kubernetes API server?"));
}

}  // namespace

std::string SelfReviewBody(const RequestAttributes& request, const std::string& attributes) {
  return Dump(Review("SelfSubjectAccessReview", request, attributes));
}

std::string ReviewBody(const RequestAttributes& request, const std::string& attributes,
                       const UserInfo& subject) {
  Json review = Review("SubjectAccessReview", request, attributes);
  if (!subject.name.empty()) review["spec"]["user"] = subject.name;
  if (!subject.groups.empty()) review["spec"]["groups"] = subject.groups;
  return Dump(review);
}

std::string WhoAmIBody() {
  return R"({"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"})";
}

absl::StatusOr<ReviewStatus> ReadReview(absl::string_view label, const HttpReply& reply) {
  if (absl::Status status = HttpReplyError(label, reply); !status.ok()) return status;
  const Json json = Json::parse(reply.body, nullptr, false);
  const Json& status = Member(json, "status");
  const Json& allowed = Member(status, "allowed");
  // Without `allowed` it is not the answer to what was posted.
  if (!allowed.is_boolean()) return Unreadable(label, "access review");
  return ReviewStatus{.allowed = allowed == true,
                      .denied = Member(status, "denied") == true,
                      .reason = StringMember(status, "reason"),
                      .evaluation_error = StringMember(status, "evaluationError")};
}

absl::StatusOr<UserInfo> ReadWhoAmI(absl::string_view label, const HttpReply& reply) {
  if (absl::Status status = HttpReplyError(label, reply); !status.ok()) return status;
  const Json json = Json::parse(reply.body, nullptr, false);
  const Json& info = Member(Member(json, "status"), "userInfo");
  if (!info.is_object()) return Unreadable(label, "SelfSubjectReview");
  return UserInfo{StringMember(info, "username"), StringMembers(info, "groups")};
}

}  // namespace wecan
