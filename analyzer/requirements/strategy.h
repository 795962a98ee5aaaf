// SPDX-License-Identifier: Apache-2.0
// rules/strategies.yaml: which verbs one manifest needs, and which strategy a ManifestWork gives
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/model/object.h"
#include "analyzer/model/release.h"
#include "analyzer/model/verb_set.h"

namespace wecan {

struct StrategyRule {
  UpdateStrategy strategy;
  absl::string_view name;
  VerbSet apply, remove, shared;
  bool create_named;  // the create check carries the object's name
};

absl::Span<const StrategyRule> StrategyRules();
VerbSet WatchFeedbackVerbs();
VerbSet ExecutorVerbs();       // asked for every object of an executor
VerbSet ExecutorOwnerVerbs();  // asked besides when the work would own the object
absl::string_view WatchFeedbackSince();
absl::string_view ConfigWildcardsSince();
absl::string_view ConfigBlankNamespaceSince();

const StrategyRule& RuleOf(UpdateStrategy strategy);

// The strategy with this name, as the API writes it ("ServerSideApply").
std::optional<UpdateStrategy> ParseUpdateStrategy(absl::string_view name);

// What a ManifestWork says about one of its manifests.
struct ManifestTreatment {
  UpdateStrategy strategy = UpdateStrategy::kUpdate;
  bool orphaned = false;        // deleteOption leaves the object behind
  bool watch_feedback = false;  // feedbackScrapeType Watch
};

// The treatment of the manifest `id` by `work`, as an agent of OCM `release` matches
// manifestConfigs. Source: open-cluster-management-io/ocm pkg/work/helper/helpers.go,
// FindManifestConfiguration and OwnedByTheWork.
ManifestTreatment TreatmentOf(const ManifestWork& work, const ResourceIdentifier& id,
                              const Release& release);

}  // namespace wecan
