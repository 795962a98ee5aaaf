// SPDX-License-Identifier: Apache-2.0
#include "src/cli/judge_accounts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/setup.h"
#include "src/fix/grant_documents.h"

namespace wecan {
namespace {

// The denials of one account, as indices.
using ByUser = std::map<std::string, std::vector<size_t>>;

class AccountJudge {
 public:
  AccountJudge(const Options& options, const Environment& environment, const FixOptions& fix)
      : options_(options), environment_(environment), fix_(fix) {}

  // Judges all denials of `diagnosis`, and plans its grants.
  absl::Status Run(const AnalyzeOptions& analyze, Diagnosis& diagnosis) {
    ByUser by_user;
    for (size_t i = 0; i < diagnosis.denials.size(); ++i)
      by_user[diagnosis.denials[i].denial.user].push_back(i);
    for (const auto& [user, indices] : by_user)
      WECAN_RETURN_IF_ERROR(RunAccount(user, indices, analyze, diagnosis));
    return absl::OkStatus();
  }

 private:
  absl::Status RunAccount(const std::string& user, const std::vector<size_t>& indices,
                          AnalyzeOptions analyze, Diagnosis& diagnosis) {
    const std::optional<Agent> agent = WorkAgentOf(user, analyze.agent);
    if (agent && agent->User().name != analyze.agent.User().name) {
      AgentOptions other = options_.agent;
      other.agent = agent->Account().Display();
      other.klusterlet = agent->klusterlet;
      analyze.agent = *agent;
      WECAN_ASSIGN_OR_RETURN(analyze.profile,
                             MakeProfile(other, options_.cluster, *agent, environment_));
    }
    std::vector<const Denial*> denials;
    for (const size_t i : indices) denials.push_back(&diagnosis.denials[i].denial);
    const Surroundings around{diagnosis.input, diagnosis.requirements, analyze,
                              options_.diagnose.any_subject};
    const std::vector<DenialVerdict> verdicts = JudgeDenials(denials, around, agent.has_value());
    for (size_t i = 0; i < indices.size(); ++i) {
      DiagnosedDenial& item = diagnosis.denials[indices[i]];
      item.verdict = verdicts[i];
      item.work_agent = agent.has_value();
      if (agent) item.profile = analyze.profile.name;
    }
    const RbacPolicy held =
        agent ? WithoutRefuted(analyze.profile.policy, denials, verdicts) : RbacPolicy();
    const Grantee grantee = GranteeOf(user, agent);
    WECAN_ASSIGN_OR_RETURN(DenialGrant grant,
                           PlanDenialGrant(denials, verdicts, grantee, held, fix_));
    if (IsNameTaken(grant, diagnosis)) {
      FixOptions other = fix_;
      other.name = absl::StrCat(grant.roles[0].role.name, ":", DnsName(user));
      WECAN_ASSIGN_OR_RETURN(grant, PlanDenialGrant(denials, verdicts, grantee, held, other));
    }
    if (!grant.faults.empty()) return absl::InternalError(grant.faults[0]);
    if (grant.roles.empty()) return absl::OkStatus();
    AccountGrant account{.user = user, .grant = std::move(grant)};
    std::set<std::string> objects;
    for (size_t i = 0; i < denials.size(); ++i) {
      const Denial& d = *denials[i];
      if (verdicts[i].verbs.empty()) continue;
      objects.insert(absl::StrCat(d.namespace_, d.namespace_.empty() ? "" : ": ",
                                  d.path.empty() ? ResourceOf(d) : d.path,
                                  d.name.empty() ? "" : " ", d.name));
    }
    account.objects.assign(objects.begin(), objects.end());
    diagnosis.grants.push_back(std::move(account));
    return absl::OkStatus();
  }

  // Two accounts whose roles had one name would lose one of them to kubectl apply.
  static bool IsNameTaken(const DenialGrant& grant, const Diagnosis& diagnosis) {
    return !grant.roles.empty() &&
           std::any_of(diagnosis.grants.begin(), diagnosis.grants.end(),
                       [&](const AccountGrant& a) {
                         return a.grant.roles[0].role.name == grant.roles[0].role.name;
                       });
  }

  static Grantee GranteeOf(const std::string& user, const std::optional<Agent>& agent) {
    Grantee grantee{.user = WithImplicitGroups(user, {})};
    std::string ns, name;
    if (ParseServiceAccountUsername(user, &ns, &name)) {
      grantee.subject = {"ServiceAccount", ns, name};
    } else {
      grantee.subject = {"User", "", user, kRbacGroup};
    }
    if (agent) grantee.klusterlet = agent->klusterlet;
    return grantee;
  }

  const Options& options_;
  const Environment& environment_;
  const FixOptions& fix_;
};

}  // namespace

absl::Status JudgeAccounts(const Options& options, const Environment& environment,
                           const AnalyzeOptions& analyze, const FixOptions& fix,
                           Diagnosis& diagnosis) {
  return AccountJudge(options, environment, fix).Run(analyze, diagnosis);
}

}  // namespace wecan
