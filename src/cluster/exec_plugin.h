// SPDX-License-Identifier: Apache-2.0
// Plugins that print credentials: what they are told, when they may run, what they answer.
// Source: client-go v0.32 plugin/pkg/client/auth/exec/exec.go, pkg/apis/clientauthentication/v1.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "src/cluster/cluster_access.h"
#include "src/cluster/command_runner.h"
#include "src/cluster/plugin_policy.h"
#include "src/cluster/secret.h"
#include "src/input/file_system.h"

namespace wecan {

// A token, a certificate with its key, or all of them.
struct ExecCredential {
  Secret token;
  Secret certificate, key;            // PEM
  std::optional<absl::Time> expires;  // nothing: it holds as long as this process

  friend bool operator==(const ExecCredential&, const ExecCredential&) = default;
};

struct ExecOptions {
  PluginPolicy policy;
  bool stdin_is_terminal = false;  // and nothing else reads from it
  std::chrono::milliseconds timeout{60'000};
  std::chrono::milliseconds interactive_timeout{600'000};  // somebody logs in
};

// Runs the plugin of `access`, which must have one. Errors start with "FILE: users[NAME].user.exec"
// and never hold what the plugin printed: NotFound with the hint how to install it,
// PermissionDenied by the policy, FailedPrecondition where it needs a terminal, InvalidArgument for
// an answer that is none, and those of CommandRunner::Run.
absl::StatusOr<ExecCredential> RunExecPlugin(const ClusterAccess& access,
                                             const ExecOptions& options, const FileSystem& files,
                                             CommandRunner& runner);

// The value of KUBERNETES_EXEC_INFO. `ca` is the PEM text of `access.ca`.
std::string ExecInfo(const ExecPlugin& plugin, const ClusterAccess& access, const std::string& ca,
                     bool interactive);

// What the plugin printed, JSON or YAML.
absl::StatusOr<ExecCredential> ParseExecCredential(const ExecPlugin& plugin, const Secret& printed);

}  // namespace wecan
