// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/plugin_policy.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/cluster/fields.h"

namespace wecan {
namespace {

constexpr uint64_t kMaxKubercBytes = uint64_t{4} << 20;
constexpr Budgets kBudgets = {.file_bytes = kMaxKubercBytes,
                              .document_bytes = kMaxKubercBytes,
                              .depth = 64,
                              .nodes = 500'000};

constexpr absl::string_view kPolicyField = "credentialPluginPolicy";
constexpr absl::string_view kListField = "credentialPluginAllowlist";

// Lives as long as one call of ReadKuberc.
class KubercReader {
 public:
  explicit KubercReader(const std::string& path) : fields_(path, kMaxKubercBytes) {
    policy_.source = path;
  }

  absl::Status ReadRoot(const Value& root) {
    std::string version, kind, type;
    WECAN_RETURN_IF_ERROR(fields_.Text(root, "apiVersion", "", version));
    WECAN_RETURN_IF_ERROR(fields_.Text(root, "kind", "", kind));
    if (!absl::StartsWith(version, "kubectl.config.k8s.io/v1") || kind != "Preference") {
      return fields_.At(root, "kind",
                        "preferences of kubectl say Preference, of apiVersion "
                        "kubectl.config.k8s.io/v1beta1");
    }
    WECAN_RETURN_IF_ERROR(fields_.Text(root, kPolicyField, "", type));
    if (type == "DenyAll") {
      policy_.type = PluginPolicyType::kDenyAll;
    } else if (type == "Allowlist") {
      policy_.type = PluginPolicyType::kAllowlist;
    } else if (!type.empty() && type != "AllowAll") {
      return fields_.At(root[kPolicyField], kPolicyField,
                        "this is none of AllowAll, DenyAll, Allowlist");
    }
    return ReadList(root);
  }

  PluginPolicy Take() { return std::move(policy_); }

 private:
  absl::Status ReadList(const Value& root) {
    const Value list = root[kListField];
    const bool given = list && !list.IsNull();
    if (policy_.type != PluginPolicyType::kAllowlist) {
      if (!given) return absl::OkStatus();
      return fields_.At(list, kListField,
                        "a list counts only with credentialPluginPolicy: Allowlist");
    }
    WECAN_RETURN_IF_ERROR(fields_.Items(
        root, kListField, "",
        [&](const Value& item, const std::string& place) { return ReadEntry(item, place); }));
    // A list under a misspelt key must not stand for one that allows nothing.
    return policy_.allowlist.empty()
               ? fields_.At(root, kListField, "missing or empty; to allow nothing say DenyAll")
               : absl::OkStatus();
  }

  // {command: X}, which was {name: X} before Kubernetes 1.36.
  absl::Status ReadEntry(const Value& item, const std::string& place) {
    std::string name, command;
    WECAN_RETURN_IF_ERROR(fields_.Text(item, "name", place, name));
    WECAN_RETURN_IF_ERROR(fields_.Text(item, "command", place, command));
    if (command.empty()) command = name;
    if (command.empty()) return fields_.At(item, place, "names no command");
    if (!name.empty() && name != command)
      return fields_.At(item, place, "name and command differ; keep command");
    if (std::filesystem::path(command).lexically_normal().string() != command)
      return fields_.At(item, place, "write this path without needless dots and slashes");
    policy_.allowlist.push_back(std::move(command));
    return absl::OkStatus();
  }

  FieldReader fields_;
  PluginPolicy policy_;
};

}  // namespace

absl::StatusOr<PluginPolicy> ReadKuberc(const std::string& path, absl::string_view text) {
  KubercReader reader(path);
  bool any = false;
  WECAN_RETURN_IF_ERROR(ReadFirstDocument(path, text, kBudgets, [&](const Value& root) {
    any = true;
    return reader.ReadRoot(root);
  }));
  if (!any) return absl::InvalidArgumentError(absl::StrCat(path, ": the file is empty"));
  return reader.Take();
}

absl::StatusOr<PluginPolicy> LoadPluginPolicy(const std::string& exec_plugins,
                                              const Variables& variable, const FileSystem& files) {
  if (exec_plugins == "deny")
    return PluginPolicy{.type = PluginPolicyType::kDenyAll, .source = "--exec-plugins deny"};
  if (!exec_plugins.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--exec-plugins: \"", exec_plugins,
                                                   "\" is not known; the only value is deny"));
  }
  const auto named = variable("KUBERC");
  const auto home = variable("HOME");
  if (named == "off" || (!named && !home)) return PluginPolicy();
  const std::string path = named ? *named : absl::StrCat(*home, "/.kube/kuberc");
  const absl::StatusOr<std::string> text = files.Read(path, kMaxKubercBytes);
  if (!named && absl::IsNotFound(text.status())) return PluginPolicy();
  WECAN_RETURN_IF_ERROR(text.status());
  return ReadKuberc(path, *text);
}

absl::Status CheckAllowed(const PluginPolicy& policy, const std::string& command,
                          const std::string& path, const CommandRunner& runner) {
  const auto matches = [&](const std::string& entry) {
    if (entry == command || entry == path) return true;
    if (absl::StrContains(entry, '/')) return false;
    const absl::StatusOr<std::string> found = runner.Find(entry);
    return found.ok() && *found == path;
  };
  switch (policy.type) {
    case PluginPolicyType::kAllowAll:
      return absl::OkStatus();
    case PluginPolicyType::kAllowlist:
      if (std::any_of(policy.allowlist.begin(), policy.allowlist.end(), matches))
        return absl::OkStatus();
      return absl::PermissionDeniedError(absl::StrCat("plugin \"", command,
                                                      "\" is not in credentialPluginAllowlist of ",
                                                      policy.source, "; add it if you trust it"));
    case PluginPolicyType::kDenyAll:
      break;
  }
  return absl::PermissionDeniedError(
      absl::StrCat("plugin \"", command, "\" may not run: no plugin may, by ", policy.source,
                   "; use a context that needs none"));
}

}  // namespace wecan
