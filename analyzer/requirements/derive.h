// SPDX-License-Identifier: Apache-2.0
// What each object of the input needs from the account that applies it. Knows nothing of grants.
// Source: rules/strategies.yaml, rules/kinds.yaml; observed on OCM v0.11.0 to v1.3.1.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"

#include "analyzer/model/object.h"
#include "analyzer/model/release.h"
#include "analyzer/model/resource_catalog.h"
#include "analyzer/model/verb_set.h"

namespace wecan {

struct DeriveOptions {
  Release release;  // of the work agent, for the matching rules of manifestConfigs
  std::string default_namespace = "default";      // for namespaced objects that name none
  bool shared = false;                            // every object may have two owners
  std::optional<UpdateStrategy> update_strategy;  // overrides all others
  std::optional<LabelSelector> selector;          // only objects with such labels are checked
  std::optional<ServiceAccountRef> executor;      // of every object, in place of the works' own
  // Replaces the policies of the input, and restricts checking to what they select. Not owned.
  const std::vector<BindingPolicy>* binding_policies = nullptr;
};

enum class ObjectState {
  kChecked,
  kLoaded,      // context only
  kSteering,    // read for what it says
  kUnselected,  // no policy of --binding-policy selects it, or its labels do not match --selector
  kNeverDownsynced,  // WEC205
  kNotForAWec,       // WEC204
  kRefused,          // WEC202 or WEC203: the request never gets to RBAC
};

enum class ScopeKind {
  kCluster,
  kNamespace,
  kEachWec,  // the namespace holds {{..}} that KubeStellar expands differently on each WEC
};

// All Requirements of one object. `apply`: a condition of the ManifestWork reports a lack of them;
// `remove`: needed when the object goes; `option`: only for sharing or watch feedback. `remove` and
// `option` leave out what `apply` has.
struct ObjectRequirements {
  ObjectState state = ObjectState::kChecked;
  int type = -1;  // index into Requirements::types
  ScopeKind scope = ScopeKind::kNamespace;
  std::string namespace_;  // effective: "" at cluster scope
  VerbSet apply, remove, option;
  bool create_named = false;         // the create check carries the object's name
  bool read_only = false;            // only ever read: nothing of it comes to be on the WEC
  bool selected = false;             // some BindingPolicy or Binding of the input holds it
  int executor = -1;                 // index into Requirements::executors
  VerbSet executor_verbs;            // that the agent asks about it, always with the object's name
  bool missing_namespace = false;    // WEC202
  bool missing_name = false;         // WEC203
  bool recreated_each_sync = false;  // WEC206
  bool may_escalate = false;         // an RBAC object whose WEC105 is suppressed
};

struct Requirements {
  std::vector<ResourceType> types;
  std::vector<ServiceAccountRef> executors;  // distinct, in order of their first object
  std::vector<ObjectRequirements> objects;   // parallel to AnalysisInput::objects
};

// The policies that count: those of `options`, or else those of the input. The reference is into
// one of the arguments, or to what `options` points at.
const std::vector<BindingPolicy>& PoliciesThatCount(const AnalysisInput& input,
                                                    const DeriveOptions& options);

Requirements DeriveRequirements(const AnalysisInput& input, const DeriveOptions& options);

}  // namespace wecan
