// SPDX-License-Identifier: Apache-2.0
// Which programs a kubeconfig may have run: kubectl's preferences (kuberc), and --exec-plugins.
// Source: kubernetes v1.36 docs/reference/config-api/kuberc.v1beta1, kubectl pkg/kuberc.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "src/cluster/command_runner.h"
#include "src/config/find.h"
#include "src/input/file_system.h"

namespace wecan {

enum class PluginPolicyType { kAllowAll, kDenyAll, kAllowlist };

struct PluginPolicy {
  PluginPolicyType type = PluginPolicyType::kAllowAll;
  std::vector<std::string> allowlist;  // names to be found on the PATH, or paths
  std::string source;                  // who says so: "--exec-plugins deny", or a file

  friend bool operator==(const PluginPolicy&, const PluginPolicy&) = default;
};

// `exec_plugins` is the value of --exec-plugins, "" or "deny". Without it the file that KUBERC
// names (none if it is "off"), or ~/.kube/kuberc if there is one. InvalidArgument for a file that
// cannot be understood: kubectl goes on without one at the default place, but a list of what may
// run must not vanish by a slip.
absl::StatusOr<PluginPolicy> LoadPluginPolicy(const std::string& exec_plugins,
                                              const Variables& variable, const FileSystem& files);

// The policy in the text of a kuberc file.
absl::StatusOr<PluginPolicy> ReadKuberc(const std::string& path, absl::string_view text);

// OK if the policy lets `command` run, which the runner found at `path`; else PermissionDenied with
// the policy's source and what to do.
absl::Status CheckAllowed(const PluginPolicy& policy, const std::string& command,
                          const std::string& path, const CommandRunner& runner);

}  // namespace wecan
