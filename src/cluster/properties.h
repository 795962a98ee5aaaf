// SPDX-License-Identifier: Apache-2.0
// What KubeStellar puts in place of {{.key}} in objects on their way to a WEC.
// Source: kubestellar/kubestellar v0.30.0 pkg/transport/generic/generic_transport_controller.go,
// collectPropertiesForDestination; pkg/customize/customize.go.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

#include "analyzer/model/labels.h"

namespace wecan {

// Of one WEC, by name.
using Properties = std::map<std::string, std::string>;

// The properties of the cluster, from weak to strong: clusterName, its labels, its annotations, the
// entries of its ConfigMap; of equal keys in one of them the last counts. Keys that are no
// identifiers of Go (prefixes and dashes among them) are none.
Properties PropertiesOf(absl::string_view cluster, const Labels& labels, const Labels& annotations,
                        const Labels& config_map);

// `text` with {{.key}}, blanks inside the braces allowed, replaced by the property. Nothing where
// KubeStellar would fail, which is a property that is not there, and for every other construct of
// Go's templates: what it comes to is not known here.
std::optional<std::string> ExpandTemplate(absl::string_view text, const Properties& properties);

}  // namespace wecan
