// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/proof.h"

#include <algorithm>
#include <optional>
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
        retained_(AddAtoms(written)),
        before_(EffectivePolicy(input, requirements, options, {.added = &retained_}),
                options.agent.User()),
        after_(EffectivePolicy(input, requirements, options, {.added = &written}),
               options.agent.User()) {}

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
  // Group, resource and name; no name: any. By name, because there may be as many as objects.
  using Key = std::tuple<std::string, std::string, std::optional<std::string>>;

  const std::string& NamespaceOf(const Role& role) const {
    return role.kind == RoleKind::kRole && role.namespace_.empty()
               ? options_.derive.default_namespace
               : role.namespace_;
  }

  // Remembers what is granted anew: what a role holds and the one of the input with its name does
  // not. Gives back `written` without that.
  RbacPolicy AddAtoms(const RbacPolicy& written) {
    RbacPolicy retained = written;
    for (Role& role : retained.roles) {
      std::vector<PolicyRule> old;
      for (const Role& r : input_.rbac.roles) {
        if (r.kind == role.kind && NamespaceOf(r) == NamespaceOf(role) && r.name == role.name)
          old = r.rules;
      }
      const std::vector<PolicyRule> rules = std::move(role.rules);
      role.rules.clear();
      for (const PolicyRule& rule : rules) {
        for (PolicyRule& atom : BreakdownRule(rule)) {
          if (Uncovered(old, {atom}).empty()) {
            role.rules.push_back(std::move(atom));
          } else {
            AddAtom(NamespaceOf(role), std::move(atom));
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

  void AddAtom(const std::string& ns, PolicyRule atom) {
    const bool literal =
        atom.non_resource_urls.empty() && atom.api_groups[0] != "*" && atom.resources[0] != "*";
    std::vector<size_t>& list =
        literal ? by_key_[Key(atom.api_groups[0], atom.resources[0], NameOf(atom))] : others_;
    list.push_back(atoms_.size());
    atoms_.push_back({ns, std::move(atom)});
  }

  void CheckObject(int i, bool left_out) {
    const ObjectRequirements& need = requirements_.objects[i];
    const ResourceType& type = requirements_.types[need.type];
    const std::string& name = input_.objects[i].name;
    const Gap before = Compare(need, type, name, before_);
    if (before.unknown) return;
    // Not by Compare: a guess in a group that only the grant names would not count.
    const VerbSet needed = before.needed | before.option_needed;
    const VerbSet open = needed - HeldVerbs(need, type, name, after_);
    if (!open.empty() && !left_out) {
      proof_.faults.push_back(absl::StrCat("still missing: ", open.Join(", "), " ", type.resource,
                                           type.group.empty() ? "" : ".", type.group, " ",
                                           need.namespace_, "/", name));
    }
    const VerbSet missing = before.missing | before.option_missing;
    if (missing.empty()) return;
    Witness(i, needs_.full ? needed : missing);
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
    verbs.ForEach([&](AgentVerb verb) {
      RequestAttributes request{
          .verb = std::string(VerbName(verb)), .api_group = type.group, .resource = type.resource};
      if (need.scope == ScopeKind::kNamespace) request.namespace_ = need.namespace_;
      if (!UnnamedVerbs(need).Has(verb)) request.name = name;
      std::vector<size_t> allowing;
      for (const auto& of : {std::optional<std::string>(), std::make_optional(request.name)}) {
        const auto atoms = by_key_.find(Key(type.group, type.resource, of));
        if (atoms != by_key_.end()) Allowing(request, atoms->second, allowing);
      }
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
  std::vector<Atom> atoms_;
  absl::flat_hash_map<Key, std::vector<size_t>> by_key_;  // into atoms_
  std::vector<size_t> others_;                            // with wildcards, URLs
  const RbacPolicy retained_;  // what is written, without the atoms; after them, which it fills
  AgentGrants before_, after_;
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
