// SPDX-License-Identifier: Apache-2.0
// All that one account holds: its profile and the RBAC objects of the input, aggregated and
// resolved once.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

#include "analyzer/grants/authorizer.h"
#include "analyzer/model/rbac.h"
#include "analyzer/model/verb_set.h"

namespace wecan {

// The objects of `base` and of `added`; where both have one of the same kind, namespace and name,
// the added one counts.
RbacPolicy MergePolicies(const RbacPolicy& base, const RbacPolicy& added);

// What the account holds on one resource in one namespace.
struct ResourceGrants {
  struct Held {
    const Grant* grant;
    VerbSet verbs;
  };
  std::vector<Held>
      held;  // every Grant that names the resource with an agent verb, in resolution order

  // The verbs held on the object `name`. A Grant limited by resourceNames never satisfies an
  // unnamed request: list, watch, and create unless `create_named`.
  VerbSet VerbsOn(absl::string_view name, bool create_named) const;
};

// Resolves lazily and remembers; not for use by several threads at once.
class AgentGrants {
 public:
  // `policy` is aggregated already.
  AgentGrants(RbacPolicy policy, UserInfo user);
  // What another account holds by the same policy, which is shared.
  AgentGrants(const AgentGrants& other, UserInfo user);
  AgentGrants(const AgentGrants&) = delete;
  AgentGrants& operator=(const AgentGrants&) = delete;

  // "" for what holds cluster-wide.
  const ResourceGrants& On(absl::string_view group, absl::string_view resource,
                           absl::string_view ns);

  // Whether any rule of the account, anywhere, names the API group (or all of them).
  bool NamesGroup(absl::string_view group);

  // All Grants of the account in `ns`.
  const std::vector<Grant>& All(absl::string_view ns);

  const Authorizer& authorizer() const { return policy_->authorizer; }
  const RbacPolicy& policy() const { return policy_->objects; }
  const UserInfo& user() const { return user_; }
  // Namespaces in which a RoleBinding adds something, sorted.
  const std::vector<std::string>& namespaces() const { return namespaces_; }

 private:
  struct Policy {
    explicit Policy(RbacPolicy rbac) : objects(std::move(rbac)), authorizer(objects) {}
    const RbacPolicy objects;
    const Authorizer authorizer;
  };

  AgentGrants(UserInfo user, std::shared_ptr<const Policy> policy);

  // The one of namespaces() that `ns` is, else "": elsewhere only what holds cluster-wide holds.
  absl::string_view Relevant(absl::string_view ns) const;

  std::shared_ptr<const Policy> policy_;
  UserInfo user_;
  std::vector<std::string> namespaces_;
  absl::flat_hash_map<std::string, std::unique_ptr<std::vector<Grant>>> by_namespace_;
  absl::flat_hash_map<std::string, std::unique_ptr<ResourceGrants>> by_resource_;
  absl::flat_hash_map<std::string, bool> names_group_;
};

}  // namespace wecan
