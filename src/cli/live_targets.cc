// SPDX-License-Identifier: Apache-2.0
#include "src/cli/live_targets.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/destinations.h"
#include "src/cli/spaces.h"

namespace wecan {
namespace {

bool HasTemplates(const AnalysisInput& input) {
  return std::any_of(input.objects.begin(), input.objects.end(), [](const Object& o) {
    return o.expand_templates &&
           (absl::StrContains(o.namespace_, "{{") || absl::StrContains(o.name, "{{"));
  });
}

// Makes questions once for destinations to which the same goes.
class SharedQuestions {
 public:
  SharedQuestions(const AnalysisInput& input, MakeQuestions make)
      : input_(input), make_(make), has_templates_(HasTemplates(input)) {}

  const Asked& For(const Destination& d) {
    Key key{d.bindings, d.policies, has_templates_ ? d.properties : Properties(),
            input_.works.empty() ? "" : d.cluster};
    const auto [asked, is_new] = made_.try_emplace(std::move(key));
    if (is_new) asked->second = make_(InputFor(input_, d));
    return asked->second;
  }

  const Asked& ForAll() {
    if (all_.questions == nullptr) all_ = make_(input_);
    return all_;
  }

 private:
  using Key = std::tuple<std::vector<int>, std::vector<int>, Properties, std::string>;

  const AnalysisInput& input_;
  const MakeQuestions make_;
  const bool has_templates_;
  std::map<Key, Asked> made_;
  Asked all_;
};

LiveTarget TargetOf(Destination d, SharedQuestions& questions) {
  LiveTarget target{.context = d.context, .cluster = d.cluster, .problems = std::move(d.problems)};
  if (d.context.empty()) {
    target.context = d.cluster;
    target.why_not = target.problems.front();
    target.problems.erase(target.problems.begin());
  } else {
    const Asked& asked = questions.For(d);
    target.questions = asked.questions;
    target.expected = asked.expected;
  }
  return target;
}

void AddContexts(const std::vector<std::string>& contexts, SharedQuestions& questions,
                 std::vector<LiveTarget>& targets) {
  std::set<std::string> known;
  for (const LiveTarget& t : targets) known.insert(t.context);
  for (const std::string& context : contexts) {
    if (!known.insert(context).second) continue;
    const Asked& asked = questions.ForAll();
    targets.push_back(
        {.context = context, .questions = asked.questions, .expected = asked.expected});
  }
}

bool ChoosesContexts(const ClusterOptions& options) {
  return options.all_contexts || !options.contexts.empty() || !options.server.empty();
}

absl::Status AddDestinations(const ClusterOptions& options, const Clusters& clusters,
                             const std::vector<std::string>& contexts, const AnalysisInput& input,
                             SharedQuestions& questions, std::vector<LiveTarget>& targets) {
  WECAN_ASSIGN_OR_RETURN(const ContextMap map, ParseContextMap(options.map));
  WECAN_ASSIGN_OR_RETURN(const std::optional<Its> its, ReadItsOf(options, clusters));
  WECAN_ASSIGN_OR_RETURN(std::vector<Destination> destinations,
                         FindDestinations(input, map, contexts, its ? &*its : nullptr));
  const bool unknown = its && !its->properties.ok() && HasTemplates(input);
  for (Destination& d : destinations) {
    if (unknown) {
      d.problems.push_back(absl::StrCat(its->properties.message(),
                                        "; until then no template is expanded, and only what holds "
                                        "in all namespaces counts for it"));
    }
    targets.push_back(TargetOf(std::move(d), questions));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<LiveTarget>> FindTargets(const Options& options,
                                                    const Clusters& clusters,
                                                    const AnalysisInput& input,
                                                    MakeQuestions make) {
  const ClusterOptions& cluster = options.cluster;
  if (!cluster.wds.empty() && ChoosesContexts(cluster)) {
    return absl::InvalidArgumentError(
        "--wds: says by itself which clusters are asked; leave out --context, --all-contexts and "
        "--server, or use --shard for a part of them");
  }
  WECAN_ASSIGN_OR_RETURN(const Shard shard, ParseShard(cluster.shard));
  SharedQuestions questions(input, make);
  std::vector<LiveTarget> targets;
  const bool chosen = ChoosesContexts(cluster);
  std::vector<std::string> contexts = clusters.names();
  if (chosen) {
    WECAN_ASSIGN_OR_RETURN(contexts, ChooseContexts(cluster, clusters));
  }
  if (!cluster.wds.empty() || !cluster.its.empty()) {
    WECAN_RETURN_IF_ERROR(AddDestinations(cluster, clusters, contexts, input, questions, targets));
  }
  if (chosen) AddContexts(contexts, questions, targets);
  std::erase_if(targets, [&](const LiveTarget& t) { return !shard.Has(t.context); });
  std::stable_sort(targets.begin(), targets.end(),
                   [](const LiveTarget& a, const LiveTarget& b) { return a.context < b.context; });
  return targets;
}

}  // namespace wecan
