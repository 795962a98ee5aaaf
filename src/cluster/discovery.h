// SPDX-License-Identifier: Apache-2.0
// Which resources an API server serves, and how their kinds and names map to each other.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "src/cluster/discovery_document.h"
#include "src/cluster/http_exchange.h"

namespace wecan {

// Immutable once built; shared by the clusters that serve the same.
// Source: apimachinery v0.36 pkg/api/meta/restmapper.go; client-go v0.36 restmapper/discovery.go,
// restmapper/shortcut.go.
class Discovery {
 public:
  // The core group first, then in the server's order, versions as the server prefers them. What is
  // stale is left out.
  const std::vector<DiscoveredResource>& resources() const { return resources_; }

  // The resource of a kind; nullptr if none is known. With `version` "" or one of which nothing is
  // served, that of the group's first version that has the kind.
  const DiscoveredResource* ByKind(absl::string_view group, absl::string_view version,
                                   absl::string_view kind) const;

  // The resource called `word`, in any case: its plural or singular, else its short name, whichever
  // comes first. In `group`, or with `any_group` in whichever has it. nullptr if none is known.
  const DiscoveredResource* ByName(absl::string_view word, absl::string_view group,
                                   bool any_group) const;

  // Whether there may be more in `group` than is known: a version of it is stale, or could not be
  // read. Then that something is not found proves nothing.
  bool Unknown(absl::string_view group) const;

  // What could not be read, one line each, "/apis/GROUP/VERSION: why; what to do". The caller says
  // of which cluster.
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  friend class DiscoveryConversation;

  std::vector<DiscoveredResource> resources_;
  absl::flat_hash_set<std::string> unknown_groups_;
  bool named_groups_unknown_ = false;  // there is no list of groups; the core group is in none
  std::vector<std::string> errors_;
};

// Most clusters of a fleet serve the same bytes: each distinct document is read once, and clusters
// with the same documents share one Discovery. Lives as long as a command; one thread.
class DiscoveryCache {
 public:
  DiscoveryCache() = default;
  DiscoveryCache(const DiscoveryCache&) = delete;
  DiscoveryCache& operator=(const DiscoveryCache&) = delete;

  // How many documents were read so far.
  size_t documents() const { return documents_.size(); }

 private:
  friend class DiscoveryConversation;
  using Document = absl::StatusOr<DiscoveryDocument>;
  // What a Discovery is made of: documents of this cache, and why others are missing.
  using Parts = std::pair<std::vector<const Document*>, std::vector<std::string>>;

  const Document& Read(std::string&& body);

  absl::flat_hash_map<std::string, std::unique_ptr<const Document>> documents_;  // by their bytes
  absl::flat_hash_map<Parts, std::shared_ptr<const Discovery>> discoveries_;
};

// Asks a server what it serves: /api and /apis aggregated (Kubernetes 1.27 and later), and each
// group and version by itself where that is not known. What fails of it is Unknown(). `then` is
// called once, from within exchange.Run(), and gets an error only when neither /api nor /apis could
// be read: that of HttpReplyError, or Unknown for an answer that is no discovery document, starting
// with `label`. `cache` must live until then.
void Discover(HttpExchange& exchange, size_t server, std::string label, DiscoveryCache& cache,
              std::function<void(absl::StatusOr<std::shared_ptr<const Discovery>>)> then);

}  // namespace wecan
