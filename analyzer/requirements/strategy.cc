// SPDX-License-Identifier: Apache-2.0
#include "analyzer/requirements/strategy.h"

#include <algorithm>

namespace wecan {
namespace {

// `pattern` with `*` for any text, against the whole of `text`.
bool WildcardMatches(absl::string_view pattern, absl::string_view text) {
  size_t p = 0, t = 0, star = absl::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool ConfigMatches(const ResourceIdentifier& config, const ResourceIdentifier& id, bool wildcards) {
  if (!wildcards) return config == id;
  return config.group == id.group && config.resource == id.resource &&
         WildcardMatches(config.namespace_, id.namespace_) && WildcardMatches(config.name, id.name);
}

bool AtLeast(const Release& release, absl::string_view since) {
  return !(release < *ParseRelease(since));
}

}  // namespace

const StrategyRule& RuleOf(UpdateStrategy strategy) {
  const absl::Span<const StrategyRule> rules = StrategyRules();
  return *std::find_if(rules.begin(), rules.end(),
                       [&](const StrategyRule& r) { return r.strategy == strategy; });
}

std::optional<UpdateStrategy> ParseUpdateStrategy(absl::string_view name) {
  for (const StrategyRule& rule : StrategyRules()) {
    if (rule.name == name) return rule.strategy;
  }
  return std::nullopt;
}

ManifestTreatment TreatmentOf(const ManifestWork& work, const ResourceIdentifier& id,
                              const Release& release) {
  ManifestTreatment treatment;
  const bool wildcards = AtLeast(release, ConfigWildcardsSince());
  bool found_strategy = false;
  for (const ManifestConfig& config : work.configs) {
    if (!ConfigMatches(config.id, id, wildcards)) continue;
    if (config.strategy && !found_strategy) {
      treatment.strategy = *config.strategy;
      found_strategy = true;
    }
    if (!config.feedback_scrape_type.empty() && AtLeast(release, WatchFeedbackSince())) {
      treatment.watch_feedback = config.feedback_scrape_type == "Watch";  // the last match wins
    }
    if (!wildcards) break;  // the first match counts as a whole
  }
  treatment.orphaned =
      work.orphan_all || std::find(work.orphaning_rules.begin(), work.orphaning_rules.end(), id) !=
                             work.orphaning_rules.end();
  return treatment;
}

}  // namespace wecan
