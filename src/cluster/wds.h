// SPDX-License-Identifier: Apache-2.0
// What a WDS says is to be applied on WECs.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "src/cluster/http_client.h"
#include "src/input/load.h"

namespace wecan {

// Reads the WDS that is server 0 of `client` and that messages call `context`.
//
// With Bindings: their entries are the objects, and no body is needed but those of the Roles,
// ClusterRoles and bindings among them, which count as grants. Without any: all objects that a
// BindingPolicy selects, of the resources that KubeStellar watches; only RBAC objects are asked for
// whole. BindingPolicies are read in either case. Kinds and their resources come from discovery.
// `binding`: the name of the only Binding that counts, "" for all.
//
// The result is named "CONTEXT" for all that is about the whole WDS, "CONTEXT: Binding/NAME" and
// "CONTEXT: RESOURCE.GROUP". What cannot be listed is one WEC901 of a part of its own, and the rest
// counts; nothing to apply is WEC905.
// Errors: those of Discover; those of ListObjects for Bindings, but that they may not be listed;
// NotFound for a server without Bindings, and, with a suggestion, for a Binding that is not there.
// Source: kubestellar/kubestellar v0.30.0 api/control/v1alpha1/types.go; pkg/binding
// binding-controller.go (which resources are watched), selectors.go.
absl::StatusOr<std::vector<LiveContents>> ReadWds(HttpClient& client, const std::string& context,
                                                  const std::string& binding);

}  // namespace wecan
