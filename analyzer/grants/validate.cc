// SPDX-License-Identifier: Apache-2.0
// Tests: conformance validate.
#include "analyzer/grants/validate.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

#include "analyzer/base/dns1123.h"
#include "analyzer/base/go_quote.h"
#include "analyzer/base/utf8.h"

namespace wecan {
namespace {

// A string as Go's encoding/json writes it: also <, >, & and the line separators are escaped.
std::string JsonQuote(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    const absl::string_view bytes = text.substr(0, c.length);
    text.remove_prefix(c.length);
    static constexpr absl::string_view kShort = "\b\f\n\r\t\"\\", kLetters = "bfnrt\"\\";
    const size_t named = c.code < 0x80 ? kShort.find(static_cast<char>(c.code)) : kShort.npos;
    if (named != kShort.npos) {
      absl::StrAppend(&out, "\\", kLetters.substr(named, 1));
    } else if (c.code < 0x20 || c.code == '<' || c.code == '>' || c.code == '&' ||
               c.code == 0x2028 || c.code == 0x2029 || !c.valid) {
      absl::StrAppendFormat(&out, "\\u%04x", c.valid ? c.code : 0xFFFD);
    } else {
      absl::StrAppend(&out, bytes);
    }
  }
  return out + '"';
}

std::string JsonList(const std::vector<std::string>& list) {
  return absl::StrCat("[",
                      absl::StrJoin(list, ",",
                                    [](std::string* out, const std::string& s) {
                                      absl::StrAppend(out, JsonQuote(s));
                                    }),
                      "]");
}

// Collects errors as k8s.io/apimachinery pkg/util/validation/field prints them.
class Errors {
 public:
  void Required(const std::string& field, absl::string_view detail) {
    Add("Required value", field, "", detail);
  }
  // `value` is quoted already.
  void Invalid(const std::string& field, absl::string_view value, absl::string_view detail) {
    Add("Invalid value", field, absl::StrCat(": ", value), detail);
  }
  void Forbidden(const std::string& field, absl::string_view detail) {
    Add("Forbidden", field, "", detail);
  }
  void Unsupported(const std::string& field, absl::string_view value,
                   const std::vector<std::string>& supported) {
    const std::string list = absl::StrJoin(
        supported, ", ",
        [](std::string* out, const std::string& s) { absl::StrAppend(out, GoQuote(s)); });
    Add("Unsupported value", field, absl::StrCat(": ", GoQuote(value)),
        absl::StrCat("supported values: ", list));
  }

  std::vector<FieldError> Take() { return std::move(errors_); }

 private:
  void Add(absl::string_view type, const std::string& field, absl::string_view value,
           absl::string_view detail) {
    errors_.push_back({std::string(type), field,
                       absl::StrCat(field, ": ", type, value, detail.empty() ? "" : ": ", detail)});
  }

  std::vector<FieldError> errors_;
};

// Source: apimachinery v0.36 pkg/api/validation/path/name.go, IsValidPathSegmentName.
void CheckSegmentName(const std::string& field, const std::string& name, Errors& errors) {
  if (name == "." || name == "..") {
    errors.Invalid(field, GoQuote(name), absl::StrCat("may not be '", name, "'"));
    return;
  }
  for (absl::string_view bad : {"/", "%"}) {
    if (absl::StrContains(name, bad))
      errors.Invalid(field, GoQuote(name), absl::StrCat("may not contain '", bad, "'"));
  }
}

void CheckSubdomain(const std::string& field, const std::string& name, Errors& errors) {
  if (name.size() > kMaxDns1123Subdomain)
    errors.Invalid(field, GoQuote(name),
                   absl::StrCat("must be no more than ", kMaxDns1123Subdomain, " bytes"));
  if (AreDns1123Labels(name)) return;
  errors.Invalid(
      field, GoQuote(name),
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
      "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
      "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
}

// `ns` is nullptr for a cluster-scoped object.
void CheckMetadata(const std::string& name, bool generate_name, const std::string* ns,
                   Errors& errors) {
  if (!name.empty()) {
    CheckSegmentName("metadata.name", name, errors);
  } else if (!generate_name) {
    errors.Required("metadata.name", "name or generateName is required");
  }
  if (ns != nullptr && ns->empty()) errors.Required("metadata.namespace", "");
}

void CheckRule(const std::string& field, const PolicyRule& rule, bool namespaced, Errors& errors) {
  if (rule.verbs.empty())
    errors.Required(field + ".verbs", "verbs must contain at least one value");
  if (!rule.non_resource_urls.empty()) {
    const std::string urls = JsonList(rule.non_resource_urls);
    if (namespaced) {
      errors.Invalid(field + ".nonResourceURLs", urls,
                     "namespaced rules cannot apply to non-resource URLs");
    }
    if (!rule.api_groups.empty() || !rule.resources.empty() || !rule.resource_names.empty()) {
      errors.Invalid(field + ".nonResourceURLs", urls,
                     "rules cannot apply to both regular resources and non-resource URLs");
    }
    return;
  }
  if (rule.api_groups.empty())
    errors.Required(field + ".apiGroups", "resource rules must supply at least one api group");
  if (rule.resources.empty())
    errors.Required(field + ".resources", "resource rules must supply at least one resource");
}

// Source: apimachinery v0.36 pkg/apis/meta/v1/validation/validation.go,
// ValidateLabelSelectorRequirement.
void CheckRequirement(const std::string& field, const LabelSelectorRequirement& requirement,
                      Errors& errors) {
  if (requirement.op == "In" || requirement.op == "NotIn") {
    if (requirement.values.empty()) {
      errors.Required(field + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (requirement.op == "Exists" || requirement.op == "DoesNotExist") {
    if (!requirement.values.empty()) {
      errors.Forbidden(field + ".values",
                       "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else {
    errors.Invalid(field + ".operator", GoQuote(requirement.op), "not a valid selector operator");
  }
}

void CheckAggregation(const std::vector<LabelSelector>& selectors, Errors& errors) {
  const std::string field = "aggregationRule.clusterRoleSelectors";
  if (selectors.empty()) {
    errors.Required(field,
                    "at least one clusterRoleSelector required if aggregationRule is non-nil");
  }
  for (size_t i = 0; i < selectors.size(); ++i) {
    const std::string selector = absl::StrCat(field, "[", i, "]");
    const auto& expressions = selectors[i].match_expressions;
    for (size_t j = 0; j < expressions.size(); ++j) {
      CheckRequirement(absl::StrCat(selector, ".matchExpressions[", j, "]"), expressions[j],
                       errors);
    }
    if (!ValidateSelector(selectors[i]).ok())
      errors.Invalid(selector, "null", "invalid label selector.");
  }
}

void CheckRoleRef(const RoleBinding& binding, Errors& errors) {
  const RoleRef& ref = binding.role_ref;
  if (ref.api_group != kRbacGroup)
    errors.Unsupported("roleRef.apiGroup", ref.api_group, {kRbacGroup});
  const std::vector<std::string> kinds = binding.cluster
                                             ? std::vector<std::string>{"ClusterRole"}
                                             : std::vector<std::string>{"Role", "ClusterRole"};
  if (std::find(kinds.begin(), kinds.end(), ref.kind) == kinds.end())
    errors.Unsupported("roleRef.kind", ref.kind, kinds);
  if (ref.name.empty()) {
    errors.Required("roleRef.name", "");
  } else {
    CheckSegmentName("roleRef.name", ref.name, errors);
  }
}

void CheckSubject(const std::string& field, const Subject& subject, bool namespaced,
                  Errors& errors) {
  if (subject.name.empty()) errors.Required(field + ".name", "");
  if (subject.kind == "ServiceAccount") {
    if (!subject.name.empty()) CheckSubdomain(field + ".name", subject.name, errors);
    if (!subject.api_group.empty())
      errors.Unsupported(field + ".apiGroup", subject.api_group, {""});
    if (!namespaced && subject.namespace_.empty()) errors.Required(field + ".namespace", "");
  } else if (subject.kind == "User" || subject.kind == "Group") {
    if (subject.api_group != kRbacGroup)
      errors.Unsupported(field + ".apiGroup", subject.api_group, {kRbacGroup});
  } else {
    errors.Unsupported(field + ".kind", subject.kind, {"ServiceAccount", "User", "Group"});
  }
}

std::string RoleRefJson(const RoleRef& ref) {
  return absl::StrCat("{\"APIGroup\":", JsonQuote(ref.api_group), ",\"Kind\":", JsonQuote(ref.kind),
                      ",\"Name\":", JsonQuote(ref.name), "}");
}

}  // namespace

void SetDefaults(RoleBinding& binding) {
  if (binding.role_ref.api_group.empty()) binding.role_ref.api_group = kRbacGroup;
  for (Subject& subject : binding.subjects) {
    const bool account = subject.kind == "User" || subject.kind == "Group";
    if (account && subject.api_group.empty()) subject.api_group = kRbacGroup;
  }
}

std::vector<FieldError> ValidateRole(const Role& role, bool generate_name) {
  Errors errors;
  const bool namespaced = role.kind == RoleKind::kRole;
  CheckMetadata(role.name, generate_name, namespaced ? &role.namespace_ : nullptr, errors);
  for (size_t i = 0; i < role.rules.size(); ++i)
    CheckRule(absl::StrCat("rules[", i, "]"), role.rules[i], namespaced, errors);
  if (role.aggregation) CheckAggregation(*role.aggregation, errors);
  return errors.Take();
}

std::vector<FieldError> ValidateBinding(const RoleBinding& binding, const RoleBinding* old_binding,
                                        bool generate_name) {
  Errors errors;
  CheckMetadata(binding.name, generate_name, binding.cluster ? nullptr : &binding.namespace_,
                errors);
  CheckRoleRef(binding, errors);
  for (size_t i = 0; i < binding.subjects.size(); ++i) {
    CheckSubject(absl::StrCat("subjects[", i, "]"), binding.subjects[i], !binding.cluster, errors);
  }
  if (old_binding != nullptr && old_binding->role_ref != binding.role_ref)
    errors.Invalid("roleRef", RoleRefJson(binding.role_ref), "cannot change roleRef");
  return errors.Take();
}

}  // namespace wecan
