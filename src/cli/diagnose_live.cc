// SPDX-License-Identifier: Apache-2.0
#include "src/cli/diagnose_live.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/requirements/strategy.h"
#include "src/cli/live.h"
#include "src/cli/spaces.h"
#include "src/cluster/list_objects.h"
#include "src/diagnose/read_objects.h"

namespace wecan {
namespace {

constexpr char kWorkApi[] = "/apis/work.open-cluster-management.io/v1";

// What the agent asks for an object that lives alone, in the order in which it asks.
std::vector<std::string> VerbsInOrder(const Options& options) {
  const auto strategy =
      ParseUpdateStrategy(options.agent.update_strategy).value_or(UpdateStrategy::kUpdate);
  const StrategyRule& rule = RuleOf(strategy);
  std::vector<std::string> verbs;
  for (const AgentVerb v : kVerbOrder) {
    if ((rule.apply | rule.remove).Has(v)) verbs.emplace_back(VerbName(v));
  }
  return verbs;
}

// The request for a verb on what a denial, or an applied resource, names.
RequestAttributes RequestOf(const Denial& d, const std::string& verb) {
  RequestAttributes r{.verb = verb,
                      .api_group = d.group,
                      .resource = d.resource,
                      .subresource = d.subresource,
                      .namespace_ = d.namespace_};
  r.resource_request = d.path.empty();
  r.path = d.path;
  const bool unnamed = verb == "create" || verb == "list" || verb == "watch";
  if (!unnamed) r.name = d.name;
  return r;
}

// A question about each of `requests`, to each of `contexts`.
absl::StatusOr<std::vector<ClusterAnswers>> Ask(const Options& options, const Clusters& clusters,
                                                const std::vector<std::string>& contexts,
                                                const std::vector<RequestAttributes>& requests,
                                                const UserInfo& subject, Environment& environment) {
  std::vector<LiveQuestion> list;
  for (const RequestAttributes& r : requests) list.push_back({.request = r});
  const auto questions = std::make_shared<const std::vector<LiveQuestion>>(std::move(list));
  std::vector<LiveTarget> targets;
  for (const std::string& context : contexts)
    targets.push_back({.context = context, .questions = questions});
  return AskTargets(options, clusters, targets, subject, environment);
}

// An object that the agent applied, as a denial of it would name it.
struct Applied {
  Denial resource;
  Sighting where;
};

// Of one context's AppliedManifestWorks; each resource once.
std::vector<Applied> ReadApplied(const LivePages& list) {
  std::vector<Applied> applied;
  std::set<std::tuple<std::string, std::string, std::string, std::string>> seen;
  ForEachItem(list.pages, [&](const Value& work) {
    const std::string name = NameOf(work);
    work["status"]["appliedResources"].ForEachItem([&](const Value& r) {
      Denial d{.refusal = FindRefusal("rbac-forbidden")};
      d.group = std::string(r["group"].text());
      d.resource = std::string(r["resource"].text());
      d.namespace_ = std::string(r["namespace"].text());
      d.name = std::string(r["name"].text());
      if (d.resource.empty() || !seen.emplace(d.group, d.resource, d.namespace_, d.name).second)
        return;
      applied.push_back({std::move(d),
                         {.source = absl::StrCat("context:", list.context),
                          .object = absl::StrCat("AppliedManifestWork ", name)}});
    });
  });
  return applied;
}

}  // namespace

absl::Status ReadManifestWorks(const Options& options, const Clusters& clusters,
                               const Recognizer& recognizer, DenialSet& denials) {
  const std::string& mailbox = options.review.namespace_;
  const std::string path = mailbox.empty()
                               ? absl::StrCat(kWorkApi, "/manifestworks")
                               : absl::StrCat(kWorkApi, "/namespaces/", mailbox, "/manifestworks");
  WECAN_ASSIGN_OR_RETURN(const LivePages list,
                         ListObjectsOf("--its", options.cluster.its, path, clusters));
  for (const std::string& page : list.pages) {
    DenialSet found;
    ReadObjects(page, absl::StrCat("context:", list.context), Budgets(), recognizer, found);
    found.ForgetLines();  // those of a reply are nothing that anybody could look up
    denials.Merge(found);
  }
  return absl::OkStatus();
}

absl::Status CheckLive(const Options& options, const Clusters& clusters, Environment& environment,
                       Diagnosis& diagnosis) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<std::string> contexts,
                         ChooseContexts(options.cluster, clusters));
  std::map<std::string, std::vector<DiagnosedDenial*>> by_user;
  for (DiagnosedDenial& item : diagnosis.denials) {
    if (item.work_agent && item.denial.Is(kMissingPermission) && !item.verdict.verbs.empty())
      by_user[item.denial.user].push_back(&item);
  }
  for (const auto& [user, items] : by_user) {
    std::vector<RequestAttributes> requests;
    for (const DiagnosedDenial* item : items) {
      for (const std::string& verb : item->verdict.verbs)
        requests.push_back(RequestOf(item->denial, verb));
    }
    WECAN_ASSIGN_OR_RETURN(
        const std::vector<ClusterAnswers> answers,
        Ask(options, clusters, contexts, requests, WithImplicitGroups(user, {}), environment));
    for (const ClusterAnswers& cluster : answers) {
      size_t at = 0;
      for (DiagnosedDenial* item : items) {
        LiveCheck check{.context = cluster.context, .error = cluster.error};
        for (const std::string& verb : item->verdict.verbs) {
          if (at < cluster.answers.size()) {
            const ReviewAnswer& answer = cluster.answers[at++];
            if (answer.state == LiveState::kYes) check.allowed.push_back(verb);
            if (answer.state == LiveState::kNo) check.refused.push_back(verb);
            if (answer.state == LiveState::kError && check.error.empty())
              check.error = answer.reason;
          }
        }
        item->live.push_back(std::move(check));
      }
      if (!cluster.error.empty()) diagnosis.errors.push_back({cluster.context, cluster.error});
    }
  }
  return absl::OkStatus();
}

absl::Status AskAboutApplied(const Options& options, const Clusters& clusters,
                             Environment& environment, DenialSet& denials,
                             std::vector<DiagnosisError>& errors) {
  WECAN_ASSIGN_OR_RETURN(const std::vector<std::string> contexts,
                         ChooseContexts(options.cluster, clusters));
  WECAN_ASSIGN_OR_RETURN(const UserInfo subject, LiveSubject(options));
  const std::vector<std::string> verbs = VerbsInOrder(options);
  for (const std::string& context : contexts) {
    const absl::StatusOr<LivePages> list = ListObjectsOf(
        "--context", context, absl::StrCat(kWorkApi, "/appliedmanifestworks"), clusters);
    if (!list.ok()) {
      errors.push_back({context, std::string(list.status().message())});
      continue;
    }
    const std::vector<Applied> applied = ReadApplied(*list);
    std::vector<RequestAttributes> requests;
    for (const Applied& a : applied) {
      for (const std::string& verb : verbs) requests.push_back(RequestOf(a.resource, verb));
    }
    if (requests.empty()) continue;
    WECAN_ASSIGN_OR_RETURN(const std::vector<ClusterAnswers> answers,
                           Ask(options, clusters, {context}, requests, subject, environment));
    if (!answers[0].error.empty()) errors.push_back({context, answers[0].error});
    for (size_t i = 0; i < answers[0].answers.size(); ++i) {
      const Applied& a = applied[i / verbs.size()];
      if (answers[0].answers[i].state != LiveState::kNo) continue;
      Denial d = a.resource;
      d.user = subject.name;
      d.verb = verbs[i % verbs.size()];
      d.text = absl::StrCat("cannot ", d.verb, " ", ResourceOf(d), ", says ", context, " now");
      denials.Add(d, a.where);
      i += verbs.size() - 1 - i % verbs.size();  // the first one that is refused stands for all
    }
  }
  return absl::OkStatus();
}

}  // namespace wecan
