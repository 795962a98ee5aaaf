// SPDX-License-Identifier: Apache-2.0
// JUnit XML as CI systems read it (there is no standard): a suite for each file, a case for each
// object that was checked. Source: testmoapp/junitxml, README.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/output/junit.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"
#include "src/output/xml.h"

namespace wecan {
namespace {

// What became of one object, or of a file that holds none.
struct Case {
  int object = -1;
  SourceLocation location;
  std::vector<const Finding*> findings;
};

class JunitWriter {
 public:
  explicit JunitWriter(const ReportContext& context) : c_(context) {}

  std::string Write() {
    std::string suites;
    const std::vector<std::vector<Case>> files = CasesByFile();
    for (size_t file = 0; file < files.size(); ++file) {
      if (!files[file].empty()) suites += Suite(static_cast<int>(file), files[file]);
    }
    return JunitDocument("wecan", total_, suites);
  }

 private:
  std::vector<std::vector<Case>> CasesByFile() const {
    const AnalysisInput& input = c_.input;
    std::vector<std::vector<const Finding*>> of_object(input.objects.size());
    std::vector<std::vector<Case>> files(input.files.size());
    for (const std::vector<Finding>* list : {&c_.report.findings, &c_.report.hidden}) {
      for (const Finding& f : *list) {
        for (int i : f.objects) of_object[i].push_back(&f);
        for (const SourceLocation& l : f.locations) {
          if (l.file >= 0) files[l.file].push_back({-1, l, {&f}});
        }
      }
    }
    for (size_t i = 0; i < input.objects.size(); ++i) {
      const SourceLocation& l = input.objects[i].location;
      if (l.file < 0 || (!c_.report.checked[i] && of_object[i].empty())) continue;
      files[l.file].push_back({static_cast<int>(i), l, std::move(of_object[i])});
    }
    return files;
  }

  std::string Suite(int file, const std::vector<Case>& cases) {
    JunitCounts counts;
    std::string body;
    for (const Case& c : cases) body += CaseXml(c, counts);
    total_.Add(counts);
    const std::string path = PathInRepository(c_.input, file);
    return absl::StrCat("  <testsuite", Attribute("name", path), CountAttributes(counts),
                        Attribute("file", path), ">\n", body, "  </testsuite>\n");
  }

  // A file's case is named after what was found in it.
  std::string Names(const Case& c) const {
    if (c.object < 0) {
      const FindingRule& rule = *c.findings[0]->rule;
      return absl::StrCat(Attribute("classname", rule.id), Attribute("name", rule.name));
    }
    const Object& o = c_.input.objects[c.object];
    const std::string& ns = c_.report.namespaces[c.object];
    return absl::StrCat(Attribute("classname", absl::StrCat(o.group, o.group.empty() ? "" : "/",
                                                            o.version, ".", o.kind)),
                        Attribute("name", absl::StrCat(ns, ns.empty() ? "" : "/",
                                                       o.name.empty() ? "(no name)" : o.name)));
  }

  std::string CaseXml(const Case& c, JunitCounts& counts) const {
    const RepositoryPlace place =
        PlaceInRepository(c_, {.object = c.object, .location = c.location});
    const std::string line =
        place.location.line == 0 ? "" : absl::StrCat(" line=\"", place.location.line, "\"");
    const std::string head =
        absl::StrCat("    <testcase", Names(c), Attribute("file", place.path), line, " time=\"0\"");
    ++counts.tests;
    if (c.findings.empty()) return head + "/>\n";
    return absl::StrCat(head, ">\n", Outcome(c.findings, counts), "    </testcase>\n");
  }

  bool Fails(const Finding& f) const { return c_.fail_on && f.level >= *c_.fail_on; }

  static bool IsHidden(const Finding& f) { return f.baselined || f.suppression != nullptr; }

  // Why nobody is told, once for each finding.
  static std::string HiddenBecause(const std::vector<const Finding*>& findings) {
    std::vector<std::string> reasons;
    for (const Finding* f : findings) {
      if (!IsHidden(*f)) continue;
      reasons.push_back(absl::StrCat(
          f->rule->id, ": ", f->baselined ? "known to the baseline" : f->suppression->reason));
    }
    return absl::StrJoin(reasons, "; ");
  }

  // One element for all that fails, or else for all that is hidden, and the output of the test for
  // the rest.
  std::string Outcome(const std::vector<const Finding*>& findings, JunitCounts& counts) const {
    const Finding* first = nullptr;
    std::string failed, remarks;
    for (const Finding* f : findings) {
      if (IsHidden(*f)) continue;
      if (first == nullptr && Fails(*f)) first = f;
      absl::StrAppend(Fails(*f) ? &failed : &remarks, LevelName(f->level), " ", f->rule->id, ": ",
                      PrintableLines(f->message), "\n");
    }
    std::string xml;
    if (first != nullptr) {
      const bool unreadable = first->rule->id == "WEC901";
      const char* tag = unreadable ? "error" : "failure";
      ++(unreadable ? counts.errors : counts.failures);
      if (!c_.fix_command.empty() && !unreadable)
        absl::StrAppend(&failed, "Fix: ", Printable(c_.fix_command), " --diff\n");
      absl::StrAppend(&xml, "      <", tag, Attribute("type", first->rule->id),
                      Attribute("message", first->message), ">", XmlText(failed), "</", tag, ">\n");
    }
    const std::string hidden = HiddenBecause(findings);
    if (first == nullptr && !hidden.empty()) {
      ++counts.skipped;
      absl::StrAppend(&xml, "      <skipped", Attribute("message", hidden), "/>\n");
    }
    if (!remarks.empty())
      absl::StrAppend(&xml, "      <system-out>", XmlText(remarks), "</system-out>\n");
    return xml;
  }

  const ReportContext& c_;
  JunitCounts total_;
};

}  // namespace

std::string ReportJunit(const ReportContext& context) { return JunitWriter(context).Write(); }

}  // namespace wecan
