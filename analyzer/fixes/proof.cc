// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/proof.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "analyzer/gaps/compare.h"
#include "analyzer/grants/compact.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/rule_allows.h"

namespace wecan {
namespace {

// One verb that the grant adds, in the namespace of its role.
struct Atom {
  std::string namespace_;
  PolicyRule rule;
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
        before_(EffectivePolicy(input, requirements, options), options.agent.User()),
        after_(EffectivePolicy(input, requirements, options, {.added = &written}),
               options.agent.User()) {
    for (const Role& role : written.roles) AddAtoms(role);
  }

  Proof Run(const std::vector<int>& left_out) {
    for (size_t i = 0; i < input_.objects.size(); ++i) {
      if (requirements_.objects[i].state != ObjectState::kChecked) continue;
      ++proof_.objects;
      CheckObject(static_cast<int>(i),
                  std::binary_search(left_out.begin(), left_out.end(), static_cast<int>(i)));
    }
    proof_.closed = proof_.faults.empty();
    proof_.minimal = true;
    for (const Atom& atom : atoms_) {
      if (atom.needed) continue;
      proof_.minimal = false;
      proof_.faults.push_back(absl::StrCat("needless in namespace \"", atom.namespace_,
                                           "\": ", CompactString(atom.rule)));
    }
    proof_.verbs = static_cast<int>(atoms_.size());
    return std::move(proof_);
  }

 private:
  using Resource = std::pair<std::string, std::string>;  // group, resource

  // What the role holds and the one of the input with its name does not.
  void AddAtoms(const Role& role) {
    std::vector<PolicyRule> old;
    for (const Role& r : input_.rbac.roles) {
      const std::string& ns = r.kind == RoleKind::kRole && r.namespace_.empty()
                                  ? options_.derive.default_namespace
                                  : r.namespace_;
      if (r.kind == role.kind && ns == role.namespace_ && r.name == role.name) old = r.rules;
    }
    for (PolicyRule& rule : Uncovered(old, role.rules)) {
      const bool literal =
          rule.non_resource_urls.empty() && rule.api_groups[0] != "*" && rule.resources[0] != "*";
      std::vector<size_t>& list =
          literal ? by_resource_[Resource(rule.api_groups[0], rule.resources[0])] : others_;
      list.push_back(atoms_.size());
      atoms_.push_back({role.namespace_, std::move(rule)});
    }
  }

  void CheckObject(int i, bool left_out) {
    const ObjectRequirements& need = requirements_.objects[i];
    const ResourceType& type = requirements_.types[need.type];
    const std::string& name = input_.objects[i].name;
    const Gap after = Compare(need, type, name, after_);
    const VerbSet open = after.missing | after.option_missing;
    if (!open.empty() && !left_out) {
      proof_.faults.push_back(absl::StrCat("still missing: ", open.Join(", "), " ", type.resource,
                                           ".", type.group, " ", need.namespace_, "/", name));
    }
    const Gap before = Compare(need, type, name, before_);
    const VerbSet missing = before.missing | before.option_missing;
    if (missing.empty()) return;
    Witness(i, needs_.full ? before.needed | before.option_needed : missing);
  }

  // Marks the atoms without which one of `verbs` would be refused.
  void Witness(int i, VerbSet verbs) {
    const ObjectRequirements& need = requirements_.objects[i];
    const ResourceType& type = requirements_.types[need.type];
    const std::string& name = input_.objects[i].name;
    const absl::string_view name_key = needs_.resource_names ? name : absl::string_view();
    const bool inserted = asked_
                              .emplace(need.type, need.scope, need.create_named, need.namespace_,
                                       name_key, verbs.bits())
                              .second;
    if (!inserted) return;
    const auto atoms = by_resource_.find(Resource(type.group, type.resource));
    verbs.ForEach([&](AgentVerb verb) {
      RequestAttributes request{
          .verb = std::string(VerbName(verb)), .api_group = type.group, .resource = type.resource};
      if (need.scope == ScopeKind::kNamespace) request.namespace_ = need.namespace_;
      if (!UnnamedVerbs(need).Has(verb)) request.name = name;
      std::vector<size_t> allowing;
      if (atoms != by_resource_.end()) Allowing(request, atoms->second, allowing);
      Allowing(request, others_, allowing);
      if (allowing.size() == 1) atoms_[allowing[0]].needed = true;
    });
  }

  void Allowing(const RequestAttributes& request, const std::vector<size_t>& atoms,
                std::vector<size_t>& allowing) const {
    for (size_t a : atoms) {
      const std::string& ns = atoms_[a].namespace_;
      if ((ns.empty() || ns == request.namespace_) && RuleAllows(request, atoms_[a].rule))
        allowing.push_back(a);
    }
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  const AnalyzeOptions& options_;
  const NeedOptions needs_;
  AgentGrants before_, after_;
  std::vector<Atom> atoms_;
  absl::flat_hash_map<Resource, std::vector<size_t>> by_resource_;  // into atoms_
  std::vector<size_t> others_;                                      // with wildcards, URLs
  absl::flat_hash_set<
      std::tuple<int, ScopeKind, bool, absl::string_view, absl::string_view, uint8_t>>
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
