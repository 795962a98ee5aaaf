// SPDX-License-Identifier: Apache-2.0
// What several formats of a report have in common.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "src/output/report.h"

namespace wecan {

// Findings that are drawn as one: they differ in their namespace alone, or say the same of many
// files.
struct Block {
  std::vector<const Finding*> findings;
  const Finding& first() const { return *findings[0]; }
};
std::vector<Block> Fold(const Report& report);

// One finding at one place: of an object, or of a file.
struct Result {
  const Finding* finding = nullptr;
  int object = -1;  // index into AnalysisInput::objects, -1 for none
  SourceLocation location;
};
std::vector<Result> ResultsOf(const AnalysisInput& input, const Finding& finding);

// A file as services for repositories name it, and the place in it; line 0: not known.
struct RepositoryPlace {
  std::string path;  // without "." and empty parts; "stdin", or "CONTEXT/WHAT" of a cluster
  SourceLocation location;
  bool is_file = true;
};

// Rendered by Helm: the template that the object came from, if that file is there.
RepositoryPlace PlaceInRepository(const ReportContext& context, const Result& result);
std::string PathInRepository(const AnalysisInput& input, int file);

// Differs between any two results of a report that are not about equal objects of one file; the
// same wherever in the file the object stands.
std::string ResultFingerprint(const ReportContext& context, const Result& result);

// The name of the result's object, or "".
std::string ResultObject(const ReportContext& context, const Result& result);

// The PolicyRules that close the gap.
std::vector<PolicyRule> RulesToGrant(const Finding& finding);

// "1 error", "2 errors".
std::string Count(int n, absl::string_view word);

// "2 errors, 1 warning", "Nothing is missing"; "2 of 6 objects blocked on a WEC"; "profile ocm-1.3,
// klusterlet-work-sa", with what of the profile is not as usual.
std::string DescribeCounts(const Summary& summary);
// " 2 suppressed, 1 in the baseline.", or "".
std::string DescribeHidden(const Summary& summary);
std::string DescribeObjects(const Summary& summary);
std::string DescribeProfile(const AnalyzeOptions& options);

// `text` with every control character but line breaks replaced; and on one line.
std::string PrintableLines(absl::string_view text);
std::string OneLine(absl::string_view text);

}  // namespace wecan
