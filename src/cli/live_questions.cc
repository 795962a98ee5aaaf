// SPDX-License-Identifier: Apache-2.0
#include "src/cli/live_questions.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/gaps/compare.h"
#include "src/cluster/named_request.h"

namespace wecan {
namespace {

// Group, resource, namespace, verb; and the kind, by which the resource is found.
using QuestionKey = std::tuple<std::string, std::string, std::string, int, std::string>;

int RankOf(AgentVerb verb) {
  return static_cast<int>(std::find(std::begin(kVerbOrder), std::end(kVerbOrder), verb) -
                          std::begin(kVerbOrder));
}

struct Draft {
  LiveQuestion question;
  std::set<std::string> names;
  bool named = true;  // every object of it has a name that the request carries
};

}  // namespace

std::vector<LiveQuestion> QuestionsOf(const AnalysisInput& input, const Requirements& requirements,
                                      const std::string& default_namespace) {
  std::map<QuestionKey, Draft> drafts;
  for (size_t i = 0; i < input.objects.size(); ++i) {
    const ObjectRequirements& need = requirements.objects[i];
    if (need.state != ObjectState::kChecked) continue;
    const Object& o = input.objects[i];
    const ResourceType& type = requirements.types[need.type];
    const bool anywhere = need.scope == ScopeKind::kEachWec;
    const std::string ns = anywhere ? "" : need.namespace_;
    // A Binding's entry names the resource, and its kind may be anybody's guess.
    const bool by_kind = o.resource.empty() && !o.kind.empty();
    const VerbSet unnamed = UnnamedVerbs(need);
    (need.apply | need.remove | need.option).ForEach([&](AgentVerb verb) {
      Draft& draft = drafts[{type.group, type.resource, ns, RankOf(verb), o.kind}];
      LiveQuestion& q = draft.question;
      q.request = {.verb = std::string(VerbName(verb)),
                   .api_group = type.group,
                   .resource = type.resource,
                   .namespace_ = ns};
      q.kind = by_kind ? o.kind : "";
      q.version = o.version;
      q.word = by_kind ? "" : type.resource;
      q.object_namespace = anywhere ? "" : o.namespace_.empty() ? default_namespace : o.namespace_;
      const bool named = !unnamed.Has(verb) && !o.name.empty();
      draft.named &= named;
      if (named) draft.names.insert(o.name);
    });
  }
  std::vector<LiveQuestion> questions;
  questions.reserve(drafts.size());
  for (auto& [key, draft] : drafts) {
    if (draft.named) draft.question.names.assign(draft.names.begin(), draft.names.end());
    questions.push_back(std::move(draft.question));
  }
  return questions;
}

std::vector<bool> StaticAnswers(const std::vector<LiveQuestion>& questions, AgentGrants& grants) {
  std::vector<bool> answers;
  answers.reserve(questions.size());
  const Authorizer& authorizer = grants.authorizer();
  for (const LiveQuestion& q : questions) {
    RequestAttributes request = q.request;
    answers.push_back(AuthorizeByNames(authorizer, grants.user(), q.names, request).allowed);
  }
  return answers;
}

}  // namespace wecan
