// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "src/cluster/cluster_access.h"
#include "src/config/find.h"
#include "src/input/file_system.h"

namespace wecan {

// The cluster around this process, if it runs in a pod with a service account; for when there is no
// kubeconfig. Its token is read for each use. The context is named "in-cluster".
// Source: client-go v0.32 rest/config.go InClusterConfig, tools/clientcmd/client_config.go.
std::optional<ClusterAccess> InClusterAccess(const Variables& variable, const FileSystem& files);

}  // namespace wecan
