// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/find_agent.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "analyzer/base/dns1123.h"
#include "src/cluster/list_objects.h"
#include "src/input/document.h"
#include "src/input/parse.h"
#include "src/output/style.h"

namespace wecan {
namespace {

constexpr char kKlusterlets[] = "/apis/operator.open-cluster-management.io/v1/klusterlets";
constexpr char kServiceAccounts[] = "/api/v1/serviceaccounts";
constexpr char kWorkSuffix[] = "-work-sa";
constexpr char kNameIt[] = "; name the agent with --agent NAMESPACE:SERVICEACCOUNT";

using Pages = absl::StatusOr<std::vector<std::string>>;

template <typename F>
void ForEachItem(const std::vector<std::string>& pages, F f) {
  Document document{Budgets{}};
  for (const std::string& page : pages) {
    // ListObjects has parsed it already.
    ParseJson(page, document, [&](const Document& d) { d.root()["items"].ForEachItem(f); });
  }
}

std::string TextAt(const Value& object, absl::string_view key) {
  return std::string(object[key].AsString().value_or(""));
}

KlusterletMode ModeOf(absl::string_view text) {
  if (text == "Singleton") return KlusterletMode::kSingleton;
  if (text == "SingletonHosted") return KlusterletMode::kSingletonHosted;
  if (text == "Hosted" || text == "Detached") return KlusterletMode::kHosted;  // an older name
  return text.empty() || text == "Default" ? KlusterletMode::kDefault : KlusterletMode::kUnknown;
}

bool IsHosted(const FoundAgent& found) {
  return found.mode == KlusterletMode::kHosted || found.mode == KlusterletMode::kSingletonHosted;
}

// Everything that stands in a path is a name that a server accepts.
bool IsUsable(const Agent& agent) {
  return IsDns1123Subdomain(agent.klusterlet) && IsDns1123Subdomain(agent.namespace_);
}

std::vector<FoundAgent> KlusterletsOf(const std::vector<std::string>& pages) {
  std::vector<FoundAgent> agents;
  ForEachItem(pages, [&](const Value& item) {
    FoundAgent found;
    found.agent.klusterlet = TextAt(item["metadata"], "name");
    found.agent.service_account = absl::StrCat(found.agent.klusterlet, kWorkSuffix);
    if (std::string ns = TextAt(item["spec"], "namespace"); !ns.empty())
      found.agent.namespace_ = std::move(ns);
    found.mode = ModeOf(TextAt(item["spec"]["deployOption"], "mode"));
    if (IsUsable(found.agent)) agents.push_back(std::move(found));
  });
  return agents;
}

std::vector<FoundAgent> WorkServiceAccountsOf(const std::vector<std::string>& pages) {
  std::vector<FoundAgent> agents;
  ForEachItem(pages, [&](const Value& item) {
    FoundAgent found;
    found.agent.service_account = TextAt(item["metadata"], "name");
    found.agent.namespace_ = TextAt(item["metadata"], "namespace");
    absl::string_view klusterlet = found.agent.service_account;
    if (!absl::ConsumeSuffix(&klusterlet, kWorkSuffix)) return;
    found.agent.klusterlet = std::string(klusterlet);
    if (IsUsable(found.agent)) agents.push_back(std::move(found));
  });
  return agents;
}

// "ns:name, ns:name", sorted; at most ten of them.
std::string NamesOf(const std::vector<FoundAgent>& agents) {
  constexpr size_t kShown = 10;
  std::vector<std::string> names;
  for (const FoundAgent& found : agents) names.push_back(found.agent.Account().Display());
  std::sort(names.begin(), names.end());
  const size_t more = names.size() - std::min(names.size(), kShown);
  if (more > 0) names.resize(kShown);
  return absl::StrCat(absl::StrJoin(names, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

// The release in the image's tag: "quay.io/x/work:v1.0.0@sha256:..." is 1.0.0.
std::optional<Release> ReleaseOf(absl::string_view image) {
  image = image.substr(0, image.find('@'));
  const size_t colon = image.rfind(':');
  if (colon == absl::string_view::npos) return std::nullopt;
  return ParseRelease(image.substr(colon + 1));
}

// With one server. Kept alive by the request that is under way.
class AgentSearch : public std::enable_shared_from_this<AgentSearch> {
 public:
  using Then = std::function<void(absl::StatusOr<FoundAgent>)>;

  AgentSearch(HttpExchange& exchange, size_t server, std::string label, Then then)
      : exchange_(exchange), server_(server), label_(std::move(label)), then_(std::move(then)) {}

  void Start() {
    List(kKlusterlets,
         [self = shared_from_this()](const Pages& pages) { self->TakeKlusterlets(pages); });
  }

 private:
  void List(const char* path, std::function<void(Pages)> then) {
    ListObjects(exchange_, server_, label_, path, std::move(then));
  }

  void Fail(absl::StatusCode code, absl::string_view message) {
    then_(absl::Status(code, absl::StrCat(Printable(label_), ": ", message, kNameIt)));
  }

  void TakeKlusterlets(const Pages& pages) {
    if (!pages.ok() && !absl::IsNotFound(pages.status()) &&
        !absl::IsPermissionDenied(pages.status())) {
      return then_(pages.status());
    }
    may_list_klusterlets_ = !absl::IsPermissionDenied(pages.status());
    std::vector<FoundAgent> here;
    if (pages.ok()) here = KlusterletsOf(*pages);
    const auto hosted = std::stable_partition(here.begin(), here.end(),
                                              [](const FoundAgent& f) { return !IsHosted(f); });
    hosted_.assign(hosted, here.end());
    here.erase(hosted, here.end());
    if (here.size() > 1) {
      return Fail(absl::StatusCode::kFailedPrecondition,
                  absl::StrCat("there are ", here.size(), " Klusterlets: ", NamesOf(here)));
    }
    if (here.size() == 1) return TakeAgent(std::move(here[0]));
    List(kServiceAccounts, [self = shared_from_this()](const Pages& accounts) {
      self->TakeServiceAccounts(accounts);
    });
  }

  void TakeServiceAccounts(const Pages& pages) {
    if (absl::IsPermissionDenied(pages.status())) {
      return Fail(absl::StatusCode::kPermissionDenied,
                  may_list_klusterlets_
                      ? "there is no Klusterlet here, and ServiceAccounts may not be listed"
                      : "neither Klusterlets nor ServiceAccounts may be listed");
    }
    if (!pages.ok()) return then_(pages.status());
    std::vector<FoundAgent> found = WorkServiceAccountsOf(*pages);
    if (found.empty()) {
      return Fail(
          absl::StatusCode::kNotFound,
          absl::StrCat("there is no work agent: no ServiceAccount is called NAME", kWorkSuffix));
    }
    if (found.size() > 1) {
      return Fail(absl::StatusCode::kFailedPrecondition,
                  absl::StrCat("there are ", found.size(),
                               " ServiceAccounts of work agents: ", NamesOf(found)));
    }
    for (const FoundAgent& klusterlet : hosted_) {
      if (klusterlet.agent.Account() == found[0].agent.Account()) found[0].mode = klusterlet.mode;
    }
    TakeAgent(std::move(found[0]));
  }

  void TakeAgent(FoundAgent found) {
    found_ = std::move(found);
    if (IsHosted(found_)) return Finish();
    if (found_.mode != KlusterletMode::kSingleton) deployments_.push_back("-work-agent");
    if (found_.mode != KlusterletMode::kDefault) deployments_.push_back("-agent");
    AskForDeployment();
  }

  // The next Deployment that may be the agent's. What refuses or lacks it is no error.
  void AskForDeployment() {
    if (next_ == deployments_.size()) return Finish();
    exchange_.Send(
        {.server = server_,
         .path = absl::StrCat("/apis/apps/v1/namespaces/", found_.agent.namespace_, "/deployments/",
                              found_.agent.klusterlet, deployments_[next_++])},
        [self = shared_from_this()](const HttpReply& reply) {
          if (HttpReplyError(self->label_, reply).ok()) {
            self->TakeDeployment(reply.body);
          } else {
            self->AskForDeployment();
          }
        });
  }

  void TakeDeployment(absl::string_view body) {
    Document document{Budgets{}};
    ParseJson(body, document, [&](const Document& d) {
      d.root()["spec"]["template"]["spec"]["containers"].ForEachItem([&](const Value& container) {
        if (!found_.ocm) found_.ocm = ReleaseOf(TextAt(container, "image"));
      });
    });
    if (found_.mode == KlusterletMode::kUnknown) {
      found_.mode = absl::string_view(deployments_[next_ - 1]) == "-agent"
                        ? KlusterletMode::kSingleton
                        : KlusterletMode::kDefault;
    }
    Finish();
  }

  void Finish() {
    const std::string account = found_.agent.Account().Display();
    if (IsHosted(found_)) {
      found_.note = absl::StrCat(
          "the agent is hosted: it runs in another namespace or cluster, and "
          "acts here as ServiceAccount ",
          account);
    } else if (found_.mode == KlusterletMode::kUnknown) {
      found_.note = absl::StrCat(
          "the agent's Deployment is not to be seen here: it may be hosted by another cluster; it "
          "acts here as ServiceAccount ",
          account);
    }
    then_(std::move(found_));
  }

  HttpExchange& exchange_;
  const size_t server_;
  const std::string label_;
  const Then then_;
  bool may_list_klusterlets_ = true;
  std::vector<FoundAgent> hosted_;  // Klusterlets whose agents act elsewhere, as a rule
  FoundAgent found_;
  std::vector<const char*> deployments_;  // suffixes of the names it may have
  size_t next_ = 0;
};

}  // namespace

const char* KlusterletModeName(KlusterletMode mode) {
  switch (mode) {
    case KlusterletMode::kUnknown:
      return "unknown";
    case KlusterletMode::kDefault:
      return "Default";
    case KlusterletMode::kSingleton:
      return "Singleton";
    case KlusterletMode::kHosted:
      return "Hosted";
    case KlusterletMode::kSingletonHosted:
      return "SingletonHosted";
  }
  return "unknown";
}

void FindAgent(HttpExchange& exchange, size_t server, std::string label,
               std::function<void(absl::StatusOr<FoundAgent>)> then) {
  std::make_shared<AgentSearch>(exchange, server, std::move(label), std::move(then))->Start();
}

}  // namespace wecan
