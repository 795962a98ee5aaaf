// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/fix/report.h"

namespace wecan {
namespace {

constexpr size_t kLines = 20;  // of a list, unless all of it is asked for

std::string Count(size_t n, absl::string_view word) {
  return absl::StrCat(n, " ", word, n == 1 ? "" : "s");
}

// "storageclasses.storage.k8s.io", "pods", "/metrics": what a rule with one of them is about.
std::string Target(const PolicyRule& rule) {
  if (rule.resources.empty()) return rule.non_resource_urls[0];
  const std::string& group = rule.api_groups[0];
  return absl::StrCat(rule.resources[0], group.empty() ? "" : ".", group);
}

// What is missing on one resource, in one namespace or in many alike.
struct Row {
  std::string resource, names, verbs;
  int executor = -1;
  std::vector<std::string> namespaces;
  std::vector<int> objects;
  bool guessed = false;
};

std::vector<Row> FoldRows(const std::vector<Permission>& missing) {
  std::vector<Row> rows;
  std::map<std::tuple<int, std::string, std::string, std::string, bool>, size_t> index;
  for (const Permission& p : missing) {
    Row row{.resource = Target(p.rule),
            .names = absl::StrJoin(p.rule.resource_names, " "),
            .verbs = absl::StrJoin(p.rule.verbs, " "),
            .executor = p.executor,
            .guessed = p.guessed};
    const auto [it, inserted] = index.try_emplace(
        {p.executor, row.resource, row.names, row.verbs, p.namespace_.empty()}, rows.size());
    if (inserted) rows.push_back(std::move(row));
    Row& folded = rows[it->second];
    folded.namespaces.push_back(p.namespace_);
    folded.objects.insert(folded.objects.end(), p.objects.begin(), p.objects.end());
  }
  return rows;
}

std::string ScopeCell(const Row& row) {
  if (row.namespaces[0].empty()) return "cluster";
  const size_t more = row.namespaces.size() - 1;
  return absl::StrCat("ns ", row.namespaces[0], more > 0 ? absl::StrCat(" +", more, " more") : "");
}

std::string LabelList(const Labels& labels) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : labels) parts.push_back(absl::StrCat(key, "=", value));
  return absl::StrJoin(parts, ",");
}

class SummaryWriter {
 public:
  SummaryWriter(const FixContext& context, const Style& style, bool all)
      : c_(context), style_(style), all_(all) {}

  std::string Write() {
    Missing();
    if (!c_.plan.grants.empty()) {
      Grants();
      Proved();
    }
    Problems();
    if (Changed()) Delivery();
    return std::move(out_);
  }

 private:
  void Line(absl::string_view head, absl::string_view text) {
    absl::StrAppend(&out_, style_.Bold(Pad(head, 9)), " ", Printable(text), "\n");
  }

  bool Changed() const {
    return std::any_of(c_.files.begin(), c_.files.end(),
                       [](const FixFile& f) { return f.changed(); });
  }

  std::string Agent() const {
    return absl::StrCat(c_.options.agent.service_account, " (profile ", c_.options.profile.name,
                        ")");
  }

  std::string ForExecutor(int executor) const {
    return absl::StrCat("  for executor ", c_.requirements.executors[executor].Display());
  }

  void Missing() {
    const std::vector<Row> rows = FoldRows(c_.plan.missing);
    if (rows.empty()) {
      absl::StrAppend(&out_, c_.plan.refused.empty() ? "Nothing is missing" : "Nothing to grant",
                      ": ", Count(static_cast<size_t>(c_.proof.objects), "object"), ", ",
                      Printable(Agent()), ".\n");
      return;
    }
    std::set<int> objects;
    size_t width = 20, scope_width = 7, verb_width = 4;
    for (const Row& row : rows) {
      objects.insert(row.objects.begin(), row.objects.end());
      width = std::max(width, std::min<size_t>(row.resource.size(), 64));
      scope_width = std::max(scope_width, std::min<size_t>(ScopeCell(row).size(), 30));
      verb_width = std::max(verb_width, row.verbs.size());
    }
    absl::StrAppend(&out_, Printable(Agent()), " lacks, for ", objects.size(), " of ",
                    Count(static_cast<size_t>(c_.proof.objects), "object"), ":\n");
    size_t lines = 0;
    for (const Row& row : rows) {
      if (!all_ && lines++ == kLines) break;
      const std::string names = row.names.empty() ? "" : absl::StrCat("  only ", row.names);
      absl::StrAppend(
          &out_, "  ", Pad(Printable(row.resource), width), "  ",
          Pad(Printable(ScopeCell(row)), scope_width), "  ", Pad(row.verbs, verb_width), "  ",
          style_.Dim(Printable(absl::StrJoin(
              ObjectNames(c_.input, c_.requirements, row.objects, all_ ? ~size_t{0} : 1), " "))),
          Printable(names), row.guessed ? "  (its plural is a guess)" : "",
          row.executor < 0 ? "" : Printable(ForExecutor(row.executor)), "\n");
    }
    if (!all_ && rows.size() > kLines)
      absl::StrAppend(&out_, "  +", rows.size() - kLines, " more, -v lists them\n");
  }

  void Grants() {
    std::set<std::string> namespaces;
    bool cluster_role = false, cluster_need = false;
    size_t roles = 0;
    for (const RoleGrant& g : c_.plan.grants) {
      ++roles;
      cluster_role |= g.role.kind == RoleKind::kClusterRole;
      for (const std::string& ns : g.needed_in) {
        if (ns.empty()) {
          cluster_need = true;
        } else if (g.role.kind == RoleKind::kClusterRole) {
          namespaces.insert(ns);
        }
      }
    }
    const RoleGrant& first = c_.plan.grants[0];
    const std::string what =
        roles > 1 ? absl::StrCat(Count(roles, "role"), " ", first.role.name)
                  : absl::StrCat(RoleKindName(first.role.kind), " ", first.role.name);
    Line("Grant", absl::StrCat(what, ", strategy ", GrantStrategyName(c_.plan.strategy)));
    Removed();
    Files();
    if (cluster_role && !namespaces.empty()) {
      const std::string some =
          namespaces.size() <= 3 ? absl::StrCat(" (", absl::StrJoin(namespaces, ", "), ")") : "";
      Line("Width", absl::StrCat("all namespaces; needed in ", namespaces.size(), some,
                                 cluster_need ? " and at cluster scope" : ""));
      Line("", absl::StrCat("narrower: ", c_.narrower_command));
    }
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

  // What --prune takes away.
  void Removed() {
    size_t lines = 0;
    for (const RoleGrant& g : c_.plan.grants) {
      for (const PolicyRule& rule : RemovedRules(g)) {
        if (!all_ && lines++ == kLines) return;
        Line(lines <= 1 ? "Removed" : "",
             absl::StrCat(Target(rule), ": ", absl::StrJoin(rule.verbs, " "),
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

  std::string Names(const std::vector<int>& objects) const {
    return absl::StrJoin(ObjectNames(c_.input, c_.requirements, objects, all_ ? ~size_t{0} : 3),
                         ", ");
  }

  void Proved() {
    if (c_.proof.verbs == 0) {
      Line("Proved", absl::StrCat("nothing is missing for ",
                                  Count(static_cast<size_t>(c_.proof.objects), "object")));
      return;
    }
    Line("Proved",
         absl::StrCat("with it nothing is missing for ",
                      Count(static_cast<size_t>(c_.proof.objects) - c_.plan.RefusedObjects().size(),
                            "object"),
                      "; without any one of its ",
                      Count(static_cast<size_t>(c_.proof.verbs), "verb"), " something is"));
  }

  void Problems() {
    for (const GuardrailHit& hit : c_.plan.refused) {
      Line("Refused", absl::StrCat(hit.guardrail->id, ", for ", Names(hit.objects), ": ",
                                   absl::StrJoin(hit.rule.verbs, " "), " on ", Target(hit.rule)));
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

  void Delivery() {
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
        if (!all_ && lines++ == kLines) break;
        Line(lines <= 1 && &wec == &wecs[0] ? "Directly" : "",
             absl::StrCat(piped ? c_.command + " | " : "", "kubectl --context ", ShellWord(wec),
                          " apply", apply));
      }
      if (!all_ && wecs.size() > kLines)
        Line("", absl::StrCat("+", wecs.size() - kLines, " more, -v lists them"));
    }
    Line("Retry",
         "by itself, at the latest after about as long as it was refused (17 minutes at most)");
    Line("",
         "at once: kubectl --context ITS -n MAILBOX label manifestwork --all retry=$(date +%s) "
         "--overwrite");
  }

  const FixContext& c_;
  const Style& style_;
  const bool all_;
  std::string out_;
};

}  // namespace

std::string FixSummary(const FixContext& context, const Style& style, bool all) {
  return SummaryWriter(context, style, all).Write();
}

}  // namespace wecan
