// SPDX-License-Identifier: Apache-2.0
#include "src/output/junit.h"

#include "absl/strings/str_cat.h"

#include "src/output/report_parts.h"
#include "src/output/xml.h"

namespace wecan {
namespace {

const char* TagOf(JunitOutcome outcome) {
  switch (outcome) {
    case JunitOutcome::kPassed:
      return "system-out";
    case JunitOutcome::kFailure:
      return "failure";
    case JunitOutcome::kError:
      return "error";
    case JunitOutcome::kSkipped:
      return "skipped";
  }
  return "";
}

std::string CaseXml(const JunitCase& c) {
  std::string head =
      absl::StrCat("    <testcase", Attribute("classname", c.class_name), Attribute("name", c.name),
                   c.file.empty() ? "" : Attribute("file", c.file), " time=\"0\"");
  if (c.outcome == JunitOutcome::kPassed && c.text.empty()) return head + "/>\n";
  const char* tag = TagOf(c.outcome);
  const std::string text = XmlText(PrintableLines(c.text));
  return absl::StrCat(head, ">\n      <", tag, c.type.empty() ? "" : Attribute("type", c.type),
                      c.message.empty() ? "" : Attribute("message", c.message),
                      text.empty() ? "/>" : absl::StrCat(">", text, "</", tag, ">"),
                      "\n    </testcase>\n");
}

}  // namespace

std::string Attribute(absl::string_view name, absl::string_view value) {
  return absl::StrCat(" ", name, "=\"", XmlAttribute(OneLine(value)), "\"");
}

std::string CountAttributes(const JunitCounts& n) {
  return absl::StrCat(" tests=\"", n.tests, "\" failures=\"", n.failures, "\" errors=\"", n.errors,
                      "\" skipped=\"", n.skipped, "\" time=\"0\"");
}

std::string JunitDocument(absl::string_view program, const JunitCounts& counts,
                          absl::string_view suites) {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites",
                      Attribute("name", program), CountAttributes(counts), ">\n", suites,
                      "</testsuites>\n");
}

std::string JunitSuite(absl::string_view name, const std::vector<JunitCase>& cases,
                       JunitCounts& counts) {
  JunitCounts own;
  std::string body;
  for (const JunitCase& c : cases) {
    ++own.tests;
    own.failures += c.outcome == JunitOutcome::kFailure;
    own.errors += c.outcome == JunitOutcome::kError;
    own.skipped += c.outcome == JunitOutcome::kSkipped;
    body += CaseXml(c);
  }
  counts.Add(own);
  return absl::StrCat("  <testsuite", Attribute("name", name), CountAttributes(own), ">\n", body,
                      "  </testsuite>\n");
}

std::string DumpJunit(absl::string_view program, absl::string_view name,
                      const std::vector<JunitCase>& cases) {
  JunitCounts counts;
  const std::string suite = JunitSuite(name, cases, counts);
  return JunitDocument(program, counts, suite);
}

}  // namespace wecan
