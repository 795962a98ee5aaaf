// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/exec_plugin.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/base/utf8.h"
#include "src/input/manifest_reader.h"
#include "src/input/parse.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {
namespace {

constexpr uint64_t kMaxAnswerBytes = uint64_t{1} << 20;
constexpr Budgets kBudgets = {.file_bytes = kMaxAnswerBytes,
                              .document_bytes = kMaxAnswerBytes,
                              .depth = 64,
                              .nodes = 100'000};

absl::Status Bad(const ExecPlugin& plugin, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(plugin.origin, ": plugin \"", plugin.command, "\" ", what));
}

// ---- the answer

// Lives as long as one answer is read.
class AnswerReader {
 public:
  explicit AnswerReader(const ExecPlugin& plugin) : plugin_(plugin) {}

  absl::Status Read(const Value& root) {
    std::string version, kind;
    if (!root.IsMapping()) return Bad(plugin_, "printed no ExecCredential");
    WECAN_RETURN_IF_ERROR(Text(root, "kind", kind));
    WECAN_RETURN_IF_ERROR(Text(root, "apiVersion", version));
    if (kind != "ExecCredential") return Bad(plugin_, "printed no ExecCredential");
    if (version != plugin_.api_version) {
      return Bad(plugin_, absl::StrCat("answered in another version than ", plugin_.api_version,
                                       ", which exec.apiVersion asks for"));
    }
    const Value status = root["status"];
    if (!status.IsMapping()) return Bad(plugin_, "printed an ExecCredential without status");
    return ReadStatus(status);
  }

  ExecCredential Take() { return std::move(credential_); }

 private:
  absl::Status ReadStatus(const Value& status) {
    std::string token, certificate, key, expires;
    WECAN_RETURN_IF_ERROR(Text(status, "token", token));
    WECAN_RETURN_IF_ERROR(Text(status, "clientCertificateData", certificate));
    WECAN_RETURN_IF_ERROR(Text(status, "clientKeyData", key));
    WECAN_RETURN_IF_ERROR(Text(status, "expirationTimestamp", expires));
    if (token.empty() && certificate.empty() && key.empty())
      return Bad(plugin_, "gave neither a token nor a certificate with its key");
    if (certificate.empty() != key.empty())
      return Bad(plugin_, "gave a certificate without its key, or a key without its certificate");
    for (const char c : token) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        return Bad(plugin_, "gave a token that holds a line break or control character");
    }
    if (!expires.empty()) {
      absl::Time time;
      if (!absl::ParseTime(absl::RFC3339_full, expires, &time, nullptr))
        return Bad(plugin_, "gave a status.expirationTimestamp that is no time of RFC 3339");
      credential_.expires = time;
    }
    credential_.token = Secret(std::move(token));
    credential_.certificate = Secret(std::move(certificate));
    credential_.key = Secret(std::move(key));
    return absl::OkStatus();
  }

  absl::Status Text(const Value& mapping, absl::string_view key, std::string& out) const {
    const Value value = mapping[key];
    if (!value || value.IsNull()) return absl::OkStatus();
    if (!value.IsString()) return Bad(plugin_, absl::StrCat("gave a ", key, " that is no string"));
    out = std::string(value.text());
    return absl::OkStatus();
  }

  const ExecPlugin& plugin_;
  ExecCredential credential_;
};

// ---- the run

absl::StatusOr<bool> IsInteractive(const ExecPlugin& plugin, const ExecOptions& options) {
  if (plugin.interactive == InteractiveMode::kNever) return false;
  if (plugin.interactive == InteractiveMode::kAlways && !options.stdin_is_terminal) {
    return absl::FailedPreconditionError(
        absl::StrCat(plugin.origin, ".interactiveMode: plugin \"", plugin.command,
                     "\" needs a terminal as standard input, which is none"));
  }
  return options.stdin_is_terminal;
}

absl::Status NotThere(const ExecPlugin& plugin, const absl::Status& status) {
  // The hint is somebody's text, and may have several lines.
  const std::string hint =
      Printable(absl::StrReplaceAll(plugin.install_hint, {{"\r", ""}, {"\n", " "}}));
  return {status.code(), absl::StrCat(plugin.origin, ".command: plugin \"", plugin.command,
                                      "\": ", status.message(), hint.empty() ? "" : "; ", hint)};
}

}  // namespace

std::string ExecInfo(const ExecPlugin& plugin, const ClusterAccess& access, const std::string& ca,
                     bool interactive) {
  Json spec = Json::object();
  if (plugin.provide_cluster_info) {
    Json cluster = {{"server", Text(access.server)}};
    if (!access.server_name.empty()) cluster["tls-server-name"] = Text(access.server_name);
    if (access.insecure) cluster["insecure-skip-tls-verify"] = true;
    if (!ca.empty()) cluster["certificate-authority-data"] = absl::Base64Escape(ca);
    if (!access.proxy_url.empty()) cluster["proxy-url"] = Text(access.proxy_url.Reveal());
    if (access.disable_compression) cluster["disable-compression"] = true;
    cluster["config"] = nullptr;
    spec["cluster"] = std::move(cluster);
  }
  spec["interactive"] = interactive;
  const Json info = {{"kind", "ExecCredential"},
                     {"apiVersion", Text(plugin.api_version)},
                     {"spec", std::move(spec)}};
  std::string text = info.dump(-1, ' ', false, Json::error_handler_t::replace);
  // As it was written: a detour through numbers of this machine could change them. No text before
  // it can hold the quotes.
  if (plugin.provide_cluster_info && !access.exec_config.empty()) {
    constexpr absl::string_view kEmpty = "\"config\":null";
    const size_t at = text.rfind(std::string(kEmpty));
    text.replace(at, kEmpty.size(), absl::StrCat("\"config\":", access.exec_config));
  }
  return text;
}

absl::StatusOr<ExecCredential> ParseExecCredential(const ExecPlugin& plugin,
                                                   const Secret& printed) {
  const absl::string_view text = printed.Reveal();
  if (text.size() > kMaxAnswerBytes || !NotText(text).empty() || !IsValidUtf8(text))
    return Bad(plugin, "printed no ExecCredential");
  Document document(kBudgets);
  AnswerReader reader(plugin);
  absl::Status status;
  int documents = 0;
  const auto read = [&](const Document& d) {
    if (documents++ == 0) status = reader.Read(d.root());
  };
  const bool broken = LooksLikeJson(text) ? ParseJson(text, document, read).has_value()
                                          : ParseYaml(text, document, read).has_value();
  if (broken || documents != 1) return Bad(plugin, "printed no ExecCredential");
  WECAN_RETURN_IF_ERROR(status);
  return reader.Take();
}

absl::StatusOr<ExecCredential> RunExecPlugin(const ClusterAccess& access,
                                             const ExecOptions& options, const FileSystem& files,
                                             CommandRunner& runner) {
  const ExecPlugin& plugin = *access.credentials.exec;
  const auto at_plugin = [&](const absl::Status& status) {
    return absl::Status(status.code(), absl::StrCat(plugin.origin, ": ", status.message()));
  };
  const absl::StatusOr<std::string> path = runner.Find(plugin.command);
  // Before it is told what to install.
  if (absl::Status allowed =
          CheckAllowed(options.policy, plugin.command, path.value_or(""), runner);
      !allowed.ok())
    return at_plugin(allowed);
  if (!path.ok()) return NotThere(plugin, path.status());
  WECAN_ASSIGN_OR_RETURN(const bool interactive, IsInteractive(plugin, options));

  CommandRequest request{.path = *path, .words = {plugin.command}, .env = plugin.env};
  request.words.insert(request.words.end(), plugin.args.begin(), plugin.args.end());
  Secret ca;
  if (plugin.provide_cluster_info) {
    WECAN_ASSIGN_OR_RETURN(ca, ReadPem(access.ca, access.origin, "certificate-authority", files));
  }
  request.env.emplace_back("KUBERNETES_EXEC_INFO",
                           Secret(ExecInfo(plugin, access, ca.Reveal(), interactive)));
  request.interactive = interactive;
  request.timeout = interactive ? options.interactive_timeout : options.timeout;
  request.max_output_bytes = kMaxAnswerBytes;
  const absl::StatusOr<CommandResult> result = runner.Run(request);
  if (absl::IsNotFound(result.status())) return NotThere(plugin, result.status());
  if (!result.ok()) {
    return at_plugin({result.status().code(), absl::StrCat("plugin \"", plugin.command,
                                                           "\": ", result.status().message())});
  }
  if (result->exit_code != 0)
    return Bad(plugin, absl::StrCat("failed with exit code ", result->exit_code));
  return ParseExecCredential(plugin, result->output);
}

}  // namespace wecan
