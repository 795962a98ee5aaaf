// SPDX-License-Identifier: Apache-2.0
// rules/kinds.yaml: kinds that are not ordinary workload.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "analyzer/model/resource_catalog.h"

namespace wecan {

struct SteeringGroup {
  absl::string_view group;
  absl::Span<const absl::string_view> except;  // kinds of the group that are ordinary
};

struct NeverDownsynced {
  absl::string_view group;
  absl::string_view resource;  // "" for the whole group
};

struct GroupKind {
  absl::string_view group;
  absl::string_view kind;
};

absl::Span<const SteeringGroup> SteeringGroups();
absl::Span<const NeverDownsynced> NeverDownsyncedResources();
absl::Span<const GroupKind> RecreatedUnderUpdate();
absl::Span<const absl::string_view> ClientSideGroups();

// Whether the kind steers KubeStellar or the hub instead of being workload.
bool IsSteering(absl::string_view group, absl::string_view kind);

// Whether the group is read by tools on the user's side alone (Kustomization).
bool IsClientSide(absl::string_view group);

// Whether KubeStellar never copies objects of `type` to a WEC.
bool IsNeverDownsynced(const ResourceType& type);

// Whether the agent changes this kind by delete and create under Update.
bool IsRecreatedUnderUpdate(absl::string_view group, absl::string_view kind);

}  // namespace wecan
