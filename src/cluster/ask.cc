// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/ask.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/grants/authorizer.h"
#include "analyzer/model/rbac.h"
#include "src/cluster/access_review.h"
#include "src/cluster/connect.h"
#include "src/cluster/discovery.h"
#include "src/cluster/http_client.h"
#include "src/cluster/http_exchange.h"
#include "src/cluster/named_request.h"
#include "src/cluster/operator_grant.h"
#include "src/cluster/rbac_objects.h"
#include "src/output/style.h"

namespace wecan {
namespace {

constexpr std::pair<AskMethod, const char*> kMethodNames[] = {
    {AskMethod::kImpersonate, "impersonate"},
    {AskMethod::kSar, "sar"},
    {AskMethod::kLocal, "local"}};

LiveState StateOf(const ReviewStatus& status) {
  if (status.allowed) return LiveState::kYes;
  return status.denied ? LiveState::kDenied : LiveState::kNo;
}

// ---- one WEC

// From top to bottom: what the WEC serves, then one method after the other until one is not
// refused, then names for what was refused without.
class WecConversation {
 public:
  WecConversation(HttpExchange& exchange, DiscoveryCache& cache, const AskOptions& options,
                  size_t number, const WecToAsk& wec, const WecDone& done)
      : exchange_(exchange),
        cache_(cache),
        options_(options),
        number_(number),
        label_(wec.server.name),
        impersonates_already_(!wec.server.headers.empty()),
        wec_(wec),
        questions_(*wec.questions),
        done_(done) {}

  void Start() {
    result_.answers.resize(questions_.size());
    for (size_t i = 0; i < questions_.size(); ++i)
      result_.answers[i].request = questions_[i].request;
    const bool discover =
        std::any_of(questions_.begin(), questions_.end(),
                    [](const LiveQuestion& q) { return !q.kind.empty() || !q.word.empty(); });
    if (!discover) return AskEverything();
    Discover(exchange_, number_, label_, cache_,
             [this](absl::StatusOr<std::shared_ptr<const Discovery>> discovery) {
               TakeDiscovery(std::move(discovery));
             });
  }

 private:
  // ---- what the WEC serves

  void TakeDiscovery(absl::StatusOr<std::shared_ptr<const Discovery>> discovery) {
    if (absl::IsPermissionDenied(discovery.status())) {
      result_.notes.push_back(absl::StrCat(discovery.status().message(),
                                           "; resources are named as the catalogue has them"));
      return AskEverything();
    }
    if (!discovery.ok()) return Fail(discovery.status());
    for (const std::string& error : (*discovery)->errors())
      result_.notes.push_back(absl::StrCat(Printable(label_), ": ", error));
    result_.openshift =
        (*discovery)->ByKind("config.openshift.io", "", "ClusterVersion") != nullptr;
    for (size_t i = 0; i < questions_.size(); ++i)
      Place(questions_[i], **discovery, result_.answers[i]);
    AskEverything();
  }

  static void Place(const LiveQuestion& q, const Discovery& discovery, LiveAnswer& answer) {
    if (q.kind.empty() && q.word.empty()) return;
    RequestAttributes& request = answer.request;
    const DiscoveredResource* found =
        q.word.empty() ? discovery.ByKind(request.api_group, q.version, q.kind)
                       : discovery.ByName(q.word, request.api_group, q.any_group);
    if (found == nullptr) {
      if (discovery.Unknown(request.api_group)) return;
      answer.state = LiveState::kNotApplicable;
      answer.reason = absl::StrCat(
          "no such resource on this cluster; if it is a custom resource, "
          "install its CustomResourceDefinition");
      return;
    }
    request.api_group = found->group;
    request.resource = found->resource;
    if (!found->namespaced && !(found->group.empty() && found->resource == "namespaces"))
      request.namespace_.clear();
    if (found->namespaced && request.namespace_.empty() && !q.object_namespace.empty())
      request.namespace_ = q.object_namespace;
  }

  // ---- methods

  void AskEverything() {
    for (size_t i = 0; i < questions_.size(); ++i) {
      if (result_.answers[i].state != LiveState::kNotApplicable) open_.push_back(i);
    }
    if (options_.method) {
      methods_ = {*options_.method};
    } else {
      methods_ = {AskMethod::kImpersonate, AskMethod::kSar, AskMethod::kLocal};
    }
    if (open_.empty()) return Finish();
    TryNext();
  }

  void TryNext() {
    if (refusals_.size() == methods_.size()) return AllRefused();
    switch (methods_[refusals_.size()]) {
      case AskMethod::kImpersonate:
        return TryImpersonation();
      case AskMethod::kSar:
        return AskFirst(AskMethod::kSar);
      case AskMethod::kLocal:
        return ListRbac(exchange_, number_, label_, [this](absl::StatusOr<RbacPolicy> policy) {
          TakePolicy(std::move(policy));
        });
    }
  }

  void Refuse(absl::string_view why) {
    if (absl::ConsumePrefix(&why, Printable(label_))) absl::ConsumePrefix(&why, ": ");
    refusals_.push_back({methods_[refusals_.size()], std::string(why)});
    TryNext();
  }

  void TryImpersonation() {
    if (impersonates_already_)
      return Refuse("the kubeconfig impersonates somebody already, and one cannot do so twice");
    const bool others = std::any_of(questions_.begin(), questions_.end(),
                                    [](const LiveQuestion& q) { return q.subject.has_value(); });
    if (others) return Refuse("the reviews name users of their own");
    Post(kWhoAmIPath, WhoAmIBody(), true, [this](const HttpReply& reply) { Prove(reply); });
  }

  // A proxy that takes the headers away would have us ask about ourselves.
  void Prove(const HttpReply& reply) {
    const absl::StatusOr<UserInfo> user = ReadWhoAmI(label_, reply);
    if (absl::IsPermissionDenied(user.status())) return Refuse(user.status().message());
    if (absl::IsNotFound(user.status())) {
      return Refuse(
          "this server cannot say whom it takes us for (before Kubernetes 1.28), so "
          "impersonation cannot be proved");
    }
    if (!user.ok()) return Fail(user.status());
    const std::string wrong = WhyNotSubject(*user);
    if (wrong.empty()) return AskFirst(AskMethod::kImpersonate);
    result_.notes.push_back(absl::StrCat(Printable(label_), ": ", wrong));
    Refuse(wrong);
  }

  std::string WhyNotSubject(const UserInfo& user) const {
    if (user.name != wec_.subject.name) {
      return absl::StrCat("impersonation has no effect: the server takes us for ",
                          Printable(user.name),
                          "; something on the way takes Impersonate headers away");
    }
    for (const std::string& group : wec_.subject.groups) {
      if (std::find(user.groups.begin(), user.groups.end(), group) == user.groups.end())
        return absl::StrCat("impersonation is incomplete: the server leaves out group ",
                            Printable(group));
    }
    return "";
  }

  // The first question shows whether the method is refused; then the others follow at once.
  void AskFirst(AskMethod method) {
    Ask(method, open_[0], [this, method](const absl::StatusOr<ReviewStatus>& status) {
      if (absl::IsPermissionDenied(status.status())) return Refuse(status.status().message());
      if (!status.ok() && !absl::IsInvalidArgument(status.status())) return Fail(status.status());
      result_.method = method;
      Take(open_[0], status);
      waiting_ = open_.size() - 1;
      if (waiting_ == 0) return AskNames();
      for (size_t i = 1; i < open_.size(); ++i) {
        Ask(method, open_[i],
            [this, question = open_[i]](const absl::StatusOr<ReviewStatus>& answer) {
              Take(question, answer);
              if (--waiting_ == 0) AskNames();
            });
      }
    });
  }

  using ThenStatus = std::function<void(const absl::StatusOr<ReviewStatus>&)>;

  void Ask(AskMethod method, size_t question, ThenStatus then) {
    const LiveQuestion& q = questions_[question];
    const RequestAttributes& request = result_.answers[question].request;
    const bool self = method == AskMethod::kImpersonate;
    Post(self ? kSelfReviewPath : kReviewPath,
         self ? SelfReviewBody(request, q.attributes)
              : ReviewBody(request, q.attributes, q.subject.value_or(wec_.subject)),
         self, [this, then = std::move(then)](const HttpReply& reply) {
           then(ReadReview(label_, reply));
         });
  }

  void Take(size_t question, const absl::StatusOr<ReviewStatus>& status) {
    LiveAnswer& answer = result_.answers[question];
    if (!status.ok()) {
      answer.state = LiveState::kError;
      answer.reason = std::string(status.status().message());
      if (result_.error.ok()) result_.error = status.status();
      return;
    }
    answer.state = StateOf(*status);
    answer.reason = status->reason;
    answer.evaluation_error = status->evaluation_error;
    answer.other_authorizer = status->allowed && !status->reason.empty() &&
                              !absl::StrContains(status->reason, "RBAC: allowed");
  }

  // ---- names

  void AskNames() {
    waiting_ = 1;
    for (const size_t i : open_) {
      if (result_.answers[i].state == LiveState::kNo && !questions_[i].names.empty()) {
        ++waiting_;
        AskName(i, 0);
      }
    }
    NameDone();
  }

  // One that is refused is enough.
  void AskName(size_t question, size_t name) {
    RequestAttributes& request = result_.answers[question].request;
    NameObject(request, questions_[question].names[name]);
    Ask(*result_.method, question,
        [this, question, name](const absl::StatusOr<ReviewStatus>& status) {
          Take(question, status);
          const bool more = result_.answers[question].state == LiveState::kYes &&
                            name + 1 < questions_[question].names.size();
          if (more) return AskName(question, name + 1);
          NameDone();
        });
  }

  void NameDone() {
    if (--waiting_ == 0) Finish();
  }

  // ---- local evaluation

  void TakePolicy(absl::StatusOr<RbacPolicy> policy) {
    if (absl::IsPermissionDenied(policy.status())) return Refuse(policy.status().message());
    if (!policy.ok()) return Fail(policy.status());
    result_.method = AskMethod::kLocal;
    const Authorizer authorizer(*policy);
    for (const size_t i : open_) {
      const UserInfo& subject = questions_[i].subject ? *questions_[i].subject : wec_.subject;
      LiveAnswer& answer = result_.answers[i];
      const Decision decision =
          AuthorizeByNames(authorizer, subject, questions_[i].names, answer.request);
      answer.state = decision.allowed ? LiveState::kYes : LiveState::kNo;
      answer.reason = authorizer.Reason(subject, answer.request, decision);
    }
    Finish();
  }

  // ---- the end

  void AllRefused() {
    Post(kWhoAmIPath, WhoAmIBody(), false, [this](const HttpReply& reply) {
      const absl::StatusOr<UserInfo> caller = ReadWhoAmI(label_, reply);
      const std::string name = caller.ok() ? caller->name : "";
      if (!name.empty()) result_.lacks = OperatorGrant(*caller, wec_.subject, refusals_);
      Fail(absl::PermissionDeniedError(absl::StrCat(
          Printable(label_), ": ", name.empty() ? "we" : Printable(name), " may not ask what ",
          Printable(wec_.subject.name), " may do; ", DescribeRefusals())));
    });
  }

  // One line for all methods: the words of the first, whose grant is the smallest.
  std::string DescribeRefusals() const {
    std::vector<std::string> others;
    for (size_t i = 1; i < refusals_.size(); ++i)
      others.emplace_back(AskMethodName(refusals_[i].method));
    const std::string first =
        absl::StrCat(AskMethodName(refusals_[0].method), ": ", refusals_[0].why);
    return others.empty()
               ? first
               : absl::StrCat(first, " (", absl::StrJoin(others, ", "), ": refused, too)");
  }

  void Fail(const absl::Status& status) {
    result_.error = status;
    result_.answers.clear();
    Finish();
  }

  void Finish() { done_(number_, std::move(result_)); }

  void Post(const char* path, std::string body, bool as_other,
            std::function<void(const HttpReply&)> then) {
    exchange_.Send({.server = number_,
                    .method = HttpMethod::kPost,
                    .path = path,
                    .body = std::move(body),
                    .as_other = as_other},
                   std::move(then));
  }

  HttpExchange& exchange_;
  DiscoveryCache& cache_;
  const AskOptions& options_;
  const size_t number_;  // of the server
  const std::string label_;
  const bool impersonates_already_;
  const WecToAsk& wec_;
  const std::vector<LiveQuestion>& questions_;
  const WecDone& done_;
  WecAnswers result_;
  std::vector<AskMethod> methods_;
  std::vector<Refusal> refusals_;  // of the first of methods_
  std::vector<size_t> open_;       // questions to be asked
  size_t waiting_ = 0;
};

}  // namespace

const char* AskMethodName(AskMethod method) {
  return kMethodNames[static_cast<size_t>(method)].second;
}

std::optional<AskMethod> ParseAskMethod(absl::string_view name) {
  for (const auto& [method, text] : kMethodNames) {
    if (name == text) return method;
  }
  return std::nullopt;
}

absl::Status AskWecs(std::vector<WecToAsk> wecs, const AskOptions& options, const WecDone& done) {
  std::vector<HttpServer> servers;
  servers.reserve(wecs.size());
  for (WecToAsk& wec : wecs) {
    wec.server.as_other =
        ImpersonationHeaders({.user = wec.subject.name, .groups = wec.extra_groups});
    servers.push_back(wec.server);
  }
  WECAN_ASSIGN_OR_RETURN(const std::unique_ptr<HttpClient> client,
                         HttpClient::Create(std::move(servers), options.limits));
  HttpExchange exchange(*client);
  DiscoveryCache cache;
  std::vector<std::unique_ptr<WecConversation>> conversations;
  for (size_t i = 0; i < wecs.size(); ++i) {
    conversations.push_back(
        std::make_unique<WecConversation>(exchange, cache, options, i, wecs[i], done));
    wecs[i].server = {};  // the client has it; a fleet's certificates take memory
    conversations.back()->Start();
  }
  exchange.Run();
  return absl::OkStatus();
}

}  // namespace wecan
