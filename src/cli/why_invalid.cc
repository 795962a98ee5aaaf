// SPDX-License-Identifier: Apache-2.0
// What the API server finds wrong with an access review, in its words; values that it would print
// as Go structs are left out. Source: kubernetes v1.36 pkg/apis/authorization/validation.
#include <string>

#include "absl/strings/str_cat.h"

#include "analyzer/base/go_quote.h"
#include "src/cli/review_stream.h"

namespace wecan {
namespace {

// null, "", {} and [] are as good as absent.
bool IsSet(const Json& json) {
  return json.is_string() ? !json.get_ref<const std::string&>().empty()
                          : !json.is_null() && !(json.is_structured() && json.empty());
}

std::string WrongAttributes(const Json& spec) {
  if (Member(spec, "resourceAttributes").is_object() !=
      Member(spec, "nonResourceAttributes").is_object())
    return "";
  return "exactly one of nonResourceAttributes or resourceAttributes must be specified";
}

std::string WrongSubject(const Json& review) {
  const std::optional<UserInfo> user = UserOf(review);
  if (!user || !user->name.empty() || !user->groups.empty()) return "";
  return "spec.user: Invalid value: \"\": at least one of user or group must be specified";
}

// `name` is fieldSelector or labelSelector.
std::string WrongSelector(const Json& spec, const char* name) {
  const Json& selector = Member(Member(spec, "resourceAttributes"), name);
  if (!selector.is_object()) return "";
  const std::string field = absl::StrCat("spec.resourceAttributes.", name);
  const std::string raw = StringMember(selector, "rawSelector");
  const Json& requirements = Member(selector, "requirements");
  if (!raw.empty() && IsSet(requirements)) {
    return absl::StrCat(field, ".rawSelector: Invalid value: ", GoQuote(raw),
                        ": may not specified at the same time as requirements");
  }
  if (raw.empty() && !IsSet(requirements)) {
    return absl::StrCat(field, ".requirements: Required value: when ", field,
                        " is specified, requirements or rawSelector is required");
  }
  for (size_t i = 0; i < requirements.size(); ++i) {
    if (StringMember(requirements[i], "key").empty())
      return absl::StrCat(field, ".requirements[", i, "].key: Required value: must be specified");
  }
  return "";
}

// The review says its namespace twice, and nothing else about itself.
std::string WrongLocal(const Json& review, const Json& metadata) {
  const Json& spec = Member(review, "spec");
  if (Member(spec, "nonResourceAttributes").is_object())
    return "spec.nonResourceAttributes: disallowed on this kind of request";
  for (const auto& [key, value] : metadata.items()) {
    if (key != "namespace" && key != "managedFields" && IsSet(value))
      return "metadata: must be empty except for namespace";
  }
  const std::string ns = StringMember(Member(spec, "resourceAttributes"), "namespace");
  if (ns == StringMember(metadata, "namespace")) return "";
  return absl::StrCat("spec.resourceAttributes.namespace: Invalid value: ", GoQuote(ns),
                      ": must match metadata.namespace");
}

std::string WrongMetadata(const Json& metadata) {
  for (const auto& [key, value] : metadata.items()) {
    if (key != "managedFields" && IsSet(value)) return "metadata: must be empty";
  }
  return "";
}

}  // namespace

std::string WhyInvalid(const Json& review) {
  const Json& spec = Member(review, "spec");
  const Json& metadata = Member(review, "metadata");
  const bool local = StringMember(review, "kind") == "LocalSubjectAccessReview";
  for (const std::string& why :
       {WrongAttributes(spec), WrongSubject(review), WrongSelector(spec, "fieldSelector"),
        WrongSelector(spec, "labelSelector"),
        local ? WrongLocal(review, metadata) : WrongMetadata(metadata)}) {
    if (!why.empty()) return why;
  }
  return "";
}

}  // namespace wecan
