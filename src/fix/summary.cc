// SPDX-License-Identifier: Apache-2.0
#include "src/fix/summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/output/report_parts.h"

namespace wecan {
namespace {

std::string LabelList(const Labels& labels) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : labels) parts.push_back(absl::StrCat(key, "=", value));
  return absl::StrJoin(parts, ",");
}

std::string AgentText(const FixContext& c) {
  return absl::StrCat(c.options.agent.service_account, " (profile ", c.options.profile.name, ")");
}

class SummaryWriter {
 public:
  SummaryWriter(const FixContext& context, const SummaryLimits& limits)
      : c_(context), limits_(limits) {}

  void Grants() {
    if (c_.plan.grants.empty()) return;
    const RoleGrant& first = c_.plan.grants[0];
    const int roles = static_cast<int>(c_.plan.grants.size());
    const std::string what =
        roles > 1 ? absl::StrCat(Count(roles, "role"), " ", first.role.name)
                  : absl::StrCat(RoleKindName(first.role.kind), " ", first.role.name);
    Line("Grant", absl::StrCat(what, ", strategy ", GrantStrategyName(c_.plan.strategy)));
    Removed();
    Files();
    Width();
    Careful();
    Proved();
  }
  void Problems() {
    for (const GuardrailHit& hit : c_.plan.refused) {
      Line("Refused",
           absl::StrCat(hit.guardrail->id, ", for ", Names(hit.objects), ": ",
                        absl::StrJoin(hit.rule.verbs, " "), " on ", RuleTarget(hit.rule)));
      Line("", hit.guardrail->reason);
      Line("", "--allow-escalation grants it all the same");
    }
    for (const ReachProblem& problem : c_.plan.unreached) {
      Line("WEC304", absl::StrCat(problem.message, ", so it may not get to a WEC"));
      for (const Labels& labels : problem.choices)
        Line("", absl::StrCat("with this it would: --labels ", ShellWord(LabelList(labels))));
      if (problem.choices.empty())
        Line("", "no label would do; add a clause for it to the policy, or apply it directly");
    }
    if (!c_.plan.not_rbac.empty()) {
      Line("Not RBAC", absl::StrCat(Names(c_.plan.not_rbac),
                                    ": no grant helps; wecan check tells what is wrong"));
    }
    if (!c_.plan.unknown.empty()) {
      Line("Unknown",
           absl::StrCat(Names(c_.plan.unknown), ": nothing can be told; add the CRD to the input"));
    }
  }

  void Delivery() {
    if (!Changed()) return;
    std::string apply;
    for (const FixFile& f : c_.files) {
      if (f.changed()) absl::StrAppend(&apply, " -f ", f.path.empty() ? "-" : ShellWord(f.path));
    }
    const bool piped = apply == " -f -";
    if (c_.mode == "diff") Line("Write", absl::StrCat(c_.command, " --write"));
    if (c_.wrap == GrantWrap::kManifestWork) {
      Line("Deliver", absl::StrCat(piped ? c_.command + " | " : "", "kubectl --context ITS",
                                   c_.mailbox.empty() ? " -n MAILBOX" : "", " apply", apply));
    } else {
      const std::string selected = c_.plan.reached_by.empty()
                                       ? ""
                                       : absl::StrCat("; selected by BindingPolicy ",
                                                      absl::StrJoin(c_.plan.reached_by, ", "));
      if (c_.plan.agent_may_write) {
        Line("Downsync", absl::StrCat(piped ? c_.command + " | " : "",
                                      "kubectl --context WDS apply", apply, selected));
      } else {
        Line("Downsync", absl::StrCat("no: ", c_.options.agent.service_account,
                                      " may not write this role itself; apply it directly"));
      }
      // A BindingPolicy means nothing to a WEC.
      const bool direct = c_.wrap == GrantWrap::kNone;
      size_t lines = 0;
      const std::vector<std::string> wecs = direct ? Wecs() : std::vector<std::string>();
      for (const std::string& wec : wecs) {
        if (lines++ == limits_.lines) break;
        Line(lines <= 1 ? "Directly" : "",
             absl::StrCat(piped ? c_.command + " | " : "", "kubectl --context ", ShellWord(wec),
                          " apply", apply));
      }
      if (wecs.size() > limits_.lines)
        Line("", absl::StrCat("+", wecs.size() - limits_.lines, " more, -v lists them"));
    }
    Line("Retry",
         "by itself, at the latest after about as long as it was refused (17 minutes at most)");
    Line("",
         "at once: kubectl --context ITS -n MAILBOX label manifestwork --all retry=$(date +%s) "
         "--overwrite");
  }

  std::vector<SummaryLine> Take() { return std::move(lines_); }

 private:
  void Line(absl::string_view head, absl::string_view text) {
    lines_.push_back({std::string(head), std::string(text)});
  }

  bool Changed() const {
    return std::any_of(c_.files.begin(), c_.files.end(),
                       [](const FixFile& f) { return f.changed(); });
  }

  std::string Names(const std::vector<int>& objects) const {
    return absl::StrJoin(ObjectNames(c_.input, c_.requirements, objects, limits_.objects), ", ");
  }

  // What --prune takes away.
  void Removed() {
    size_t lines = 0;
    for (const RoleGrant& g : c_.plan.grants) {
      for (const PolicyRule& rule : RemovedRules(g)) {
        if (lines++ == limits_.lines) return;
        Line(lines <= 1 ? "Removed" : "",
             absl::StrCat(RuleTarget(rule), ": ", absl::StrJoin(rule.verbs, " "),
                          rule.resource_names.empty() ? "" : " only " + rule.resource_names[0]));
      }
    }
  }

  void Files() {
    for (const FixFile& f : c_.files) {
      if (!f.path.empty() && f.changed())
        Line("File", absl::StrCat(f.path, f.before ? "" : " (new)"));
    }
  }

  void Width() {
    std::set<std::string> namespaces;
    bool cluster_role = false, cluster_need = false;
    for (const RoleGrant& g : c_.plan.grants) {
      cluster_role |= g.role.kind == RoleKind::kClusterRole;
      for (const std::string& ns : g.needed_in) {
        if (ns.empty()) {
          cluster_need = true;
        } else if (g.role.kind == RoleKind::kClusterRole) {
          namespaces.insert(ns);
        }
      }
    }
    if (!cluster_role || namespaces.empty()) return;
    const std::string some =
        namespaces.size() <= 3 ? absl::StrCat(" (", absl::StrJoin(namespaces, ", "), ")") : "";
    Line("Width", absl::StrCat("all namespaces; needed in ", namespaces.size(), some,
                               cluster_need ? " and at cluster scope" : ""));
    Line("", absl::StrCat("narrower: ", c_.narrower_command));
  }

  // Granted, but people ought to know.
  void Careful() {
    std::map<absl::string_view, std::vector<int>> told;
    for (const GuardrailHit& hit : c_.plan.told) {
      std::vector<int>& objects = told[hit.guardrail->id];
      objects.insert(objects.end(), hit.objects.begin(), hit.objects.end());
    }
    for (const GuardrailHit& hit : c_.plan.told) {
      const auto it = told.find(hit.guardrail->id);
      if (it == told.end()) continue;
      Line("Careful", absl::StrCat(hit.guardrail->id, ", for ", Names(it->second), ": ",
                                   hit.guardrail->reason));
      told.erase(it);
    }
  }

  void Proved() {
    if (c_.proof.verbs == 0) {
      Line("Proved", absl::StrCat("nothing is missing for ", Count(c_.proof.objects, "object")));
      return;
    }
    const int objects = c_.proof.objects - static_cast<int>(c_.plan.RefusedObjects().size());
    Line("Proved",
         absl::StrCat("with it nothing is missing for ", Count(objects, "object"),
                      "; without any one of its ", Count(c_.proof.verbs, "verb"), " something is"));
  }

  // Names of the WECs that the input knows of.
  std::vector<std::string> Wecs() const {
    std::set<std::string> names;
    for (const Binding& b : c_.input.bindings)
      names.insert(b.destinations.begin(), b.destinations.end());
    for (const ManifestWork& w : c_.input.works) {
      if (!w.replica_set && !w.namespace_.empty()) names.insert(w.namespace_);
    }
    if (names.empty()) return {"WEC"};
    return {names.begin(), names.end()};
  }

  const FixContext& c_;
  const SummaryLimits& limits_;
  std::vector<SummaryLine> lines_;
};

}  // namespace

std::string RuleTarget(const PolicyRule& rule) {
  if (rule.resources.empty()) return rule.non_resource_urls[0];
  const std::string& group = rule.api_groups[0];
  return absl::StrCat(rule.resources[0], group.empty() ? "" : ".", group);
}

std::vector<MissingRow> FoldMissing(const std::vector<Permission>& missing) {
  std::vector<MissingRow> rows;
  std::map<std::tuple<int, std::string, std::string, std::string, bool>, size_t> index;
  for (const Permission& p : missing) {
    MissingRow row{.resource = RuleTarget(p.rule),
                   .names = absl::StrJoin(p.rule.resource_names, " "),
                   .verbs = absl::StrJoin(p.rule.verbs, " "),
                   .executor = p.executor,
                   .guessed = p.guessed};
    const auto [it, inserted] = index.try_emplace(
        {p.executor, row.resource, row.names, row.verbs, p.namespace_.empty()}, rows.size());
    if (inserted) rows.push_back(std::move(row));
    MissingRow& folded = rows[it->second];
    folded.namespaces.push_back(p.namespace_);
    folded.objects.insert(folded.objects.end(), p.objects.begin(), p.objects.end());
  }
  return rows;
}

std::string ScopeOf(const MissingRow& row) {
  if (row.namespaces[0].empty()) return "cluster";
  const size_t more = row.namespaces.size() - 1;
  return absl::StrCat("ns ", row.namespaces[0], more > 0 ? absl::StrCat(" +", more, " more") : "");
}

std::vector<std::string> RemarksOn(const FixContext& c, const MissingRow& row) {
  std::vector<std::string> remarks;
  if (!row.names.empty()) remarks.push_back(absl::StrCat("only ", row.names));
  if (row.guessed) remarks.emplace_back("(its plural is a guess)");
  if (row.executor >= 0)
    remarks.push_back(
        absl::StrCat("for executor ", c.requirements.executors[row.executor].Display()));
  return remarks;
}

std::string DescribeMissing(const FixContext& c) {
  const int all = c.proof.objects;
  if (c.plan.missing.empty()) {
    return absl::StrCat(c.plan.refused.empty() ? "Nothing is missing" : "Nothing to grant", ": ",
                        Count(all, "object"), ", ", AgentText(c));
  }
  std::set<int> objects;
  for (const Permission& p : c.plan.missing) objects.insert(p.objects.begin(), p.objects.end());
  return absl::StrCat(AgentText(c), " lacks, for ", objects.size(), " of ", Count(all, "object"));
}

std::vector<SummaryLine> GrantLines(const FixContext& context, const SummaryLimits& limits) {
  SummaryWriter writer(context, limits);
  writer.Grants();
  return writer.Take();
}

std::vector<SummaryLine> ProblemLines(const FixContext& context, const SummaryLimits& limits) {
  SummaryWriter writer(context, limits);
  writer.Problems();
  return writer.Take();
}

std::vector<SummaryLine> DeliveryLines(const FixContext& context, const SummaryLimits& limits) {
  SummaryWriter writer(context, limits);
  writer.Delivery();
  return writer.Take();
}

}  // namespace wecan
