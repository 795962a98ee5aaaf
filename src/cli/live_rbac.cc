// SPDX-License-Identifier: Apache-2.0
#include "src/cli/live_rbac.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "src/cli/clusters.h"
#include "src/cluster/http_exchange.h"
#include "src/cluster/rbac_objects.h"

namespace wecan {
namespace {

// `prefix` is what the error says already about where it comes from.
absl::Status Failed(absl::StatusCode code, const std::string& context, absl::string_view prefix,
                    const absl::Status& status) {
  absl::string_view message = status.message();
  absl::ConsumePrefix(&message, prefix);
  return absl::Status(code, absl::StrCat("context:", context, ": ", message));
}

// The cluster could not be asked, or did not say all.
absl::Status Unread(const std::string& name, const absl::Status& status) {
  return Failed(absl::StatusCode::kUnavailable, name, absl::StrCat(name, ": "), status);
}

// The one name that stands for `context`, which may hold wildcards.
absl::StatusOr<std::string> NameOf(const std::string& context, const Clusters& clusters) {
  const absl::StatusOr<std::vector<std::string>> names = clusters.Match({context});
  if (!names.ok()) {
    return Failed(absl::StatusCode::kInvalidArgument, context, "--context: ", names.status());
  }
  if (names->size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("context:", context, ": matches ", names->size(), " contexts; name one"));
  }
  return names->front();
}

}  // namespace

absl::StatusOr<RbacPolicy> ReadContextRbac(const std::string& context,
                                           const ClusterOptions& options,
                                           const Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(options, environment));
  WECAN_ASSIGN_OR_RETURN(const std::string name, NameOf(context, clusters));
  absl::StatusOr<std::unique_ptr<HttpClient>> client = clusters.ConnectOne(name);
  if (!client.ok()) return Unread(name, client.status());
  HttpExchange exchange(**client);
  absl::StatusOr<RbacPolicy> policy = absl::InternalError("no answer");
  ListRbac(exchange, 0, name, [&](absl::StatusOr<RbacPolicy> read) { policy = std::move(read); });
  exchange.Run();
  if (!policy.ok()) return Unread(name, policy.status());
  return policy;
}

absl::StatusOr<std::vector<ContextRbac>> ReadContextsRbac(const ClusterOptions& options,
                                                          const Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const Clusters clusters, Clusters::Open(options, environment));
  WECAN_ASSIGN_OR_RETURN(const std::vector<std::string> names, clusters.Match(options.contexts));
  std::vector<absl::StatusOr<HttpServer>> servers = clusters.Connect(names);
  std::vector<ContextRbac> read;
  std::vector<HttpServer> connected;
  std::vector<size_t> places;  // of each connected server, in `read`
  for (size_t i = 0; i < names.size(); ++i) {
    read.push_back(
        {names[i], servers[i].ok() ? absl::InternalError("no answer") : servers[i].status()});
    if (!servers[i].ok()) continue;
    places.push_back(i);
    connected.push_back(*std::move(servers[i]));
  }
  if (!connected.empty()) {
    WECAN_ASSIGN_OR_RETURN(const std::unique_ptr<HttpClient> client,
                           HttpClient::Create(std::move(connected), clusters.limits()));
    HttpExchange exchange(*client);
    for (size_t server = 0; server < places.size(); ++server) {
      ContextRbac& one = read[places[server]];
      ListRbac(exchange, server, one.context,
               [&one](absl::StatusOr<RbacPolicy> policy) { one.policy = std::move(policy); });
    }
    exchange.Run();
  }
  for (ContextRbac& one : read) {
    if (one.policy.ok()) continue;
    absl::string_view message = one.policy.status().message();
    absl::ConsumePrefix(&message, absl::StrCat(one.context, ": "));
    one.policy = absl::Status(one.policy.status().code(), message);
  }
  return read;
}

}  // namespace wecan
