// SPDX-License-Identifier: Apache-2.0
// A refused request, as a text tells it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/denials/refusal.h"
#include "analyzer/model/rbac.h"

namespace wecan {

// Where a denial was seen.
struct Sighting {
  std::string source;     // a file, "stdin", or "context:NAME"
  uint32_t line = 0;      // 1-based; 0: not known
  std::string object;     // "ManifestWork cluster1/web", "" outside of an object
  int manifest = -1;      // its ordinal in the ManifestWork
  std::string condition;  // "Applied=False AppliedManifestFailed"

  friend bool operator==(const Sighting&, const Sighting&) = default;
};

struct Denial {
  const Refusal* refusal = nullptr;  // in Refusals()
  // What the text says, "" where it says nothing.
  std::string user, verb, group, resource, subresource, namespace_, name, path;
  std::string reason;             // of the authorizer
  std::string kind;               // where the text names a kind and no resource
  std::vector<PolicyRule> rules;  // that are missing: escalation
  std::string text;               // the recognised part
  std::vector<Sighting> seen;     // the first kSightings of them, in the order of the input
  uint64_t times = 0;

  bool Is(absl::string_view classification) const {
    return refusal->classification == classification;
  }
};
inline constexpr size_t kSightings = 20;

// What tells one denial from another.
std::string DenialKey(const Denial& denial);

// "storageclasses.storage.k8s.io", "pods/log", "" when no resource is named.
std::string ResourceOf(const Denial& denial);

}  // namespace wecan
