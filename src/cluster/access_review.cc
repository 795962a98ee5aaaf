// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/access_review.h"

#include "absl/strings/str_cat.h"

#include "src/cluster/http_client.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {
namespace {

using CompactJson = nlohmann::json;

std::string Dump(const CompactJson& json) {
  return json.dump(-1, ' ', false, CompactJson::error_handler_t::replace);
}

CompactJson AttributesOf(const RequestAttributes& r, const std::string& attributes) {
  if (!attributes.empty()) return CompactJson::parse(attributes, nullptr, false);
  if (!r.resource_request) return {{"path", r.path}, {"verb", r.verb}};
  CompactJson json = {{"verb", r.verb}, {"resource", r.resource}};
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  add("group", r.api_group);
  add("subresource", r.subresource);
  add("namespace", r.namespace_);
  add("name", r.name);
  return json;
}

CompactJson Review(const char* kind, const RequestAttributes& request,
                   const std::string& attributes) {
  const char* key = request.resource_request ? "resourceAttributes" : "nonResourceAttributes";
  return {{"apiVersion", "authorization.k8s.io/v1"},
          {"kind", kind},
          {"spec", {{key, AttributesOf(request, attributes)}}}};
}

absl::Status Unreadable(absl::string_view label, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(Printable(std::string(label)), ": the answer is no ",
                                          what, "; is this a Kubernetes API server?"));
}

// The object at `key`, or nullptr.
const CompactJson* ObjectAt(const CompactJson& json, const char* key) {
  const auto it = json.is_object() ? json.find(key) : json.end();
  return it != json.end() && it->is_object() ? &*it : nullptr;
}

std::string StringAt(const CompactJson& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : "";
}

bool TrueAt(const CompactJson& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && *it == true;
}

}  // namespace

std::string SelfReviewBody(const RequestAttributes& request, const std::string& attributes) {
  return Dump(Review("SelfSubjectAccessReview", request, attributes));
}

std::string ReviewBody(const RequestAttributes& request, const std::string& attributes,
                       const UserInfo& subject) {
  CompactJson review = Review("SubjectAccessReview", request, attributes);
  if (!subject.name.empty()) review["spec"]["user"] = subject.name;
  if (!subject.groups.empty()) review["spec"]["groups"] = subject.groups;
  return Dump(review);
}

std::string WhoAmIBody() {
  return R"({"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"})";
}

absl::StatusOr<ReviewStatus> ReadReview(absl::string_view label, const HttpReply& reply) {
  if (absl::Status status = HttpReplyError(label, reply); !status.ok()) return status;
  const CompactJson json = CompactJson::parse(reply.body, nullptr, false);
  const CompactJson* status = ObjectAt(json, "status");
  // Without `allowed` it is not the answer to what was posted.
  if (status == nullptr || !status->contains("allowed") || !(*status)["allowed"].is_boolean())
    return Unreadable(label, "access review");
  return ReviewStatus{.allowed = TrueAt(*status, "allowed"),
                      .denied = TrueAt(*status, "denied"),
                      .reason = StringAt(*status, "reason"),
                      .evaluation_error = StringAt(*status, "evaluationError")};
}

absl::StatusOr<UserInfo> ReadWhoAmI(absl::string_view label, const HttpReply& reply) {
  if (absl::Status status = HttpReplyError(label, reply); !status.ok()) return status;
  const CompactJson json = CompactJson::parse(reply.body, nullptr, false);
  const CompactJson* status = ObjectAt(json, "status");
  const CompactJson* info = status == nullptr ? nullptr : ObjectAt(*status, "userInfo");
  if (info == nullptr) return Unreadable(label, "SelfSubjectReview");
  UserInfo user{.name = StringAt(*info, "username")};
  if (const auto groups = info->find("groups"); groups != info->end() && groups->is_array()) {
    for (const CompactJson& group : *groups) {
      if (group.is_string()) user.groups.push_back(group.get<std::string>());
    }
  }
  return user;
}

}  // namespace wecan
