// SPDX-License-Identifier: Apache-2.0
// explain: the kinds of topics it knows, in the order in which a word is tried on them.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/denials/refusal.h"
#include "analyzer/model/finding_rule.h"
#include "analyzer/model/resource_catalog.h"
#include "src/cli/commands.h"
#include "src/cli/explain_access.h"
#include "src/cli/print.h"
#include "src/cli/refusal_topic.h"
#include "src/cli/rule_topic.h"
#include "src/cli/setup.h"
#include "src/output/json.h"

namespace wecan {
namespace {

using Names = std::vector<absl::string_view>;

struct TopicKind {
  absl::string_view what;  // "a rule", for messages
  void (*add_names)(Names& names);
  // NotFound when `options.topic` is none of these.
  absl::StatusOr<ExitCode> (*explain)(const Options& options, Environment& environment);
};

void AddRules(Names& names) {
  for (const FindingRule& rule : FindingRules()) names.push_back(rule.id);
  for (const FindingRule& rule : FindingRules()) names.push_back(rule.name);
}

absl::StatusOr<ExitCode> ExplainRule(const Options& options, Environment& environment) {
  const FindingRule* rule = FindRule(options.topic);
  if (rule == nullptr) return absl::NotFoundError("no rule");
  Json json = ExplainEnvelope();
  json["rule"] = FindingRuleJson(*rule);
  return PrintResult(options, FindingRuleText(*rule), json, environment);
}

void AddRefusals(Names& names) {
  for (const Refusal& refusal : Refusals()) names.push_back(refusal.id);
}

absl::StatusOr<ExitCode> ExplainRefusal(const Options& options, Environment& environment) {
  const Refusal* refusal = FindRefusal(options.topic);
  if (refusal == nullptr) return absl::NotFoundError("no refusal");
  Json json = ExplainEnvelope();
  json["refusal"] = RefusalJson(*refusal);
  return PrintResult(options, RefusalText(*refusal), json, environment);
}

void AddResources(Names& names) {
  for (const CatalogEntry& entry : CatalogTable()) names.push_back(entry.plural);
}

// What a resource's name may look like comes last: words with a dot are taken as written.
constexpr TopicKind kTopicKinds[] = {{"a rule", AddRules, ExplainRule},
                                     {"a refusal", AddRefusals, ExplainRefusal},
                                     {"a resource or kind", AddResources, ExplainAccess}};

absl::Status UnknownTopic(const std::string& topic) {
  Names names;
  std::string what;
  for (const TopicKind& kind : kTopicKinds) {
    kind.add_names(names);
    absl::StrAppend(&what, what.empty() ? "" : " nor ", kind.what);
  }
  return absl::InvalidArgumentError(absl::StrCat("explain: \"", topic, "\" is neither ", what,
                                                 DidYouMean(topic, names),
                                                 " (wecan rules lists the rules)"));
}

absl::StatusOr<ExitCode> ExplainTopic(const Options& options, Environment& environment) {
  for (const TopicKind& kind : kTopicKinds) {
    absl::StatusOr<ExitCode> code = kind.explain(options, environment);
    if (!absl::IsNotFound(code.status())) return code;
  }
  return UnknownTopic(options.topic);
}

}  // namespace

ExitCode RunExplain(const Options& options, Environment& environment) {
  return Finish(ExplainTopic(options, environment), environment);
}

}  // namespace wecan
