// SPDX-License-Identifier: Apache-2.0
// One document of an API server's discovery, aggregated or not, as values.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wecan {

// A resource of one group and version, as a server says that it serves it.
struct DiscoveredResource {
  std::string group;     // "" is the core group
  std::string version;   // v1
  std::string kind;      // "" where only subresources exist
  std::string resource;  // the plural
  std::string singular;  // in lower case
  std::vector<std::string> short_names;
  std::vector<std::string> subresources;  // "log", "scale"
  bool namespaced = false;
  bool lists_and_watches = false;  // both verbs are served

  friend bool operator==(const DiscoveredResource&, const DiscoveredResource&) = default;
};

// One version of one group.
struct DiscoveredVersion {
  std::string group;
  std::string version;
  bool listed = false;  // `resources` are all there are; else they are to be asked for
  bool stale = false;   // the server could not ask its backend: what it serves is not known
  std::vector<DiscoveredResource> resources;
};

struct DiscoveryDocument {
  std::vector<DiscoveredVersion> versions;  // in the server's order, those of a group together
};

// Reads any of APIGroupDiscoveryList (apidiscovery.k8s.io v2 and v2beta1, which are alike),
// APIVersions, APIGroupList and APIResourceList; which one it is its `kind` says, so that servers
// and proxies may mix them. Names that no resource can have, and groups and versions that fit into
// no URL, are left out. InvalidArgument "is no ..." for everything else, huge and deep documents
// among it; it holds nothing of the text.
// Source: client-go v0.36 discovery/aggregated_discovery.go, discovery_client.go.
absl::StatusOr<DiscoveryDocument> ReadDiscoveryDocument(absl::string_view text);

}  // namespace wecan
