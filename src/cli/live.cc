// SPDX-License-Identifier: Apache-2.0
#include "src/cli/live.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

#include "analyzer/base/sha256.h"
#include "analyzer/base/status_macros.h"
#include "src/cli/setup.h"
#include "src/cluster/find_agent.h"
#include "src/output/style.h"

namespace wecan {
namespace {

// ---- progress

// A line on a terminal that is overwritten, once the work takes longer than people like to wait.
class Progress {
 public:
  Progress(size_t all, bool shown, std::ostream& out)
      : all_(all), shown_(shown), out_(out), started_(absl::Now()), last_(started_) {}
  ~Progress() {
    if (written_) out_ << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Done(size_t done) {
    if (!shown_) return;
    const absl::Time now = absl::Now();
    if (now - started_ < absl::Seconds(1) || now - last_ < absl::Milliseconds(100)) return;
    last_ = now;
    written_ = true;
    out_ << "\r\x1b[Kwecan: " << done << " of " << all_ << " WECs asked" << std::flush;
  }

 private:
  const size_t all_;
  const bool shown_;
  std::ostream& out_;
  const absl::Time started_;
  absl::Time last_;
  bool written_ = false;
};

// ---- subjects

bool FindsAgents(const Options& options) {
  return options.review.as.empty() && options.agent.agent == "auto";
}

// With --agent auto: the agent of each server.
absl::StatusOr<std::vector<absl::StatusOr<FoundAgent>>> FindAgents(
    const std::vector<HttpServer>& servers, const HttpLimits& limits) {
  WECAN_ASSIGN_OR_RETURN(const std::unique_ptr<HttpClient> client,
                         HttpClient::Create(servers, limits));
  HttpExchange exchange(*client);
  std::vector<absl::StatusOr<FoundAgent>> found(servers.size(), FoundAgent{});
  for (size_t i = 0; i < servers.size(); ++i) {
    FindAgent(exchange, i, servers[i].name,
              [&found, i](absl::StatusOr<FoundAgent> agent) { found[i] = std::move(agent); });
  }
  exchange.Run();
  return found;
}

std::string DescribeAgent(const std::string& context, const FoundAgent& found) {
  std::string text =
      absl::StrCat(Printable(context), ": agent ", Printable(found.agent.Account().Display()));
  if (found.mode != KlusterletMode::kUnknown)
    absl::StrAppend(&text, ", mode ", KlusterletModeName(found.mode));
  if (found.ocm) absl::StrAppend(&text, ", OCM ", ReleaseName(*found.ocm));
  if (!found.note.empty()) absl::StrAppend(&text, "; ", found.note);
  return text;
}

// ---- answers

ReviewAnswer AnswerOf(LiveAnswer&& live) {
  ReviewAnswer answer{.request = std::move(live.request),
                      .state = live.state,
                      .reason = std::move(live.reason),
                      .evaluation_error = std::move(live.evaluation_error)};
  if (live.other_authorizer) answer.reason = absl::StrCat("by another authorizer: ", answer.reason);
  return answer;
}

void TakeAnswers(WecAnswers from, AnswerPool& pool, ClusterAnswers& to) {
  if (from.method) to.method = AskMethodName(*from.method);
  std::vector<ReviewAnswer> answers;
  answers.reserve(from.answers.size());
  bool delete_refused = false;
  for (LiveAnswer& answer : from.answers) {
    delete_refused |= answer.request.verb == "delete" && answer.state == LiveState::kNo;
    answers.push_back(AnswerOf(std::move(answer)));
  }
  to.answers = pool.Share(std::move(answers));
  if (!from.error.ok()) to.error = std::string(from.error.message());
  to.lacks = std::move(from.lacks);
  for (std::string& note : from.notes) to.notes.push_back(std::move(note));
  if (from.openshift && delete_refused) {
    to.notes.push_back(
        absl::StrCat(Printable(to.context),
                     ": this is OpenShift, where setting the owner of an object takes delete: what "
                     "may not be deleted cannot be applied, either"));
  }
}

// What is to be asked, and to whose answers it belongs.
struct Asking {
  std::vector<WecToAsk> wecs;
  std::vector<size_t> places;  // parallel: index of the target
};

void AddAgents(std::vector<absl::StatusOr<FoundAgent>> found, std::vector<ClusterAnswers>& clusters,
               Asking& asking) {
  Asking known;
  for (size_t i = 0; i < found.size(); ++i) {
    ClusterAnswers& cluster = clusters[asking.places[i]];
    if (!found[i].ok()) {
      cluster.error = std::string(found[i].status().message());
      continue;
    }
    cluster.user = found[i]->agent.User().name;
    cluster.notes.push_back(DescribeAgent(cluster.context, *found[i]));
    asking.wecs[i].subject = found[i]->agent.User();
    known.wecs.push_back(std::move(asking.wecs[i]));
    known.places.push_back(asking.places[i]);
  }
  asking = std::move(known);
}

// ---- findings

using CauseKey = std::tuple<std::string, std::string, std::string, uint8_t>;  // with verbs

std::string Where(const std::string& ns) {
  return ns.empty() ? "at cluster scope" : absl::StrCat("in namespace ", ns);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ChooseContexts(const ClusterOptions& options,
                                                        const Clusters& clusters) {
  if (!options.contexts.empty()) return clusters.Match(options.contexts);
  if (!options.config_contexts.empty() && options.server.empty())
    return clusters.Match(options.config_contexts);
  return clusters.names();
}

bool Shard::Has(const std::string& name) const {
  uint64_t hash = 0;
  // Any bits of it would do.
  static_cast<void>(absl::SimpleHexAtoi(Sha256Hex(name).substr(0, 15), &hash));
  return hash % parts == part;
}

absl::StatusOr<Shard> ParseShard(const std::string& text) {
  Shard shard;
  if (text.empty()) return shard;
  const std::pair<std::string, std::string> words = absl::StrSplit(text, absl::MaxSplits('/', 1));
  if (!absl::SimpleAtoi(words.first, &shard.part) ||
      !absl::SimpleAtoi(words.second, &shard.parts) || shard.parts == 0 ||
      shard.part > shard.parts) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--shard: \"", text, "\" is not K/N with K from 0 or 1 to N, for example 2/4"));
  }
  shard.part %= shard.parts;
  return shard;
}

absl::Status CheckLiveFlags(const Options& options) {
  if (!IsLive(options.cluster)) return absl::OkStatus();
  const ReviewOptions& review = options.review;
  const std::pair<const char*, bool> offline[] = {
      {"--rbac", !review.rbac.empty()}, {"--aggregate", review.aggregate}, {"--list", review.list}};
  for (const auto& [flag, given] : offline) {
    if (given) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, ": is about RBAC objects in files; leave it out to ask a cluster"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<UserInfo> LiveSubject(const Options& options) {
  const ReviewOptions& review = options.review;
  if (review.as.empty() && !review.as_groups.empty())
    return absl::InvalidArgumentError("--as-group: needs --as, the user whose groups these are");
  if (!review.as.empty()) return WithImplicitGroups(review.as, review.as_groups);
  AgentOptions agent_options = options.agent;
  if (FindsAgents(options)) agent_options.agent.clear();
  WECAN_ASSIGN_OR_RETURN(const Agent agent, MakeAgent(agent_options));
  return agent.User();
}

absl::StatusOr<std::vector<ClusterAnswers>> AskTargets(const Options& options,
                                                       const Clusters& clusters,
                                                       const std::vector<LiveTarget>& targets,
                                                       const UserInfo& subject,
                                                       Environment& environment) {
  std::vector<std::string> contexts;
  for (const LiveTarget& target : targets) {
    if (target.why_not.empty()) contexts.push_back(target.context);
  }
  std::vector<absl::StatusOr<HttpServer>> servers = clusters.Connect(contexts);
  std::vector<ClusterAnswers> results(targets.size());
  Asking asking;
  size_t next = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    ClusterAnswers& result = results[i];
    result.context = targets[i].context;
    result.error = targets[i].why_not;
    if (!result.error.empty()) continue;
    absl::StatusOr<HttpServer>& server = servers[next++];
    if (!server.ok()) {
      result.error = absl::StrCat(Printable(result.context), ": ", server.status().message());
      continue;
    }
    result.server = server->url;
    asking.wecs.push_back({.server = *std::move(server),
                           .subject = subject,
                           .extra_groups = options.review.as_groups,
                           .questions = targets[i].questions});
    asking.places.push_back(i);
  }
  if (FindsAgents(options)) {
    std::vector<HttpServer> to_look;
    for (const WecToAsk& wec : asking.wecs) to_look.push_back(wec.server);
    WECAN_ASSIGN_OR_RETURN(auto found, FindAgents(to_look, clusters.limits()));
    AddAgents(std::move(found), results, asking);
  }
  const bool shown = environment.err_is_terminal && !options.global.quiet;
  Progress progress(asking.wecs.size(), shown, *environment.err);
  AnswerPool pool;
  size_t done = 0;
  const auto take = [&](size_t wec, WecAnswers answers) {
    TakeAnswers(std::move(answers), pool, results[asking.places[wec]]);
    progress.Done(++done);
  };
  const AskOptions ask{.method = ParseAskMethod(options.cluster.method),
                       .limits = clusters.limits()};
  WECAN_RETURN_IF_ERROR(AskWecs(std::move(asking.wecs), ask, take));
  return results;
}

void AddTargetRemarks(const std::vector<LiveTarget>& targets, CanIReport& report) {
  std::map<std::string, std::vector<std::string>> problems;
  for (size_t i = 0; i < targets.size(); ++i) {
    const LiveTarget& t = targets[i];
    if (!t.cluster.empty() && t.cluster != t.context) {
      report.clusters[i].notes.push_back(
          absl::StrCat(Printable(t.context), ": is cluster ", Printable(t.cluster)));
    }
    for (const std::string& problem : t.problems) problems[problem].push_back(t.context);
  }
  for (auto& [message, contexts] : problems)
    report.findings.push_back(
        {.rule = "WEC403", .message = message, .contexts = std::move(contexts)});
}

void AddLiveFindings(CanIReport& report) {
  std::map<CauseKey, std::vector<std::string>> denied;
  for (const ClusterAnswers& c : report.clusters) {
    for (const MatrixRow& row : MatrixRows(c.answers)) {
      if (!row.missing.empty())
        denied[{row.group, row.resource, row.namespace_, row.missing.bits()}].push_back(c.context);
    }
  }
  for (auto& [key, contexts] : denied) {
    const auto& [group, resource, ns, bits] = key;
    const VerbSet verbs(bits);
    report.findings.push_back(
        {.rule = "WEC401",
         .message = absl::StrCat("may not ", VerbWords(verbs), " ",
                                 QualifiedResource(group, resource), " ", Where(ns)),
         .contexts = std::move(contexts),
         .group = group,
         .resource = resource,
         .namespace_ = ns,
         .verbs = verbs.Names()});
  }
  for (const ClusterAnswers& c : report.clusters) {
    if (!c.error.empty())
      report.findings.push_back({.rule = "WEC403", .message = c.error, .contexts = {c.context}});
  }
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const LiveFinding& a, const LiveFinding& b) { return a.rule < b.rule; });
}

ExitCode LiveExitCode(const CanIReport& report) {
  if (!report.errors.empty()) return ExitCode::kUsage;
  const bool incomplete = std::any_of(report.findings.begin(), report.findings.end(),
                                      [](const LiveFinding& f) { return f.rule == "WEC403"; });
  if (incomplete) return ExitCode::kIncomplete;
  return CountDenied(report) == 0 ? ExitCode::kOk : ExitCode::kFindings;
}

}  // namespace wecan
