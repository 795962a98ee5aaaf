// SPDX-License-Identifier: Apache-2.0
// audit: what the agent holds beyond its profile, by the manifests, a dump or live clusters, and
// what of it the manifests need.
#include <algorithm>
#include <array>
#include <istream>
#include <ostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/audit/unpredicted.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/grants/aggregate.h"
#include "src/cli/audit_evidence.h"
#include "src/cli/audit_report.h"
#include "src/cli/commands.h"
#include "src/cli/known_findings.h"
#include "src/cli/levels.h"
#include "src/cli/live_rbac.h"
#include "src/cli/print.h"
#include "src/cli/setup.h"
#include "src/output/report.h"

namespace wecan {
namespace {

constexpr uint64_t kMaxRecord = uint64_t{64} << 20;
constexpr std::array<absl::string_view, 4> kFormats = {"text", "json", "yaml", "markdown"};

using Accounts = std::set<std::pair<std::string, std::string>>;

// All that one run finds out, in the order of its stages.
struct AuditRun {
  Loaded loaded;
  AnalyzeOptions analyze;
  Requirements requirements;
  std::vector<AuditedCluster> clusters;
  LoggedUse logged;
};

absl::Status CheckFlags(const Options& options) {
  if (!options.review.rbac.empty() && !options.cluster.contexts.empty())
    return absl::InvalidArgumentError("audit: give either --rbac or --context, not both");
  if (!options.audit.record.empty() && options.given.count("--output") > 0) {
    return absl::InvalidArgumentError(
        "--check: prints nothing; to write the record use -o markdown=FILE without it");
  }
  const auto is_stdin = [](const std::string& path) { return path == "-"; };
  const auto& rbac = options.review.rbac;
  const bool dump_is_stdin = std::any_of(rbac.begin(), rbac.end(), is_stdin);
  const auto& paths = options.input.paths;
  if (dump_is_stdin && (paths.empty() || std::any_of(paths.begin(), paths.end(), is_stdin)))
    return absl::InvalidArgumentError(
        "--rbac -: standard input is the dump; name the manifests as files or folders");
  return CheckAuditLogFlags(options);
}

// The configuration's failOn is about check; an audit fails only by its flag.
absl::StatusOr<std::optional<Level>> FailOn(const Options& options) {
  if (options.given.count("--fail-on") == 0) return std::optional<Level>();
  return ParseLevel("--fail-on", options.policy.fail_on, "never");
}

// ---- what the agent holds

struct Dump {
  RbacPolicy policy;
  Accounts accounts;
};

absl::StatusOr<Dump> ReadDump(const std::vector<std::string>& paths,
                              const Environment& environment) {
  LoadRequest request{.paths = paths, .threads = environment.threads};
  Loaded loaded = Load(request, *environment.files, *environment.in);
  const std::vector<Diagnostic> errors = UnreadInput(loaded.input);
  PrintDiagnostics(errors, loaded.input, environment);
  if (!errors.empty())
    return absl::InvalidArgumentError("--rbac: not all of this dump could be read");
  Dump dump{.policy = std::move(loaded.input.rbac)};
  for (const Object& o : loaded.input.objects) {
    if (o.group.empty() && o.kind == "ServiceAccount") dump.accounts.emplace(o.namespace_, o.name);
  }
  return dump;
}

// As a cluster holds it: what it has aggregated already stays.
RbacPolicy AsHeld(RbacPolicy policy) {
  for (Role& role : policy.roles) {
    role.aggregated_before = role.aggregation.has_value();
    role.origin = {};
  }
  for (RoleBinding& binding : policy.bindings) binding.origin = {};
  AggregateClusterRoles(policy);
  return policy;
}

void AuditCluster(const AuditRun& o, RbacPolicy held, RbacPolicy baseline, bool of_input,
                  Accounts accounts, AuditedCluster& cluster) {
  cluster.held = std::make_unique<AgentGrants>(std::move(held), o.analyze.agent.User());
  cluster.baseline = std::make_unique<AgentGrants>(std::move(baseline), o.analyze.agent.User());
  cluster.result = wecan::Audit({o.loaded.input, o.requirements, o.analyze, *cluster.held,
                                 *cluster.baseline, of_input, std::move(accounts)});
}

RbacPolicy ProfilePolicy(const AnalyzeOptions& analyze) {
  RbacPolicy policy = analyze.profile.policy;
  AggregateClusterRoles(policy);
  return policy;
}

absl::Status AuditAll(const Options& options, const Environment& environment, AuditRun& o) {
  const AnalysisInput& input = o.loaded.input;
  if (!options.cluster.contexts.empty()) {
    WECAN_ASSIGN_OR_RETURN(std::vector<ContextRbac> contexts,
                           ReadContextsRbac(options.cluster, environment));
    for (ContextRbac& read : contexts) {
      AuditedCluster& cluster = o.clusters.emplace_back();
      cluster.context = read.context;
      if (!read.policy.ok()) {
        cluster.error = std::string(read.policy.status().message());
        continue;
      }
      AuditCluster(o, AsHeld(*std::move(read.policy)), ProfilePolicy(o.analyze), false, {},
                   cluster);
    }
    return absl::OkStatus();
  }
  AuditedCluster& cluster = o.clusters.emplace_back();
  if (!options.review.rbac.empty()) {
    WECAN_ASSIGN_OR_RETURN(Dump dump, ReadDump(options.review.rbac, environment));
    AuditCluster(o, AsHeld(std::move(dump.policy)), ProfilePolicy(o.analyze), false,
                 std::move(dump.accounts), cluster);
    return absl::OkStatus();
  }
  AuditCluster(o, EffectivePolicy(input, o.requirements, o.analyze),
               AuditBaseline(input, o.requirements, o.analyze), true, {}, cluster);
  return absl::OkStatus();
}

// What the logs say of the grants of the one cluster; that it could not be asked does not matter to
// what they say of the agent.
void AddEvidence(const Options& options, const Environment& environment, AuditRun& o) {
  if (options.audit.logs.empty()) return;
  AuditedCluster& cluster = o.clusters[0];
  EvidenceOptions evidence{.user = o.analyze.agent.User().name};
  if (cluster.held != nullptr)
    evidence.name_matters = NamesOfRules(cluster.result, *cluster.baseline);
  o.logged = ReadAuditLogs(options.audit.logs, evidence, environment);
  if (!o.logged.evidence || cluster.held == nullptr) return;
  cluster.uses = FindUse(cluster.result, *cluster.baseline, *o.logged.evidence);
  NoteUse(cluster.uses, cluster.result);
}

// Whether no binding names the agent itself: more likely the account is another one.
bool NamesNobody(const AuditedCluster& cluster, const Agent& agent) {
  const std::vector<RoleBinding>& bindings = cluster.held->policy().bindings;
  const UserInfo account{.name = agent.User().name};
  return std::none_of(bindings.begin(), bindings.end(), [&](const RoleBinding& b) {
    return AppliesTo(b.subjects, account, b.namespace_) >= 0;
  });
}

// ---- what is said of it

// Clusters that seem to have another agent.
std::vector<Diagnostic> WithoutAgent(const AuditRun& o) {
  std::vector<Diagnostic> warnings;
  for (const AuditedCluster& cluster : o.clusters) {
    if (cluster.held == nullptr || !NamesNobody(cluster, o.analyze.agent)) continue;
    warnings.push_back(
        {.level = Level::kWarning,
         .message = absl::StrCat(cluster.context.empty() ? "--rbac" : cluster.context,
                                 ": no binding names ", o.analyze.agent.Account().Display(),
                                 "; name the agent with --agent NAMESPACE:SERVICEACCOUNT")});
  }
  return warnings;
}

// What of the input does not count, so that what it needs passes for unused.
std::vector<Diagnostic> NotCounted(const AuditRun& o) {
  std::vector<Diagnostic> warnings = WithoutAgent(o);
  for (const Diagnostic& d : o.loaded.input.diagnostics) {
    if (d.rule == "WEC902" || d.rule == "WEC905") warnings.push_back(d);
  }
  warnings.insert(warnings.end(), o.logged.warnings.begin(), o.logged.warnings.end());
  return warnings;
}

int CountObjects(const Requirements& requirements) {
  return static_cast<int>(
      std::count_if(requirements.objects.begin(), requirements.objects.end(),
                    [](const ObjectRequirements& r) { return r.state == ObjectState::kChecked; }));
}

// Whether of a role that wecan wrote, and that `fix --prune` can change, something goes.
bool Prunes(const Options& options, const AuditRun& o) {
  const bool sees_all = options.input.selector.empty() && options.input.binding_policies.empty();
  if (!sees_all || o.analyze.profile.source != "builtin") return false;
  return std::any_of(o.clusters.begin(), o.clusters.end(), [](const AuditedCluster& c) {
    return std::any_of(
        c.result.findings.begin(), c.result.findings.end(), [](const AuditFinding& f) {
          return f.grant >= 0 && IsOurs(*f.path.role) && f.path.role->origin.object >= 0;
        });
  });
}

// Whether of some grant (`ours`: of roles that wecan wrote) more is in use than the manifests need:
// a fix, which knows those alone, would take it away.
bool MoreInUse(const AuditRun& o, bool ours) {
  return std::any_of(o.clusters.begin(), o.clusters.end(), [&](const AuditedCluster& c) {
    for (size_t i = 0; i < c.uses.size(); ++i) {
      const HeldRole& path = c.result.grants[i].path;
      if (c.uses[i].unneeded.times > 0 && (!ours || IsOurs(*path.role))) return true;
    }
    return false;
  });
}

// The command that makes the grants smaller: of roles that wecan wrote, or as if there were none.
std::string NextCommand(const Options& options, const AuditRun& o) {
  const bool any = std::any_of(o.clusters.begin(), o.clusters.end(), [](const AuditedCluster& c) {
    return std::any_of(c.result.findings.begin(), c.result.findings.end(),
                       [](const AuditFinding& f) { return f.grant >= 0; });
  });
  if (!any || options.fix_command.empty()) return "";
  // Without the logs that were asked for nobody knows what is in use.
  if (!o.logged.errors.empty()) return "";
  if (Prunes(options, o))
    return MoreInUse(o, true) ? "" : absl::StrCat(options.fix_command, " --prune --diff");
  if (MoreInUse(o, false)) return "";
  const bool given = options.agent.no_input_grants;
  const bool grants = !o.loaded.input.rbac.roles.empty() || !o.loaded.input.rbac.bindings.empty();
  return absl::StrCat(options.fix_command, grants && !given ? " --no-input-grants" : "");
}

// What is run, and would write the record: the flags of fix_command are all that both have.
std::string RecordCommand(const Options& options) {
  const size_t prefix = options.program.size() + sizeof(" fix") - 1;
  std::string command = absl::StrCat(options.program, " audit", options.fix_command.substr(prefix));
  for (const std::string& path : options.review.rbac)
    absl::StrAppend(&command, " --rbac ", ShellWord(path));
  for (const std::string& context : options.cluster.contexts)
    absl::StrAppend(&command, " --context ", ShellWord(context));
  return absl::StrCat(command, " -o markdown=", ShellWord(options.audit.record));
}

ExitCode ExitCodeOf(const AuditRun& o, const std::vector<Diagnostic>& unread,
                    std::optional<Level> fail_on) {
  if (!o.logged.errors.empty()) return ExitCode::kUsage;
  if (!unread.empty()) return UnreadExitCode(unread, o.loaded.input);
  const bool unreachable = std::any_of(o.clusters.begin(), o.clusters.end(),
                                       [](const AuditedCluster& c) { return !c.error.empty(); });
  if (unreachable) return ExitCode::kIncomplete;
  const bool fails =
      std::any_of(o.clusters.begin(), o.clusters.end(), [&](const AuditedCluster& c) {
        return std::any_of(
            c.result.findings.begin(), c.result.findings.end(),
            [&](const AuditFinding& f) { return fail_on && f.finding.level >= *fail_on; });
      });
  return fails ? ExitCode::kFindings : ExitCode::kOk;
}

std::vector<Diagnostic> ErrorsOf(const AuditRun& o) {
  std::vector<Diagnostic> errors = UnreadInput(o.loaded.input);
  errors.insert(errors.end(), o.logged.errors.begin(), o.logged.errors.end());
  return errors;
}

AuditReport MakeReport(const Options& options, const AuditRun& o, ExitCode exit_code) {
  const Evidence* evidence = o.logged.evidence ? &*o.logged.evidence : nullptr;
  const std::string next_command = NextCommand(options, o);
  return {.input = o.loaded.input,
          .requirements = o.requirements,
          .options = o.analyze,
          .source = !options.cluster.contexts.empty() ? AuditSource::kContext
                    : !options.review.rbac.empty()    ? AuditSource::kDump
                                                      : AuditSource::kInput,
          .clusters = {},
          .errors = ErrorsOf(o),
          .warnings = NotCounted(o),
          .objects = CountObjects(o.requirements),
          .all = options.audit.all,
          .next_command = next_command,
          .evidence = evidence,
          .unpredicted = evidence == nullptr ? std::vector<const Activity*>()
                                             : UnpredictedRequests(*evidence, o.requirements,
                                                                   o.analyze.agent.namespace_),
          .more_in_use = next_command.empty() && MoreInUse(o, false),
          .exit_code = static_cast<int>(exit_code)};
}

void PrintRemarks(const AuditReport& report, const Environment& environment) {
  if (report.evidence != nullptr) PrintSkipped(*report.evidence, environment);
  const auto print = [&](const Diagnostic& d) {
    const std::string place = PlaceName(report.input, d.location, true);
    *environment.err << "wecan: " << place << (d.location.file < 0 ? "" : ": ")
                     << Printable(d.message) << "\n";
  };
  for (const Diagnostic& d : report.errors) print(d);
  for (const Diagnostic& d : report.warnings) print(d);
}

// --check: an audit of part of what there is says nothing of the record.
absl::StatusOr<ExitCode> CheckRecord(const Options& options, const AuditReport& report,
                                     ExitCode exit_code, Environment& environment) {
  if (exit_code == ExitCode::kUsage || exit_code == ExitCode::kIncomplete) return exit_code;
  const std::string& path = options.audit.record;
  const absl::StatusOr<std::string> record = environment.files->Read(path, kMaxRecord);
  if (!record.ok() && !absl::IsNotFound(record.status()) && !absl::IsOutOfRange(record.status()))
    return record.status();
  if (record.ok() && *record == AuditMarkdown(report)) return exit_code;
  *environment.err << "wecan: " << Printable(path)
                   << (record.ok() ? ": is out of date; refresh it: "
                                   : ": is not there; write it: ")
                   << RecordCommand(options) << "\n";
  return ExitCode::kFindings;
}

absl::StatusOr<ExitCode> Audit(const Options& options, Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckFlags(options));
  WECAN_ASSIGN_OR_RETURN(const std::vector<Output> outputs,
                         MakeOutputs(options.output, {kFormats.begin(), kFormats.end()}));
  WECAN_ASSIGN_OR_RETURN(const bool color, UseColor(options.global.color, environment));
  WECAN_ASSIGN_OR_RETURN(const std::optional<Level> fail_on, FailOn(options));
  WECAN_ASSIGN_OR_RETURN(const LoadRequest request, MakeLoadRequest(options.input, environment));
  AuditRun o;
  o.loaded = Load(request, *environment.files, *environment.in);
  std::vector<std::string> inputs = ManifestPaths(o.loaded.input);
  inputs.insert(inputs.end(), options.review.rbac.begin(), options.review.rbac.end());
  inputs.insert(inputs.end(), options.audit.logs.begin(), options.audit.logs.end());
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, inputs, *environment.files));
  WECAN_ASSIGN_OR_RETURN(o.analyze, MakeAnalyzeOptions(options, o.loaded, environment));
  WECAN_RETURN_IF_ERROR(SetLevels(options.policy, o.analyze));
  o.analyze.suppress = TakeConfigSuppressions(options, environment, o.loaded.input);
  o.requirements = DeriveRequirements(o.loaded.input, o.analyze.derive);
  LeaveOutSuppressed(o.loaded.input, o.analyze, o.requirements);
  WECAN_RETURN_IF_ERROR(CheckOneCluster(options, environment));
  WECAN_RETURN_IF_ERROR(AuditAll(options, environment, o));
  AddEvidence(options, environment, o);

  const std::vector<Diagnostic> unread = UnreadInput(o.loaded.input);
  const ExitCode exit_code = ExitCodeOf(o, unread, fail_on);
  AuditReport report = MakeReport(options, o, exit_code);
  report.clusters = std::move(o.clusters);
  if (!options.global.quiet) PrintRemarks(report, environment);
  if (!options.audit.record.empty()) return CheckRecord(options, report, exit_code, environment);
  const auto render = [&](const Output& output) {
    if (output.format == "json") return DumpJson(AuditJson(report));
    if (output.format == "yaml") return DumpYaml(AuditJson(report));
    if (output.format == "markdown") return AuditMarkdown(report);
    return AuditText(report,
                     {.color = color && output.file.empty(), .columns = environment.columns},
                     options.global.verbose > 0);
  };
  WECAN_RETURN_IF_ERROR(WriteOutputs(outputs, options.global.quiet, render, environment));
  return exit_code;
}

}  // namespace

ExitCode RunAudit(const Options& options, Environment& environment) {
  return Finish(Audit(options, environment), environment);
}

}  // namespace wecan
