// SPDX-License-Identifier: Apache-2.0
// A fix as JUnit XML, for a gate: something fails in it exactly when the exit code is not 0.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/fix/report.h"
#include "src/fix/summary.h"
#include "src/input/find_files.h"
#include "src/output/junit.h"
#include "src/output/report.h"

namespace wecan {
namespace {

constexpr size_t kNames = 3;

class FixJunitWriter {
 public:
  explicit FixJunitWriter(const FixContext& context) : c_(context) {}

  std::string Write() {
    Proved();
    for (const FixFile& f : c_.files) File(f);
    for (const GuardrailHit& hit : c_.plan.refused) Refused(hit);
    NotRbac();
    Unreached();
    Unread();
    return DumpJunit("wecan fix", "wecan fix", cases_);
  }

 private:
  std::vector<std::string> Names(const std::vector<int>& objects, size_t limit) const {
    return ObjectNames(c_.input, c_.requirements, objects, limit);
  }

  // There is no report on a grant that is not proved. That it has a case keeps the suite from being
  // empty, which many a reader takes for an error.
  void Proved() {
    JunitCase proved{.class_name = "grant", .name = "proved"};
    for (const SummaryLine& line : GrantLines(c_, {})) {
      if (line.head == "Proved") proved.text = line.text + "\n";
    }
    cases_.push_back(std::move(proved));
  }

  void File(const FixFile& f) {
    if (c_.mode == "print") return;
    JunitCase file{
        .class_name = "file", .name = f.path.empty() ? "(no file yet)" : f.path, .file = f.path};
    if (c_.mode != "write" && f.changed()) {
      file.outcome = JunitOutcome::kFailure;
      file.type = "not-in-sync";
      file.message = f.before ? "would change" : "would be created";
      file.text =
          absl::StrCat(absl::StrJoin(DiffLines({f}), "\n"), "\nWrite: ", c_.command, " --write\n");
    }
    cases_.push_back(std::move(file));
  }

  void Refused(const GuardrailHit& hit) {
    const std::string verbs = absl::StrJoin(hit.rule.verbs, " ");
    cases_.push_back({.class_name = "guardrail",
                      .name = absl::StrCat(verbs, " on ", RuleTarget(hit.rule), ", for ",
                                           absl::StrJoin(Names(hit.objects, kNames), ", ")),
                      .outcome = JunitOutcome::kFailure,
                      .type = std::string(hit.guardrail->id),
                      .message = std::string(hit.guardrail->reason),
                      .text = absl::StrCat(absl::StrJoin(Names(hit.objects, kUnlimited), "\n"),
                                           "\n--allow-escalation grants it all the same\n")});
  }

  // And objects of which nothing can be told, which fail nothing.
  void NotRbac() {
    for (const std::string& name : Names(c_.plan.not_rbac, kUnlimited)) {
      cases_.push_back({.class_name = "not-rbac",
                        .name = name,
                        .outcome = JunitOutcome::kFailure,
                        .type = "not-rbac",
                        .message = "no grant helps; wecan check tells what is wrong"});
    }
    for (const std::string& name : Names(c_.plan.unknown, kUnlimited)) {
      cases_.push_back({.class_name = "unknown",
                        .name = name,
                        .outcome = JunitOutcome::kSkipped,
                        .message = "nothing can be told; add the CRD to the input"});
    }
  }

  void Unreached() {
    for (const ReachProblem& problem : c_.plan.unreached) {
      cases_.push_back({.class_name = "WEC304",
                        .name = problem.message,
                        .text = "so it may not get to a WEC\n"});
    }
  }

  void Unread() {
    for (const Diagnostic& d : c_.input.diagnostics) {
      if (d.rule != "WEC901") continue;
      cases_.push_back({.class_name = "input",
                        .name = PlaceName(c_.input, d.location, true),
                        .outcome = JunitOutcome::kError,
                        .type = "unreadable",
                        .message = d.message});
    }
  }

  const FixContext& c_;
  std::vector<JunitCase> cases_;
};

}  // namespace

std::string FixJunit(const FixContext& context) { return FixJunitWriter(context).Write(); }

}  // namespace wecan
