// SPDX-License-Identifier: Apache-2.0
#include "src/cli/clusters.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/flag_values.h"
#include "src/cli/setup.h"
#include "src/cluster/connect.h"
#include "src/cluster/in_cluster.h"

namespace wecan {
namespace {

constexpr int kMostParallel = 1024;
constexpr int kMostPerServer = 8;

absl::StatusOr<HttpLimits> LimitsOf(const ClusterOptions& options) {
  HttpLimits limits;
  absl::Duration timeout;
  if (!absl::ParseDuration(options.request_timeout, &timeout) || timeout < absl::Milliseconds(1) ||
      timeout > absl::Hours(24)) {
    return absl::InvalidArgumentError(absl::StrCat("--request-timeout: \"", options.request_timeout,
                                                   "\" is no duration; write for example 10s"));
  }
  limits.timeout_ms = absl::ToInt64Milliseconds(timeout);
  limits.deadline_ms = 3 * limits.timeout_ms;
  if (!absl::SimpleAtoi(options.parallel, &limits.in_all) || limits.in_all < 1 ||
      limits.in_all > kMostParallel) {
    return absl::InvalidArgumentError(absl::StrCat("--parallel: \"", options.parallel,
                                                   "\" is no number from 1 to ", kMostParallel));
  }
  limits.per_server = std::min(limits.in_all, kMostPerServer);
  return limits;
}

// What --server and its companions say, without a kubeconfig.
absl::StatusOr<ClusterAccess> AccessByFlags(const ClusterOptions& options,
                                            const Environment& environment) {
  ClusterAccess access{.context = options.server,
                       .origin = "--server",
                       .server = std::string(absl::StripSuffix(options.server, "/")),
                       .insecure = options.insecure,
                       .server_name = options.tls_server_name};
  if (!options.certificate_authority.empty())
    access.ca.file = environment.files->Absolute(options.certificate_authority);
  access.credentials = {.origin = "--server", .token = Secret(options.token)};
  return access;
}

absl::Status CheckFlags(const ClusterOptions& options) {
  if (!options.server.empty() && (options.all_contexts || !options.contexts.empty())) {
    return absl::InvalidArgumentError(
        "--server: names the one cluster to ask; give no --context beside it");
  }
  if (options.server.empty()) {
    for (const auto& [flag, given] :
         {std::pair("--token", !options.token.empty()),
          std::pair("--certificate-authority", !options.certificate_authority.empty()),
          std::pair("--tls-server-name", !options.tls_server_name.empty()),
          std::pair("--insecure-skip-tls-verify", options.insecure)}) {
      if (given)
        return absl::InvalidArgumentError(
            absl::StrCat(flag, ": holds for --server; for a context write it into the kubeconfig"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Clusters> Clusters::Open(const ClusterOptions& options,
                                        const Environment& environment) {
  WECAN_RETURN_IF_ERROR(CheckFlags(options));
  Clusters clusters(options, environment);
  const FileSystem& files = *environment.files;
  WECAN_ASSIGN_OR_RETURN(clusters.limits_, LimitsOf(options));
  if (!options.server.empty()) {
    WECAN_ASSIGN_OR_RETURN(ClusterAccess access, AccessByFlags(options, environment));
    clusters.given_.push_back(std::move(access));
    return clusters;
  }
  WECAN_ASSIGN_OR_RETURN(clusters.kubeconfig_,
                         LoadKubeconfig(options.kubeconfig, environment.variable, files));
  WECAN_ASSIGN_OR_RETURN(
      clusters.policy_,
      LoadPluginPolicy(options.exec_plugins == "deny" ? "deny" : "", environment.variable, files));
  if (clusters.kubeconfig_.empty()) {
    std::optional<ClusterAccess> around = InClusterAccess(environment.variable, files);
    if (around) clusters.given_.push_back(*std::move(around));
  }
  if (clusters.names().empty()) {
    return absl::InvalidArgumentError(
        "no kubeconfig names a context, and this is no pod of a cluster; give --kubeconfig FILE");
  }
  return clusters;
}

std::vector<std::string> Clusters::names() const {
  std::vector<std::string> names;
  for (const ClusterAccess& access : given_) names.push_back(access.context);
  for (const auto& [name, context] : kubeconfig_.contexts) names.push_back(name);
  return names;
}

absl::StatusOr<std::vector<std::string>> Clusters::Match(
    const std::vector<std::string>& patterns) const {
  if (given_.empty()) return MatchContexts(kubeconfig_, patterns);
  for (const std::string& pattern : patterns) {
    if (pattern != given_[0].context && pattern != "*") {
      return absl::NotFoundError(absl::StrCat("--context: no context \"", pattern,
                                              "\": there is no kubeconfig, only ",
                                              given_[0].context));
    }
  }
  return names();
}

absl::StatusOr<ClusterAccess> Clusters::Access(const std::string& context) const {
  for (const ClusterAccess& access : given_) {
    if (access.context == context) return access;
  }
  return ResolveContext(kubeconfig_, context);
}

std::vector<absl::StatusOr<HttpServer>> Clusters::Connect(
    const std::vector<std::string>& contexts) const {
  std::vector<absl::StatusOr<HttpServer>> servers;
  std::vector<ClusterAccess> accesses;
  std::vector<size_t> places;
  for (const std::string& context : contexts) {
    absl::StatusOr<ClusterAccess> access = Access(context);
    if (!access.ok()) {
      servers.emplace_back(access.status());
      continue;
    }
    places.push_back(servers.size());
    servers.emplace_back(HttpServer());  // until it is connected
    accesses.push_back(*std::move(access));
  }
  const ConnectSources sources{
      .variable = environment_.variable,
      .files = environment_.files,
      .runner = environment_.runner,
      .exec = {.policy = policy_, .stdin_is_terminal = environment_.in_is_terminal},
      .parallel = limits_.in_all};
  std::vector<absl::StatusOr<HttpServer>> connected = wecan::Connect(accesses, sources);
  for (size_t i = 0; i < connected.size(); ++i) servers[places[i]] = std::move(connected[i]);
  return servers;
}

absl::StatusOr<std::unique_ptr<HttpClient>> Clusters::ConnectOne(const std::string& context) const {
  std::vector<absl::StatusOr<HttpServer>> servers = Connect({context});
  WECAN_RETURN_IF_ERROR(servers[0].status());
  return HttpClient::Create({*std::move(servers[0])}, limits_);
}

absl::Status CheckClusterFlags(const ClusterOptions& options) {
  WECAN_RETURN_IF_ERROR(CheckOneOf("--method", options.method, FlagValues("--method")));
  return CheckOneOf("--exec-plugins", options.exec_plugins, FlagValues("--exec-plugins"));
}

bool IsLive(const ClusterOptions& options) {
  return options.all_contexts || !options.contexts.empty() || !options.server.empty() ||
         !options.wds.empty() || !options.its.empty();
}

}  // namespace wecan
