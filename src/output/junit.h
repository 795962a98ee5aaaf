// SPDX-License-Identifier: Apache-2.0
// JUnit XML as CI systems read it (there is no standard).
// Source: testmoapp/junitxml, README.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace wecan {

struct JunitCounts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;

  void Add(const JunitCounts& more) {
    tests += more.tests;
    failures += more.failures;
    errors += more.errors;
    skipped += more.skipped;
  }
};

// ` name="value"`, on one line.
std::string Attribute(absl::string_view name, absl::string_view value);
std::string CountAttributes(const JunitCounts& counts);

// The whole file: `suites` in the frame of a program.
std::string JunitDocument(absl::string_view program, const JunitCounts& counts,
                          absl::string_view suites);

enum class JunitOutcome { kPassed, kFailure, kError, kSkipped };

// What was asked, and what came of it. Names are the same in every run about the same.
struct JunitCase {
  std::string class_name, name;
  std::string file;  // "" for none
  JunitOutcome outcome = JunitOutcome::kPassed;
  std::string type, message;  // of a failure or an error; a skipped case has a message alone
  std::string text;           // lines; of a case that passed, its output
};

// A suite with these cases, which are counted in `counts`, too.
std::string JunitSuite(absl::string_view name, const std::vector<JunitCase>& cases,
                       JunitCounts& counts);

// The file of one suite; `name` is that of the suite, `program` that of the whole.
std::string DumpJunit(absl::string_view program, absl::string_view name,
                      const std::vector<JunitCase>& cases);

}  // namespace wecan
