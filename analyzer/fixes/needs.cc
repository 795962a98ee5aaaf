// SPDX-License-Identifier: Apache-2.0
#include "analyzer/fixes/needs.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace wecan {
namespace {

class Collector {
 public:
  Collector(const AnalysisInput& input, const Requirements& requirements, AgentGrants& grants,
            const NeedOptions& options, int executor)
      : input_(input),
        requirements_(requirements),
        grants_(grants),
        options_(options),
        executor_(executor) {}

  std::vector<Need> Run() {
    for (size_t i = 0; i < input_.objects.size(); ++i) {
      const ObjectRequirements& need = requirements_.objects[i];
      const bool asked = executor_ < 0 || need.executor == executor_;
      if (asked && IsFixed(input_, requirements_, static_cast<int>(i))) Visit(static_cast<int>(i));
    }
    std::sort(needs_.begin(), needs_.end(), [](const Need& a, const Need& b) {
      return std::tie(a.group, a.resource, a.namespace_, a.name) <
             std::tie(b.group, b.resource, b.namespace_, b.name);
    });
    return std::move(needs_);
  }

 private:
  // The views are into the input and the requirements.
  using Key =
      std::tuple<absl::string_view, absl::string_view, absl::string_view, absl::string_view>;

  void Visit(int i) {
    const ObjectRequirements& need = requirements_.objects[i];
    const Object& object = input_.objects[i];
    const Gap gap = GapOf(input_, requirements_, i, grants_, executor_);
    VerbSet verbs = gap.missing | gap.option_missing;
    if (verbs.empty()) return;
    if (options_.full) verbs = gap.needed | gap.option_needed;
    // A name that KubeStellar expands is another one on each WEC.
    const bool named = options_.resource_names && !object.name.empty() &&
                       !(object.expand_templates && absl::StrContains(object.name, "{{"));
    if (!named) {
      Add(i, "", verbs);
      return;
    }
    // About an executor the agent always asks with the name.
    const VerbSet unnamed = executor_ < 0 ? UnnamedVerbs(need) : VerbSet();
    Add(i, object.name, verbs - unnamed);
    Add(i, "", verbs & unnamed);
  }

  void Add(int i, absl::string_view name, VerbSet verbs) {
    if (verbs.empty()) return;
    const ObjectRequirements& need = requirements_.objects[i];
    const ResourceType& type = requirements_.types[need.type];
    const absl::string_view ns = need.scope == ScopeKind::kNamespace
                                     ? absl::string_view(need.namespace_)
                                     : absl::string_view();
    const auto [it, inserted] =
        index_.try_emplace(Key(type.group, type.resource, ns, name), needs_.size());
    if (inserted) {
      needs_.push_back({.group = type.group,
                        .resource = type.resource,
                        .namespace_ = std::string(ns),
                        .name = std::string(name),
                        .guessed = type.source == ResourceSource::kGuess});
    }
    Need& merged = needs_[it->second];
    merged.verbs |= verbs;
    merged.objects.push_back(i);
    // Another kind, or the entry of a Binding, may know the name that one kind only guesses.
    merged.guessed &= type.source == ResourceSource::kGuess;
  }

  const AnalysisInput& input_;
  const Requirements& requirements_;
  AgentGrants& grants_;
  const NeedOptions options_;
  const int executor_;
  std::vector<Need> needs_;
  absl::flat_hash_map<Key, size_t> index_;
};

}  // namespace

std::vector<Need> CollectNeeds(const AnalysisInput& input, const Requirements& requirements,
                               AgentGrants& grants, const NeedOptions& options, int executor) {
  return Collector(input, requirements, grants, options, executor).Run();
}

bool IsFixed(const AnalysisInput& input, const Requirements& requirements, int object) {
  if (requirements.objects[object].state != ObjectState::kChecked) return false;
  const Object& o = input.objects[object];
  return o.group != kRbacGroup || !IsManagedByWecan(o.labels);
}

Gap GapOf(const AnalysisInput& input, const Requirements& requirements, int object,
          AgentGrants& grants, int executor) {
  const ObjectRequirements& need = requirements.objects[object];
  const ResourceType& type = requirements.types[need.type];
  const std::string& name = input.objects[object].name;
  return executor < 0 ? Compare(need, type, name, grants)
                      : CompareExecutor(need, type, name, grants);
}

}  // namespace wecan
