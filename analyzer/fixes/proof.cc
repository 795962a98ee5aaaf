// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/proof.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "analyzer/gaps/compare.h"
#include "analyzer/gaps/escalations.h"
#include "analyzer/grants/compact.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/rule_allows.h"

namespace wecan {
namespace {

// One verb that the grant adds, in the namespace of its role.
struct Atom {
  std::string namespace_;
  PolicyRule rule;
  std::vector<int> accounts;  // who gets it: executors, -1 for the agent
  size_t role = 0;            // in what is written
  bool needed = false;
};

class Prover {
 public:
  Prover(const AnalysisInput& input, const Requirements& requirements,
         const AnalyzeOptions& options, const NeedOptions& needs, const RbacPolicy& written)
      : input_(input),
        requirements_(requirements),
        options_(options),
        needs_(needs),
        written_(written),
        retained_(AddAtoms()),
        before_(EffectivePolicy(input, requirements, options, {.added = &retained_}),
                options.agent.User()),
        after_(EffectivePolicy(input, requirements, options, {.added = &written}),
               options.agent.User()) {}

  Proof Run(const std::vector<int>& left_out) {
    left_out_ = &left_out;
    AskAll(-1, before_, after_);
    for (int e = 0; e < static_cast<int>(requirements_.executors.size()); ++e) {
      const UserInfo user = requirements_.executors[e].User();
      AgentGrants before(before_, user), after(after_, user);
      AskAll(e, before, after);
    }
    const size_t escalations = CheckEscalations();
    proof_.closed = proof_.faults.empty();
    proof_.minimal = true;
    for (size_t i = 0; i < atoms_.size(); ++i) {
      const Atom& atom = atoms_[i];
      if (atom.needed || (escalations > 0 && EscalatesWithout(i))) continue;
      proof_.minimal = false;
      proof_.faults.push_back(absl::StrCat("needless in namespace \"", atom.namespace_,
                                           "\": ", CompactString(atom.rule)));
    }
    proof_.verbs = static_cast<int>(atoms_.size());
    return std::move(proof_);
  }

 private:
  // Group, resource and name; no name: any. By name, because there may be as many as objects.
  using Key = std::tuple<std::string, std::string, std::optional<std::string>>;

  void AskAll(int executor, AgentGrants& before, AgentGrants& after) {
    for (size_t i = 0; i < input_.objects.size(); ++i) {
      const ObjectRequirements& need = requirements_.objects[i];
      if (!IsFixed(input_, requirements_, static_cast<int>(i))) continue;
      if (executor < 0) ++proof_.objects;
      if (executor < 0 || need.executor == executor)
        CheckObject(static_cast<int>(i), executor, before, after);
    }
  }

  bool LeftOut(int object) const {
    return std::binary_search(left_out_->begin(), left_out_->end(), object);
  }

  // RBAC objects of the workload that grant too much. Gives the number of those before the grant.
  size_t CheckEscalations() {
    const std::vector<EscalationGap> left = Escalations(after_);
    escalations_left_ = left.size();
    for (const EscalationGap& gap : left) {
      if (!LeftOut(gap.object)) {
        proof_.faults.push_back(
            absl::StrCat("still grants more than is held: ", input_.objects[gap.object].name));
      }
    }
    return Escalations(before_).size();
  }

  std::vector<EscalationGap> Escalations(const AgentGrants& grants) const {
    std::vector<EscalationGap> gaps =
        FindAllEscalations(input_, requirements_, options_.derive.default_namespace, grants);
    std::erase_if(gaps, [&](const EscalationGap& gap) {
      return gap.result.outcome != EscalationResult::Outcome::kRefused ||
             !IsFixed(input_, requirements_, gap.object);
    });
    return gaps;
  }

  // Whether one more RBAC object grants too much when this atom is not written.
  bool EscalatesWithout(size_t a) const {
    RbacPolicy less = written_;
    std::vector<PolicyRule> rest;
    for (const PolicyRule& rule : written_.roles[atoms_[a].role].rules) {
      for (PolicyRule& atom : BreakdownRule(rule)) {
        if (atom != atoms_[a].rule) rest.push_back(std::move(atom));
      }
    }
    less.roles[atoms_[a].role].rules = std::move(rest);
    const AgentGrants without(EffectivePolicy(input_, requirements_, options_, {.added = &less}),
                              options_.agent.User());
    return Escalations(without).size() > escalations_left_;
  }

  // Whom the bindings that are written, or are in the input, give the role. Nobody's is the
  // agent's: its label brings it there.
  std::vector<int> AccountsOf(const Role& role) const {
    std::set<int> accounts;
    for (const RbacPolicy* policy : {&written_, &input_.rbac}) {
      for (const RoleBinding& b : policy->bindings) {
        if (b.role_ref.kind != RoleKindName(role.kind) || b.role_ref.name != role.name) continue;
        for (int e = -1; e < static_cast<int>(requirements_.executors.size()); ++e) {
          const UserInfo user = AccountOf(requirements_, options_, e).User();
          if (AppliesTo(b.subjects, user, b.namespace_) >= 0) accounts.insert(e);
        }
      }
    }
    if (accounts.empty()) return {-1};
    return {accounts.begin(), accounts.end()};
  }

  // Remembers what is granted anew: what a role holds and the one of the input with its name does
  // not. Gives back `written` without that.
  RbacPolicy AddAtoms() {
    const std::string& default_namespace = options_.derive.default_namespace;
    RbacPolicy retained = written_;
    for (size_t i = 0; i < retained.roles.size(); ++i) {
      Role& role = retained.roles[i];
      const std::string ns = NamespaceOf(role, default_namespace);
      const std::vector<int> accounts = AccountsOf(role);
      std::vector<PolicyRule> old;
      for (const Role& r : input_.rbac.roles) {
        if (r.kind == role.kind && NamespaceOf(r, default_namespace) == ns && r.name == role.name)
          old = r.rules;
      }
      const std::vector<PolicyRule> rules = std::move(role.rules);
      role.rules.clear();
      for (const PolicyRule& rule : rules) {
        for (PolicyRule& atom : BreakdownRule(rule)) {
          if (Uncovered(old, {atom}).empty()) {
            role.rules.push_back(std::move(atom));
          } else {
            AddAtom({ns, std::move(atom), accounts, i});
          }
        }
      }
    }
    return retained;
  }

  static std::optional<std::string> NameOf(const PolicyRule& atom) {
    if (atom.resource_names.empty()) return std::nullopt;
    return atom.resource_names[0];
  }

  void AddAtom(Atom atom) {
    const PolicyRule& rule = atom.rule;
    const bool literal =
        rule.non_resource_urls.empty() && rule.api_groups[0] != "*" && rule.resources[0] != "*";
    std::vector<size_t>& list =
        literal ? by_key_[Key(rule.api_groups[0], rule.resources[0], NameOf(rule))] : others_;
    list.push_back(atoms_.size());
    atoms_.push_back(std::move(atom));
  }

  VerbSet HeldAfter(int i, AgentGrants& grants, int executor) const {
    const ObjectRequirements& need = requirements_.objects[i];
    const ResourceType& type = requirements_.types[need.type];
    const std::string& name = input_.objects[i].name;
    return executor < 0 ? HeldVerbs(need, type, name, grants)
                        : HeldByExecutor(need, type, name, grants);
  }

  void CheckObject(int i, int executor, AgentGrants& grants_before, AgentGrants& grants_after) {
    const ObjectRequirements& need = requirements_.objects[i];
    const ResourceType& type = requirements_.types[need.type];
    const std::string& name = input_.objects[i].name;
    const Gap before = GapOf(input_, requirements_, i, grants_before, executor);
    if (before.unknown) return;
    // Not by GapOf: a guess in a group that only the grant names would not count.
    const VerbSet needed = before.needed | before.option_needed;
    const VerbSet open = needed - HeldAfter(i, grants_after, executor);
    if (!open.empty() && !LeftOut(i)) {
      proof_.faults.push_back(absl::StrCat("still missing: ", open.Join(", "), " ", type.resource,
                                           type.group.empty() ? "" : ".", type.group, " ",
                                           need.namespace_, "/", name));
    }
    const VerbSet missing = before.missing | before.option_missing;
    if (missing.empty()) return;
    Witness(i, executor, needs_.full ? needed : missing);
  }

  // Marks the atoms without which one of `verbs` would be refused.
  void Witness(int i, int executor, VerbSet verbs) {
    const ObjectRequirements& need = requirements_.objects[i];
    const ResourceType& type = requirements_.types[need.type];
    const std::string& name = input_.objects[i].name;
    const absl::string_view name_key = needs_.resource_names ? name : absl::string_view();
    const bool inserted = asked_
                              .emplace(executor, need.type, need.scope, need.create_named,
                                       need.namespace_, name_key, verbs.bits())
                              .second;
    if (!inserted) return;
    verbs.ForEach([&](AgentVerb verb) {
      RequestAttributes request{
          .verb = std::string(VerbName(verb)), .api_group = type.group, .resource = type.resource};
      if (need.scope == ScopeKind::kNamespace) request.namespace_ = need.namespace_;
      if (executor >= 0 || !UnnamedVerbs(need).Has(verb)) request.name = name;
      std::vector<size_t> allowing;
      for (const auto& of : {std::optional<std::string>(), std::make_optional(request.name)}) {
        const auto atoms = by_key_.find(Key(type.group, type.resource, of));
        if (atoms != by_key_.end()) Allowing(request, executor, atoms->second, allowing);
      }
      Allowing(request, executor, others_, allowing);
      if (allowing.size() == 1) atoms_[allowing[0]].needed = true;
    });
  }

  void Allowing(const RequestAttributes& request, int executor, const std::vector<size_t>& atoms,
                std::vector<size_t>& allowing) const {
    for (size_t a : atoms) {
      const Atom& atom = atoms_[a];
      const bool here = atom.namespace_.empty() || atom.namespace_ == request.namespace_;
      const bool theirs =
          std::find(atom.accounts.begin(), atom.accounts.end(), executor) != atom.accounts.end();
      if (here && theirs && RuleAllows(request, atom.rule)) allowing.push_back(a);
    }
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const AnalyzeOptions& options_;
  const NeedOptions needs_;
  const RbacPolicy& written_;
  const std::vector<int>* left_out_ = nullptr;
  size_t escalations_left_ = 0;  // with the grant
  std::vector<Atom> atoms_;
  absl::flat_hash_map<Key, std::vector<size_t>> by_key_;  // into atoms_
  std::vector<size_t> others_;                            // with wildcards, URLs
  const RbacPolicy retained_;  // what is written, without the atoms; after them, which it fills
  AgentGrants before_, after_;
  absl::flat_hash_set<
      std::tuple<int, int, ScopeKind, bool, absl::string_view, absl::string_view, uint8_t>>
      asked_;
  Proof proof_;
};

}  // namespace

Proof ProveFix(const AnalysisInput& input, const Requirements& requirements,
               const AnalyzeOptions& options, const NeedOptions& needs, const RbacPolicy& written,
               const std::vector<int>& left_out) {
  return Prover(input, requirements, options, needs, written).Run(left_out);
}

}  // namespace wecan
