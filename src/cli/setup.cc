// SPDX-License-Identifier: Apache-2.0
#include "src/cli/setup.h"

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/requirements/strategy.h"
#include "src/cli/clusters.h"
#include "src/cli/flag_values.h"
#include "src/cli/live_rbac.h"
#include "src/cli/spaces.h"
#include "src/output/report.h"

namespace wecan {
namespace {

// What was aggregated when the objects were read stays.
Profile StoredProfile(std::string name, absl::string_view source, RbacPolicy policy) {
  Profile profile{
      .name = std::move(name), .source = std::string(source), .policy = std::move(policy)};
  profile.release =
      BuildProfile({})->release;  // matching rules of manifestConfigs: those of the newest release
  for (Role& role : profile.policy.roles) {
    role.aggregated_before = role.aggregation.has_value();
    role.origin = {.profile = true};
  }
  for (RoleBinding& binding : profile.policy.bindings) binding.origin = {.profile = true};
  return profile;
}

// NAMESPACE:SERVICEACCOUNT.
absl::StatusOr<ServiceAccountRef> ParseServiceAccount(absl::string_view flag,
                                                      const std::string& text,
                                                      absl::string_view example) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        flag, ": \"", text, "\" is not NAMESPACE:SERVICEACCOUNT, for example ", example));
  }
  return ServiceAccountRef{parts[0], parts[1]};
}

}  // namespace

absl::StatusOr<uint64_t> ParseSize(absl::string_view flag, const std::string& text) {
  absl::string_view number = text;
  uint64_t unit = 1;
  if (absl::ConsumeSuffix(&number, "Ki")) unit = uint64_t{1} << 10;
  if (absl::ConsumeSuffix(&number, "Mi")) unit = uint64_t{1} << 20;
  if (absl::ConsumeSuffix(&number, "Gi")) unit = uint64_t{1} << 30;
  uint64_t value = 0;
  if (!absl::SimpleAtoi(number, &value) || value > (uint64_t{1} << 40) / unit) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": \"", text, "\" is no size; write for example 256Mi"));
  }
  return value * unit;
}

std::vector<Diagnostic> UnreadInput(const AnalysisInput& input) {
  std::vector<Diagnostic> errors;
  std::copy_if(input.diagnostics.begin(), input.diagnostics.end(), std::back_inserter(errors),
               [](const Diagnostic& d) { return d.rule == "WEC901"; });
  return errors;
}

ExitCode UnreadExitCode(const std::vector<Diagnostic>& unread, const AnalysisInput& input) {
  const bool live = std::all_of(unread.begin(), unread.end(), [&](const Diagnostic& d) {
    return d.location.file >= 0 && input.files[d.location.file].live;
  });
  return live ? ExitCode::kIncomplete : ExitCode::kUsage;
}

void PrintDiagnostics(const std::vector<Diagnostic>& diagnostics, const AnalysisInput& input,
                      const Environment& environment) {
  for (const Diagnostic& d : diagnostics) {
    *environment.err << "wecan: " << PlaceName(input, d.location, true) << ": "
                     << Printable(d.message) << "\n";
  }
}

namespace {

// All but that standard input is what is read without a PATH.
absl::StatusOr<LoadRequest> RequestOf(const InputOptions& options, const Environment& environment) {
  LoadRequest request{.paths = options.paths,
                      .load = options.load,
                      .crds = options.crds,
                      .policies = options.binding_policies,
                      .exclude = options.exclude,
                      .require_objects = options.require_objects,
                      .threads = environment.threads};
  request.budgets.depth = options.max_depth;
  request.budgets.nodes = options.max_nodes;
  if (!options.max_file_size.empty()) {
    WECAN_ASSIGN_OR_RETURN(request.budgets.file_bytes,
                           ParseSize("--max-file-size", options.max_file_size));
  }
  if (!options.max_document_size.empty()) {
    WECAN_ASSIGN_OR_RETURN(request.budgets.document_bytes,
                           ParseSize("--max-document-size", options.max_document_size));
  }
  request.load_if_not_checked = options.config_paths;
  return request;
}

}  // namespace

absl::StatusOr<LoadRequest> MakeLoadRequest(const InputOptions& options,
                                            const Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(LoadRequest request, RequestOf(options, environment));
  if (request.paths.empty()) {
    if (environment.in_is_terminal) {
      return absl::InvalidArgumentError(
          "no PATH given, and standard input is a terminal; name files or folders, for example: "
          "wecan check deploy/");
    }
    request.paths = {"-"};
  }
  return request;
}

absl::StatusOr<LoadRequest> MakeLoadRequest(const Options& options,
                                            const Environment& environment) {
  const ClusterOptions& cluster = options.cluster;
  if (cluster.wds.empty()) {
    if (!cluster.binding.empty())
      return absl::InvalidArgumentError(
          "--binding: names a Binding of a WDS; give --wds CONTEXT beside it");
    return MakeLoadRequest(options.input, environment);
  }
  WECAN_ASSIGN_OR_RETURN(LoadRequest request, RequestOf(options.input, environment));
  WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(cluster, environment));
  WECAN_ASSIGN_OR_RETURN(request.live, ReadWdsOf(cluster, clusters));
  return request;
}

absl::StatusOr<Agent> MakeAgent(const AgentOptions& options) {
  Agent agent;
  if (!options.klusterlet.empty()) {
    agent.klusterlet = options.klusterlet;
    agent.service_account = absl::StrCat(options.klusterlet, "-work-sa");
  }
  if (!options.namespace_.empty()) agent.namespace_ = options.namespace_;
  if (!options.service_account.empty()) agent.service_account = options.service_account;
  if (options.agent.empty() && options.klusterlet.empty()) {
    absl::string_view klusterlet = agent.service_account;
    if (absl::ConsumeSuffix(&klusterlet, "-work-sa") && !klusterlet.empty())
      agent.klusterlet = std::string(klusterlet);
  }
  if (options.agent.empty()) return agent;
  WECAN_ASSIGN_OR_RETURN(ServiceAccountRef account,
                         ParseServiceAccount("--agent", options.agent,
                                             "open-cluster-management-agent:klusterlet-work-sa"));
  agent.namespace_ = std::move(account.namespace_);
  agent.service_account = std::move(account.name);
  absl::string_view klusterlet = agent.service_account;
  if (options.klusterlet.empty() && absl::ConsumeSuffix(&klusterlet, "-work-sa") &&
      !klusterlet.empty()) {
    agent.klusterlet = std::string(klusterlet);
  }
  return agent;
}

absl::StatusOr<RbacPolicy> ReadRbacDump(const std::vector<std::string>& paths,
                                        const Environment& environment) {
  LoadRequest request{.paths = paths, .threads = environment.threads};
  const Loaded loaded = Load(request, *environment.files, *environment.in);
  const std::vector<Diagnostic> errors = UnreadInput(loaded.input);
  PrintDiagnostics(errors, loaded.input, environment);
  if (!errors.empty())
    return absl::InvalidArgumentError(
        absl::StrCat(absl::StrJoin(paths, ", "), ": not all of this dump could be read"));
  return loaded.input.rbac;
}

absl::StatusOr<Profile> MakeProfile(const AgentOptions& options, const ClusterOptions& cluster,
                                    const Agent& agent, const Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckOneOf("--mode", options.mode, FlagValues("--mode")));
  absl::string_view where = options.profile;
  if (absl::ConsumePrefix(&where, "file:")) {
    WECAN_ASSIGN_OR_RETURN(RbacPolicy policy, ReadRbacDump({std::string(where)}, environment));
    return StoredProfile(options.profile, where, std::move(policy));
  }
  if (absl::ConsumePrefix(&where, "context:")) {
    WECAN_ASSIGN_OR_RETURN(RbacPolicy policy,
                           ReadContextRbac(std::string(where), cluster, environment));
    return StoredProfile(options.profile, options.profile, std::move(policy));
  }
  return BuildProfile(
      {.name = options.profile,
       .mode = options.mode == "singleton" ? AgentMode::kSingleton : AgentMode::kDefault,
       .kubernetes = options.kubernetes,
       .agent = agent});
}

absl::StatusOr<AnalyzeOptions> MakeAnalyzeOptions(const Options& options, const Loaded& loaded,
                                                  const Environment& environment) {
  AnalyzeOptions analyze;
  WECAN_ASSIGN_OR_RETURN(analyze.agent, MakeAgent(options.agent));
  WECAN_ASSIGN_OR_RETURN(analyze.profile,
                         MakeProfile(options.agent, options.cluster, analyze.agent, environment));
  analyze.input_grants = !options.agent.no_input_grants;
  analyze.derive.release = analyze.profile.release;
  analyze.derive.default_namespace = options.input.default_namespace;
  analyze.derive.shared = options.agent.shared;
  if (const std::string& name = options.agent.update_strategy; !name.empty()) {
    WECAN_RETURN_IF_ERROR(CheckOneOf("--update-strategy", name, FlagValues("--update-strategy")));
    analyze.derive.update_strategy = ParseUpdateStrategy(name);
  }
  if (!options.agent.executor.empty()) {
    WECAN_ASSIGN_OR_RETURN(
        analyze.derive.executor,
        ParseServiceAccount("--executor", options.agent.executor, "shop:deployer"));
  }
  if (!options.input.selector.empty()) {
    const absl::StatusOr<LabelSelector> selector = ParseLabelSelector(options.input.selector);
    if (!selector.ok())
      return absl::InvalidArgumentError(absl::StrCat("--selector: ", selector.status().message()));
    analyze.derive.selector = *selector;
  }
  if (!options.input.binding_policies.empty()) analyze.derive.binding_policies = &loaded.policies;
  return analyze;
}

absl::Status CheckOneOf(absl::string_view flag, const std::string& value,
                        std::vector<absl::string_view> allowed) {
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", value, "\" is none of ",
                                                 absl::StrJoin(allowed, ", "),
                                                 DidYouMean(value, allowed)));
}

ExitCode Fail(const absl::Status& status, Environment& environment) {
  *environment.err << "wecan: " << Printable(std::string(status.message())) << "\n";
  return absl::IsUnavailable(status) ? ExitCode::kIncomplete : ExitCode::kUsage;
}

ExitCode Finish(const absl::StatusOr<ExitCode>& code, Environment& environment) {
  return code.ok() ? *code : Fail(code.status(), environment);
}

absl::StatusOr<bool> UseColor(const std::string& when, const Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckOneOf("--color", when, FlagValues("--color")));
  if (when != "auto") return when == "always";
  if (environment.variable("NO_COLOR")) return false;
  if (environment.variable("FORCE_COLOR") || environment.variable("CLICOLOR_FORCE")) return true;
  if (environment.variable("CLICOLOR") == "0") return false;
  return environment.out_is_terminal && environment.variable("TERM") != "dumb";
}

}  // namespace wecan
