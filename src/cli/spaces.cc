// SPDX-License-Identifier: Apache-2.0
#include "src/cli/spaces.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "src/cluster/http_exchange.h"
#include "src/cluster/list_objects.h"
#include "src/cluster/wds.h"

namespace wecan {
namespace {

// What the user has to change stays as it is; everything else is that the cluster did not answer.
absl::Status NotAnswered(const absl::Status& status) {
  const bool usage = status.ok() || absl::IsInvalidArgument(status) || absl::IsNotFound(status);
  return usage ? status : absl::UnavailableError(status.message());
}

// The context that `pattern`, the value of `flag`, names.
absl::StatusOr<std::string> NameOf(const char* flag, const std::string& pattern,
                                   const Clusters& clusters) {
  const absl::StatusOr<std::vector<std::string>> names = clusters.Match({pattern});
  if (!names.ok()) {
    absl::string_view message = names.status().message();
    absl::ConsumePrefix(&message, "--context: ");
    return absl::InvalidArgumentError(absl::StrCat(flag, ": ", message));
  }
  if (names->size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": \"", pattern, "\" matches ", names->size(), " contexts; name one"));
  }
  return names->front();
}

}  // namespace

absl::StatusOr<std::vector<LiveContents>> ReadWdsOf(const ClusterOptions& options,
                                                    const Clusters& clusters) {
  WECAN_ASSIGN_OR_RETURN(const std::string name, NameOf("--wds", options.wds, clusters));
  const absl::StatusOr<std::unique_ptr<HttpClient>> client = clusters.ConnectOne(name);
  if (!client.ok()) return NotAnswered(client.status());
  absl::StatusOr<std::vector<LiveContents>> wds = ReadWds(**client, name, options.binding);
  if (!wds.ok()) return NotAnswered(wds.status());
  return wds;
}

absl::StatusOr<std::optional<Its>> ReadItsOf(const ClusterOptions& options,
                                             const Clusters& clusters) {
  if (options.its.empty()) return std::optional<Its>();
  WECAN_ASSIGN_OR_RETURN(const std::string name, NameOf("--its", options.its, clusters));
  const absl::StatusOr<std::unique_ptr<HttpClient>> client = clusters.ConnectOne(name);
  if (!client.ok()) return NotAnswered(client.status());
  absl::StatusOr<Its> its = ReadIts(**client, name);
  if (!its.ok()) return NotAnswered(its.status());
  return std::optional<Its>(*std::move(its));
}

absl::StatusOr<LivePages> ListObjectsOf(const char* flag, const std::string& pattern,
                                        const std::string& path, const Clusters& clusters) {
  WECAN_ASSIGN_OR_RETURN(const std::string name, NameOf(flag, pattern, clusters));
  const absl::StatusOr<std::unique_ptr<HttpClient>> client = clusters.ConnectOne(name);
  if (!client.ok()) return NotAnswered(client.status());
  HttpExchange exchange(**client);
  absl::StatusOr<std::vector<std::string>> pages = absl::InternalError("no answer");
  ListObjects(exchange, 0, name, path,
              [&](absl::StatusOr<std::vector<std::string>> listed) { pages = std::move(listed); });
  exchange.Run();
  if (!pages.ok()) return NotAnswered(pages.status());
  return LivePages{name, *std::move(pages)};
}

}  // namespace wecan
