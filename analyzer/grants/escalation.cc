// SPDX-License-Identifier: Apache-2.0
// Tests: conformance role_write, binding_write, escalation_message, gc_only; the exhaustive
// comparison with a naive model.
#include "analyzer/grants/escalation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/go_quote.h"
#include "analyzer/grants/compact.h"
#include "analyzer/grants/rule_allows.h"

namespace wecan {
namespace {

// For all objects of one user together: a check of a hundred thousand roles ends, too.
constexpr CoverBudget kTotal = {.steps = 200'000'000, .atoms = 200'000, .bytes = int64_t{16} << 20};

// Missing roles that a text names. A real user is bound to one or two.
constexpr size_t kMaxErrors = 100;

// What an aggregationRule may gather, so what its author must hold. Source: clusterrole
// policybased/storage.go, fullAuthority.
const std::vector<PolicyRule>& FullAuthority() {
  static const auto* rules =
      new std::vector<PolicyRule>{{.verbs = {"*"}, .api_groups = {"*"}, .resources = {"*"}},
                                  {.verbs = {"*"}, .non_resource_urls = {"*"}}};
  return *rules;
}

bool Aggregates(const Role* role) {
  return role != nullptr && role->kind == RoleKind::kClusterRole && role->aggregation &&
         !role->aggregation->empty();
}

std::string QualifiedName(absl::string_view resource, absl::string_view name) {
  const std::string qualified = absl::StrCat(resource, ".", kRbacGroup);
  return name.empty() ? qualified : absl::StrCat(qualified, " ", GoQuote(name));
}

std::string NotFound(absl::string_view resource, const RoleRef& ref) {
  if (ref.kind != "Role" && ref.kind != "ClusterRole")
    return absl::StrCat("unsupported role reference kind: ", GoQuote(ref.kind));
  return absl::StrCat(QualifiedName(resource, ref.name), " not found");
}

std::string Forbidden(absl::string_view resource, absl::string_view name, absl::string_view why) {
  return absl::StrCat(QualifiedName(resource, name), " is forbidden: ", why);
}

std::string Incomplete(size_t listed) {
  return absl::StrCat("\n(too large to be compared in full: more than the ", listed,
                      " rules above may be missing)");
}

}  // namespace

std::string EscalationText(const UserInfo& user, absl::Span<const PolicyRule> missing,
                           const std::vector<std::string>& errors) {
  std::set<std::string> distinct;
  for (const PolicyRule& rule : missing) distinct.insert(CompactString(rule));
  std::string text =
      absl::StrCat("user ", GoQuote(user.name), " (groups=", GoQuoteList(user.groups),
                   ") is attempting to grant RBAC permissions not currently held:\n",
                   absl::StrJoin(distinct, "\n"));
  if (!errors.empty()) {
    absl::StrAppend(&text, "; resolution errors: [", ResolvedRules{.errors = errors}.ErrorText(),
                    "]");
  }
  return text;
}

bool OnlyGCFieldsChange(absl::Span<const std::string> changed_fields) {
  static const auto* const kFields = new absl::flat_hash_set<absl::string_view>{
      "ownerReferences", "finalizers", "managedFields", "selfLink"};
  return std::all_of(changed_fields.begin(), changed_fields.end(),
                     [](const std::string& field) { return kFields->contains(field); });
}

EscalationChecker::EscalationChecker(const Authorizer& authorizer, UserInfo user)
    : authorizer_(authorizer),
      user_(std::move(user)),
      privileged_(IsPrivileged(user_)),
      namespaces_(authorizer.NamespacesOf(user_)),
      total_(kTotal) {}

EscalationChecker::Holdings& EscalationChecker::In(absl::string_view ns) {
  // Where no RoleBinding applies, only what holds everywhere holds.
  if (!std::binary_search(namespaces_.begin(), namespaces_.end(), ns)) ns = "";
  if (holdings_.index != nullptr && holdings_.ns == ns) return holdings_;
  holdings_ = Holdings{.ns = std::string(ns)};
  for (const auto& [binding, role] : authorizer_.BoundRoles(user_, ns)) {
    if (role == nullptr) {
      if (holdings_.dangling.size() < kMaxErrors) holdings_.dangling.push_back(binding);
      continue;
    }
    for (const PolicyRule& rule : role->rules) holdings_.rules.push_back(&rule);
  }
  holdings_.index = std::make_unique<CoverIndex>(holdings_.rules);
  return holdings_;
}

bool EscalationChecker::Holds(Holdings& holdings, absl::string_view verb, absl::string_view group,
                              absl::string_view resource, absl::string_view name) {
  constexpr absl::string_view kNul("\0", 1);
  const auto [it, inserted] =
      holdings.powers.try_emplace(absl::StrCat(verb, kNul, group, kNul, resource));
  Power& power = it->second;
  if (inserted) {
    for (const PolicyRule* rule : holdings.rules) {
      if (!VerbMatches(*rule, verb) || !APIGroupMatches(*rule, group) ||
          !ResourceMatches(*rule, resource, "")) {
        continue;
      }
      power.any |= rule->resource_names.empty();
      power.names.insert(rule->resource_names.begin(), rule->resource_names.end());
    }
  }
  return power.any || power.names.contains(name);
}

CoverGap EscalationChecker::Missing(const Holdings& holdings, absl::Span<const PolicyRule> rules) {
  const CoverBudget one;
  const CoverBudget given{.steps = std::min(one.steps, total_.steps),
                          .atoms = std::min(one.atoms, total_.atoms),
                          .bytes = std::min(one.bytes, total_.bytes)};
  CoverBudget budget = given;
  CoverGap gap = holdings.index->Uncovered(rules, budget);
  total_.steps -= given.steps - budget.steps;
  return gap;
}

EscalationResult EscalationChecker::Refuse(const Holdings& holdings, absl::string_view resource,
                                           absl::string_view name, const CoverGap& gap) {
  // Many bindings to one large role repeat the same long text.
  const bool spent = total_.bytes <= 0 || total_.atoms <= 0;
  const absl::Span<const PolicyRule> atoms(gap.atoms.data(), spent ? 1 : gap.atoms.size());
  EscalationResult result{.outcome = EscalationResult::Outcome::kRefused,
                          .missing = CompactRules(atoms),
                          .complete = gap.complete && atoms.size() == gap.atoms.size()};
  std::vector<std::string> errors;
  for (const RoleBinding* binding : holdings.dangling) {
    if (!spent) errors.push_back(NotFound(resource, binding->role_ref));
  }
  result.message = Forbidden(resource, name, EscalationText(user_, result.missing, errors));
  if (!result.complete) absl::StrAppend(&result.message, Incomplete(result.missing.size()));
  total_.bytes -= static_cast<int64_t>(result.message.size());
  total_.atoms -= static_cast<int64_t>(atoms.size());
  return result;
}

EscalationResult EscalationChecker::CheckRole(const Role& role, absl::string_view held_in,
                                              absl::string_view url_name, const Role* old_role) {
  if (privileged_) return {};
  const absl::string_view resource = role.kind == RoleKind::kRole ? "roles" : "clusterroles";
  Holdings& holdings = In(role.kind == RoleKind::kRole ? held_in : "");
  if (Holds(holdings, "escalate", kRbacGroup, resource, url_name)) return {};
  if (const CoverGap gap = Missing(holdings, role.rules); !gap.atoms.empty())
    return Refuse(holdings, resource, role.name, gap);
  if (!Aggregates(&role) && !Aggregates(old_role)) return {};
  const CoverGap gap = Missing(holdings, FullAuthority());
  if (gap.atoms.empty()) return {};
  return {.outcome = EscalationResult::Outcome::kRefused,
          .missing = CompactRules(gap.atoms),
          .aggregation = true,
          .message = Forbidden(resource, role.name,
                               "must have cluster-admin privileges to use the aggregationRule")};
}

EscalationResult EscalationChecker::CheckBinding(const RoleBinding& binding,
                                                 absl::string_view held_in, const Role* written) {
  if (privileged_) return {};
  const RoleRef& ref = binding.role_ref;
  const absl::string_view resource = binding.cluster ? "clusterrolebindings" : "rolebindings";
  Holdings& holdings = In(binding.cluster ? "" : held_in);
  const absl::string_view group =  // after defaulting
      ref.api_group.empty() ? absl::string_view(kRbacGroup) : absl::string_view(ref.api_group);
  const absl::string_view referred = ref.kind == "Role"          ? "roles"
                                     : ref.kind == "ClusterRole" ? "clusterroles"
                                                                 : "";
  if (!referred.empty() && Holds(holdings, "bind", group, referred, ref.name)) return {};
  const Role* role = authorizer_.RoleOf(binding);
  if (role == nullptr) role = written;
  if (role == nullptr) {
    return {.outcome = EscalationResult::Outcome::kRoleNotFound,
            .message = NotFound(resource, ref)};
  }
  const auto [it, inserted] = holdings.bound.try_emplace(role);
  if (inserted) it->second = Missing(holdings, role->rules);
  return it->second.atoms.empty() ? EscalationResult()
                                  : Refuse(holdings, resource, binding.name, it->second);
}

EscalationResult CheckRoleWrite(const Authorizer& authorizer, const UserInfo& user,
                                const Role& role, absl::string_view url_name,
                                const Role* old_role) {
  return EscalationChecker(authorizer, user).CheckRole(role, role.namespace_, url_name, old_role);
}

EscalationResult CheckBindingWrite(const Authorizer& authorizer, const UserInfo& user,
                                   const RoleBinding& binding) {
  return EscalationChecker(authorizer, user).CheckBinding(binding, binding.namespace_);
}

}  // namespace wecan
