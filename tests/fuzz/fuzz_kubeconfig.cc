// SPDX-License-Identifier: Apache-2.0
// Any bytes as a kubeconfig, as kuberc and as the answer of a plugin. Properties: each ends with
// values or with an InvalidArgument that names its file; what it gives is the same a second time;
// and what a context resolves to can be asked without ending a line of the request.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

#include "src/cluster/exec_plugin.h"
#include "src/cluster/kubeconfig.h"
#include "src/cluster/plugin_policy.h"
#include "tests/fuzz/check.h"

namespace {

void CheckError(const absl::Status& status, absl::string_view start) {
  FUZZ_CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  FUZZ_CHECK(absl::StartsWith(status.message(), start));
}

void CheckAccess(const wecan::ClusterAccess& access) {
  const bool tls = absl::StartsWith(access.server, "https://");
  FUZZ_CHECK(tls || absl::StartsWith(access.server, "http://"));
  for (const char c : access.server) FUZZ_CHECK(static_cast<unsigned char>(c) > 0x20);
  FUZZ_CHECK(tls || access.credentials == wecan::Credentials());
  FUZZ_CHECK(access.ca.file.empty() || access.ca.data.empty());
  FUZZ_CHECK(access.ca.file.empty() || access.ca.file[0] == '/');
  const wecan::Credentials& c = access.credentials;
  FUZZ_CHECK(c.certificate.empty() == c.key.empty());
  FUZZ_CHECK(c.token_file.empty() || c.token_file[0] == '/');
  const int methods = (!c.token.empty() || !c.token_file.empty() ? 1 : 0) +
                      (c.username.empty() ? 0 : 1) + (c.exec ? 1 : 0);
  FUZZ_CHECK(methods <= 1);
  if (!c.exec) return;
  FUZZ_CHECK(!c.exec->command.empty());
  const std::string info = wecan::ExecInfo(*c.exec, access, "", false);
  FUZZ_CHECK(info.size() > 2 && info.front() == '{' && info.back() == '}');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto kubeconfig = wecan::ReadKubeconfig("a/b.yaml", "/c/a", text);
  const auto again = wecan::ReadKubeconfig("a/b.yaml", "/c/a", text);
  FUZZ_CHECK(kubeconfig.status() == again.status());
  if (!kubeconfig.ok()) CheckError(kubeconfig.status(), "a/b.yaml:");
  if (kubeconfig.ok()) {
    for (const auto& [name, context] : kubeconfig->contexts) {
      const auto access = wecan::ResolveContext(*kubeconfig, name);
      FUZZ_CHECK(access.status() == wecan::ResolveContext(*again, name).status());
      if (access.ok())
        CheckAccess(*access);
      else
        CheckError(access.status(), "a/b.yaml: ");
    }
  }
  const auto policy = wecan::ReadKuberc("a/b.yaml", text);
  if (!policy.ok()) CheckError(policy.status(), "a/b.yaml:");

  const wecan::ExecPlugin plugin{.origin = "o", .api_version = "client.authentication.k8s.io/v1"};
  const auto answer =
      wecan::ParseExecCredential(plugin, wecan::Secret(std::string(text.data(), text.size())));
  if (!answer.ok()) CheckError(answer.status(), "o: plugin ");
  if (answer.ok()) FUZZ_CHECK(!answer->token.empty() || !answer->key.empty());
  return 0;
}
