// SPDX-License-Identifier: Apache-2.0
// Three passes: what kind of thing each object is and where it lives; who holds it; which verbs
// follow. Owners are kept by the object's identity (group, resource, namespace, name), because a
// manifest and the Binding entry that names it are the same object on the WEC.
#include "analyzer/requirements/derive.h"

#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/requirements/kind_rules.h"
#include "analyzer/requirements/ownership.h"
#include "analyzer/requirements/selection.h"
#include "analyzer/requirements/strategy.h"

namespace wecan {
namespace {

using Identity = std::string;  // group, resource, namespace and name, separated by NUL

class Deriver {
 public:
  Deriver(const AnalysisInput& input, const DeriveOptions& options)
      : input_(input),
        options_(options),
        policies_(PoliciesThatCount(input, options)),
        mapper_(input.crds) {}

  Requirements Run() {
    result_.objects.resize(input_.objects.size());
    for (size_t i = 0; i < input_.objects.size(); ++i)
      Classify(input_.objects[i], result_.objects[i]);
    FindOwners();
    for (size_t i = 0; i < input_.objects.size(); ++i)
      DeriveVerbs(input_.objects[i], result_.objects[i]);
    return std::move(result_);
  }

 private:
  // What a ManifestWork asks for one object; several works that wrap the same object are united.
  struct Wanted {
    bool any = false;
    VerbSet apply, remove, shared, feedback;
    bool create_named = true;
    bool read_only = true;
    bool updated = false;
  };

  int TypeOf(const Object& o) {
    const bool names_namespace = !o.namespace_.empty();
    const auto key = std::make_tuple(o.group, o.kind, o.resource, names_namespace);
    const auto [it, inserted] = types_.try_emplace(key, static_cast<int>(result_.types.size()));
    if (inserted) {
      result_.types.push_back(o.resource.empty() ? mapper_.ByKind(o.group, o.kind, names_namespace)
                                                 : TypeOfEntry(o));
    }
    return it->second;
  }

  // A Binding says itself which resource its entries are and whether they are namespaced.
  ResourceType TypeOfEntry(const Object& o) const {
    const std::string kind = mapper_.KindOf(o.group, o.resource);
    ResourceType type =
        mapper_.ByKind(o.group, kind.empty() ? o.resource : kind, !o.namespace_.empty());
    type.resource = o.resource;
    type.namespaced = !o.namespace_.empty();
    if (type.source == ResourceSource::kGuess) type.source = ResourceSource::kInput;
    return type;
  }

  void Classify(const Object& o, ObjectRequirements& r) {
    r.type = TypeOf(o);
    const ResourceType& type = result_.types[r.type];
    const bool wrapped = o.work >= 0;
    SetScope(o, type, r);
    if (o.loaded) {
      r.state = ObjectState::kLoaded;
    } else if (IsSteering(o.group, o.kind)) {
      r.state = wrapped ? ObjectState::kNotForAWec : ObjectState::kSteering;
    } else if (options_.selector && !SelectorMatches(*options_.selector, o.labels)) {
      r.state = ObjectState::kUnselected;
    } else if (!wrapped && o.binding < 0 && IsNeverDownsynced(type)) {
      r.state = ObjectState::kNeverDownsynced;
    } else if (wrapped) {
      r.missing_namespace = type.namespaced && o.namespace_.empty();
      r.missing_name = o.generate_name || o.name.empty();
      if (r.missing_namespace || r.missing_name) r.state = ObjectState::kRefused;
    }
  }

  void SetScope(const Object& o, const ResourceType& type, ObjectRequirements& r) const {
    if (!type.namespaced) {
      r.scope = ScopeKind::kCluster;
      return;
    }
    r.namespace_ = o.namespace_.empty() ? options_.default_namespace : o.namespace_;
    const bool expanded = o.expand_templates && absl::StrContains(o.namespace_, "{{");
    r.scope = expanded ? ScopeKind::kEachWec : ScopeKind::kNamespace;
  }

  Identity IdentityOf(const Object& o, const ObjectRequirements& r) const {
    const ResourceType& type = result_.types[r.type];
    constexpr absl::string_view kNul("\0", 1);
    return absl::StrCat(type.group, kNul, type.resource, kNul, r.namespace_, kNul, o.name);
  }

  void FindOwners() {
    absl::flat_hash_map<std::string, const Binding*> bindings;
    for (const Binding& b : input_.bindings) bindings.try_emplace(b.name, &b);
    const NamespaceLabels namespaces = CollectNamespaceLabels(input_);
    for (size_t i = 0; i < input_.objects.size(); ++i) {
      const Object& o = input_.objects[i];
      ObjectRequirements& r = result_.objects[i];
      if (o.work >= 0) {
        if (r.state == ObjectState::kChecked) AddWork(o, r);
      } else if (o.binding >= 0) {
        owners_[IdentityOf(o, r)].AddBinding(input_.bindings[o.binding], o.create_only);
      } else if (!policies_.empty()) {
        AddPolicies(o, r, bindings, namespaces);
      }
    }
  }

  void AddPolicies(const Object& o, ObjectRequirements& r,
                   const absl::flat_hash_map<std::string, const Binding*>& bindings,
                   const NamespaceLabels& namespaces) {
    const ResourceType& type = result_.types[r.type];
    const Selectable selectable{type.group, type.resource, r.namespace_, o.name, &o.labels};
    bool selected = false;
    for (const BindingPolicy& policy : policies_) {
      const Selection selection = Select(policy, selectable, namespaces);
      if (!selection.selected) continue;
      selected = true;
      const auto binding = bindings.find(policy.name);
      owners_[IdentityOf(o, r)].AddPolicy(
          policy, binding == bindings.end() ? nullptr : binding->second, selection.create_only);
    }
    const bool restricted = options_.binding_policies != nullptr;
    if (restricted && !selected && r.state == ObjectState::kChecked)
      r.state = ObjectState::kUnselected;
  }

  // The works of one mailbox namespace that wrap one object. A replica set's mailboxes are not
  // known, so it shares with none.
  std::string MailboxKey(const Object& o, const ObjectRequirements& r) const {
    const ManifestWork& work = input_.works[o.work];
    const std::string mailbox = work.replica_set
                                    ? absl::StrCat("replica set ", work.namespace_, "/", work.name)
                                    : absl::StrCat("mailbox ", work.namespace_);
    return absl::StrCat(mailbox, absl::string_view("\0", 1), IdentityOf(o, r));
  }

  void AddWork(const Object& o, ObjectRequirements& r) {
    std::map<std::string, ManifestTreatment>& works = works_[MailboxKey(o, r)];
    const ManifestWork& work = input_.works[o.work];
    const ResourceType& type = result_.types[r.type];
    const bool blank =
        type.namespaced || !(options_.release < *ParseRelease(ConfigBlankNamespaceSince()));
    const ResourceIdentifier id{type.group, type.resource, blank ? r.namespace_ : o.namespace_,
                                o.name};
    works[work.name] = TreatmentOf(work, id, options_.release);
  }

  void Want(Wanted& wanted, UpdateStrategy strategy, bool orphaned,
            const ResourceType& type) const {
    const StrategyRule& rule = RuleOf(options_.update_strategy.value_or(strategy));
    wanted.any = true;
    wanted.apply |= rule.apply;
    const bool recreated =
        rule.strategy == UpdateStrategy::kUpdate && IsRecreatedUnderUpdate(type.group, type.kind);
    if (recreated) wanted.apply |= rule.remove;
    if (!orphaned) wanted.remove |= rule.remove;
    wanted.shared |= rule.shared;
    if (rule.apply.Has(AgentVerb::kCreate)) wanted.create_named &= rule.create_named;
    wanted.read_only &= rule.strategy == UpdateStrategy::kReadOnly;
    wanted.updated |= rule.strategy == UpdateStrategy::kUpdate;
  }

  void DeriveVerbs(const Object& o, ObjectRequirements& r) {
    if (r.state != ObjectState::kChecked && r.state != ObjectState::kLoaded) return;
    const ResourceType& type = result_.types[r.type];
    Wanted wanted;
    bool shared = options_.shared;
    if (o.work >= 0) {
      const std::map<std::string, ManifestTreatment>& works = works_[MailboxKey(o, r)];
      for (const auto& [name, treatment] : works) {
        Want(wanted, treatment.strategy, treatment.orphaned, type);
        if (treatment.watch_feedback) wanted.feedback |= WatchFeedbackVerbs();
      }
      shared |= works.size() > 1;
    } else if (!owners_.empty()) {
      const auto owners = owners_.find(IdentityOf(o, r));
      if (owners != owners_.end()) {
        r.selected = true;
        for (const Owner& owner : owners->second.all()) {
          Want(wanted, owner.create_only ? UpdateStrategy::kCreateOnly : UpdateStrategy::kUpdate,
               false, type);
        }
        shared |= owners->second.Shared();
      }
    }
    if (!wanted.any) Want(wanted, UpdateStrategy::kUpdate, false, type);
    r.apply = wanted.apply;
    r.remove = wanted.remove - wanted.apply;
    r.option = (wanted.feedback | (shared ? wanted.shared : VerbSet())) - wanted.apply;
    r.create_named = wanted.create_named && wanted.apply.Has(AgentVerb::kCreate);
    r.read_only = wanted.read_only;
    if (r.state == ObjectState::kChecked) SetExecutor(o, r);
    r.recreated_each_sync = o.work >= 0 && o.recreated_by_default && wanted.updated;
  }

  // In addition to what the agent needs. Each work asks for its own executor, also where several
  // works wrap one object.
  void SetExecutor(const Object& o, ObjectRequirements& r) {
    const ManifestWork* work = o.work >= 0 ? &input_.works[o.work] : nullptr;
    const std::optional<ServiceAccountRef>& executor =
        options_.executor || work == nullptr ? options_.executor : work->executor;
    if (!executor) return;
    const auto [it, inserted] =
        executors_.try_emplace(std::make_pair(executor->namespace_, executor->name),
                               static_cast<int>(result_.executors.size()));
    if (inserted) result_.executors.push_back(*executor);
    r.executor = it->second;
    const bool orphaned = work != nullptr && works_[MailboxKey(o, r)][work->name].orphaned;
    r.executor_verbs = orphaned ? ExecutorVerbs() : ExecutorVerbs() | ExecutorOwnerVerbs();
  }

  const AnalysisInput& input_;
  const DeriveOptions& options_;
  const std::vector<BindingPolicy>& policies_;
  const ResourceMapper mapper_;
  Requirements result_;
  std::map<std::tuple<std::string, std::string, std::string, bool>, int> types_;
  std::map<std::pair<std::string, std::string>, int> executors_;  // namespace and name -> index
  absl::flat_hash_map<Identity, Owners> owners_;
  absl::flat_hash_map<std::string, std::map<std::string, ManifestTreatment>>
      works_;  // mailbox and identity -> by work
};

}  // namespace

const std::vector<BindingPolicy>& PoliciesThatCount(const AnalysisInput& input,
                                                    const DeriveOptions& options) {
  return options.binding_policies != nullptr ? *options.binding_policies : input.policies;
}

Requirements DeriveRequirements(const AnalysisInput& input, const DeriveOptions& options) {
  return Deriver(input, options).Run();
}

}  // namespace wecan
