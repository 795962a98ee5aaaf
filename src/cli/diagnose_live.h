// SPDX-License-Identifier: Apache-2.0
// What wecan diagnose takes from clusters: the texts of an ITS, and the answers of WECs.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "src/cli/clusters.h"
#include "src/cli/options.h"
#include "src/cli/program.h"
#include "src/diagnose/denials.h"
#include "src/diagnose/recognizer.h"
#include "src/diagnose/report.h"

namespace wecan {

// The ManifestWorks of --its, all or those of the mailbox -n. Errors as of ListObjectsOf.
absl::Status ReadManifestWorks(const Options& options, const Clusters& clusters,
                               const Recognizer& recognizer, DenialSet& denials);

// Asks the WECs of --context about each denial of a work agent: what of its verbs they refuse now.
// Errors are usage; a WEC that does not answer is an error of `diagnosis`.
absl::Status CheckLive(const Options& options, const Clusters& clusters, Environment& environment,
                       Diagnosis& diagnosis);

// What the work agent may not do, on the WECs of --context, with what it applied there already: of
// each AppliedManifestWork's resources, the first verb of the strategy that is refused.
absl::Status AskAboutApplied(const Options& options, const Clusters& clusters,
                             Environment& environment, DenialSet& denials,
                             std::vector<DiagnosisError>& errors);

}  // namespace wecan
