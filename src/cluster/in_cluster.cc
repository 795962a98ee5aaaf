// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/in_cluster.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace wecan {
namespace {

constexpr char kTokenFile[] = "/var/run/secrets/kubernetes.io/serviceaccount/token";
constexpr char kCaFile[] = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
constexpr char kNamespaceFile[] = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
constexpr uint64_t kMaxNamespaceBytes = 4096;

// As net.JoinHostPort: addresses of IPv6 in brackets.
std::string HostPort(const std::string& host, const std::string& port) {
  const bool brackets = absl::StrContains(host, ':') || absl::StrContains(host, '%');
  return brackets ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

std::string NamespaceOfPod(const Variables& variable, const FileSystem& files) {
  if (const auto name = variable("POD_NAMESPACE")) return *name;
  const auto text = files.Read(kNamespaceFile, kMaxNamespaceBytes);
  const std::string name(text.ok() ? absl::StripAsciiWhitespace(*text) : "");
  return name.empty() ? "default" : name;
}

}  // namespace

std::optional<ClusterAccess> InClusterAccess(const Variables& variable, const FileSystem& files) {
  const auto host = variable("KUBERNETES_SERVICE_HOST");
  const auto port = variable("KUBERNETES_SERVICE_PORT");
  if (!host || !port || files.IsDirectory(kTokenFile).value_or(true)) return std::nullopt;
  ClusterAccess access{.context = "in-cluster", .origin = "in-cluster"};
  access.server = absl::StrCat("https://", HostPort(*host, *port));
  // Without the file the system's authorities hold.
  if (files.IsDirectory(kCaFile).ok()) access.ca.file = kCaFile;
  access.namespace_ = NamespaceOfPod(variable, files);
  access.credentials.origin = "in-cluster";
  access.credentials.token_file = kTokenFile;
  return access;
}

}  // namespace wecan
