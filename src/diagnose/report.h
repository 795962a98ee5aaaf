// SPDX-License-Identifier: Apache-2.0
// What a diagnosis found, for people, machines and kubectl. Printers read results and decide
// nothing.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "analyzer/denials/denial.h"
#include "analyzer/denials/judge.h"
#include "analyzer/denials/plan_grant.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {

// What a WEC says now about the verbs that a denial is about, as people say them.
struct LiveCheck {
  std::string context;
  std::vector<std::string> allowed, refused;
  std::string error;  // why it was not answered, "" if it was
};

struct DiagnosedDenial {
  Denial denial;
  DenialVerdict verdict;
  bool work_agent = false;
  std::string profile;  // that the agent was compared with, "" for others
  std::vector<LiveCheck> live;
};

// What one account gets.
struct AccountGrant {
  std::string user;
  DenialGrant grant;
  std::vector<std::string> objects;  // that were refused: "StorageClass/fast"
};

struct DiagnosisError {
  std::string where, message;
};

struct Diagnosis {
  const AnalysisInput& input;  // the workload
  const Requirements& requirements;
  std::string command;  // that was run: "wecan diagnose agent.log"
  std::string profile, profile_source;
  Agent agent;
  std::vector<DiagnosedDenial> denials;  // in the order of the input
  std::vector<AccountGrant> grants;
  std::vector<Sighting> cut;  // refusals that are not whole
  uint64_t cut_times = 0;
  std::vector<DiagnosisError> errors;
  int exit_code = 0;
};

// "stdin:12", "agent.log", "ManifestWork cluster1/web manifest 0 Applied=False ... (stdin:12)".
std::string DescribeSighting(const Sighting& where);

// All denials, each with its cause and cure, and the grants. `all`: every place and object.
std::string DiagnosisText(const Diagnosis& diagnosis, const Style& style, bool all);

// docs/schema/diagnose-v1.json.
Json DiagnosisJson(const Diagnosis& diagnosis);

// The grants alone, for kubectl apply; "" if there are none.
std::string DiagnosisYaml(const Diagnosis& diagnosis);

}  // namespace wecan
