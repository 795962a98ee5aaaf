// SPDX-License-Identifier: Apache-2.0
// One-line builders for the nouns of the analyzer, and how gtest prints them.
#pragma once

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "analyzer/grants/authorizer.h"
#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"
#include "analyzer/model/verb_set.h"

namespace wecan {

// "get,list" -> {"get", "list"}; "" -> {""}, the core group. No list at all is written as {}.
std::vector<std::string> Words(absl::string_view text);

// Rule("get,list", "apps", "deployments"): comma-separated lists. `names` "" means any name.
PolicyRule Rule(absl::string_view verbs, absl::string_view groups, absl::string_view resources,
                absl::string_view names = "");
PolicyRule UrlRule(absl::string_view verbs, absl::string_view urls);

// Request("get").Group("apps").Resource("deployments").Namespace("dev").Name("web")
class Request {
 public:
  explicit Request(absl::string_view verb) { attributes_.verb = std::string(verb); }

  Request& Group(absl::string_view group) { return Set(attributes_.api_group, group); }
  Request& Resource(absl::string_view resource) { return Set(attributes_.resource, resource); }
  Request& Subresource(absl::string_view sub) { return Set(attributes_.subresource, sub); }
  Request& Namespace(absl::string_view ns) { return Set(attributes_.namespace_, ns); }
  Request& Name(absl::string_view name) { return Set(attributes_.name, name); }
  // Makes it a request for a URL.
  Request& Path(absl::string_view path) {
    attributes_.resource_request = false;
    return Set(attributes_.path, path);
  }

  operator RequestAttributes() const { return attributes_; }  // NOLINT: a builder converts

 private:
  Request& Set(std::string& field, absl::string_view value) {
    field = std::string(value);
    return *this;
  }
  RequestAttributes attributes_;
};

Subject User(absl::string_view name);
Subject Group(absl::string_view name);
Subject ServiceAccount(absl::string_view ns, absl::string_view name);

Role MakeClusterRole(absl::string_view name, std::vector<PolicyRule> rules, Labels labels = {});
Role MakeRole(absl::string_view ns, absl::string_view name, std::vector<PolicyRule> rules);
// A ClusterRole that aggregates what carries one of `selectors`.
Role MakeAggregatedRole(absl::string_view name, std::vector<LabelSelector> selectors,
                        Labels labels = {}, std::vector<PolicyRule> rules = {});

// A ClusterRoleBinding to a ClusterRole.
RoleBinding BindClusterRole(absl::string_view role, std::vector<Subject> subjects);
// A RoleBinding in `ns` to a `kind` (Role or ClusterRole).
RoleBinding BindRole(absl::string_view ns, absl::string_view kind, absl::string_view role,
                     std::vector<Subject> subjects);

// "get,create" -> {get, create}; "" -> {}.
VerbSet Verbs(absl::string_view text);

// The rules of `resolved`, without the paths by which they are held.
std::vector<PolicyRule> RulesOf(const ResolvedRules& resolved);

// Whether two rules hold the same lists, the order of entries apart.
PolicyRule Sorted(PolicyRule rule);

void PrintTo(const PolicyRule& rule, std::ostream* os);
void PrintTo(const RequestAttributes& request, std::ostream* os);
void PrintTo(const UserInfo& user, std::ostream* os);
void PrintTo(VerbSet verbs, std::ostream* os);

}  // namespace wecan
