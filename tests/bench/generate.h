// SPDX-License-Identifier: Apache-2.0
// What the benchmarks work on: the same for every run, written by counting.
#pragma once

#include <map>
#include <string>

#include "analyzer/model/object.h"
#include "analyzer/model/rbac.h"
#include "src/input/load.h"

namespace wecan {

// `objects` manifests as one YAML stream: Deployments, ConfigMaps, Services and custom resources
// over 50 namespaces.
std::string ManifestStream(int objects);

// The same as one JSON List.
std::string ManifestJson(int objects);

// The stream cut into `files` files below "corpus/".
std::map<std::string, std::string> ManifestFiles(int objects, int files);

// What Load() makes of the stream.
Loaded LoadedManifests(int objects);

// `bindings` bindings over 500 users and 100 groups to one role each, with ten rules per role; one
// in eleven is a ClusterRoleBinding, the others lie in 200 namespaces. Of 10,000, about twelve
// apply to one user with one group in one namespace.
RbacPolicy ManyBindings(int bindings);

}  // namespace wecan
