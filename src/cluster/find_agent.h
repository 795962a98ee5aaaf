// SPDX-License-Identifier: Apache-2.0
// Who applies manifests on a WEC: what `--agent auto` finds out.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "analyzer/grants/profile.h"
#include "analyzer/model/release.h"
#include "src/cluster/http_exchange.h"

namespace wecan {

// spec.deployOption.mode of a Klusterlet. Source: open-cluster-management-io/api v1.3
// operator/v1/types_klusterlet.go.
enum class KlusterletMode {
  kUnknown,  // nothing on the cluster says
  kDefault,
  kSingleton,
  kHosted,
  kSingletonHosted,
};
const char* KlusterletModeName(KlusterletMode mode);  // "Default"; "unknown"

struct FoundAgent {
  Agent agent;
  KlusterletMode mode = KlusterletMode::kUnknown;
  std::optional<Release> ocm;  // nothing: the agent runs elsewhere, or its image has no such tag
  std::string note;            // what a reader of the result should know, one line; or ""
};

// Finds the work agent's ServiceAccount on a WEC by its Klusterlet, and mode and OCM release by its
// Deployment. Without a Klusterlet, or the right to list them, it is the one ServiceAccount called
// NAME-work-sa: so it is in Hosted mode, where the Klusterlet and the agent are in another cluster.
// Klusterlets in Hosted mode that are found here are those of other clusters.
// `then` is called once, from within exchange.Run(). Errors start with `label`: FailedPrecondition,
// naming them, for several agents; NotFound for none; PermissionDenied without the rights to look
// for one; else those of ListObjects. All but the last say how to name the agent.
void FindAgent(HttpExchange& exchange, size_t server, std::string label,
               std::function<void(absl::StatusOr<FoundAgent>)> then);

}  // namespace wecan
