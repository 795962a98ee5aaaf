// SPDX-License-Identifier: Apache-2.0
// GitHub's workflow commands. It shows ten of a kind for each step, hence one for each cause.
// Source: actions/toolkit packages/core/src/command.ts for what is escaped.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "src/output/report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

std::string Data(absl::string_view text) {
  return absl::StrReplaceAll(PrintableLines(text), {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}});
}

std::string Property(absl::string_view text) {
  return absl::StrReplaceAll(Data(text), {{":", "%3A"}, {",", "%2C"}});
}

const char* CommandName(Level level) {
  switch (level) {
    case Level::kError:
      return "error";
    case Level::kWarning:
      return "warning";
    case Level::kNote:
      return "notice";
  }
  return "";
}

// "file=x,line=1,endLine=1,col=1,endColumn=9,", as much as is known. What is no file has no place
// in the diff.
std::string PlaceProperties(const RepositoryPlace& place) {
  if (!place.is_file) return "";
  const SourceLocation& l = place.location;
  std::string text = absl::StrCat("file=", Property(place.path), ",");
  if (l.line > 0) absl::StrAppend(&text, "line=", l.line, ",endLine=", l.end_line, ",");
  // Columns are for annotations of one line.
  if (l.line > 0 && l.line == l.end_line && l.column > 0)
    absl::StrAppend(&text, "col=", l.column, ",endColumn=", l.end_column, ",");
  return text;
}

std::string Command(Level level, const RepositoryPlace& place, absl::string_view title,
                    absl::string_view message) {
  return absl::StrCat("::", CommandName(level), " ", PlaceProperties(place),
                      "title=", Property(title), "::", Data(message), "\n");
}

std::string BlockCommand(const ReportContext& context, const Block& block) {
  const Finding& f = block.first();
  size_t places = 0;
  for (const Finding* finding : block.findings)
    places += finding->objects.size() + finding->locations.size();
  const Result first = ResultsOf(context.input, f)[0];
  const std::string object = ResultObject(context, first);
  const std::string more = places > 1 ? absl::StrCat(" and ", places - 1, " more") : "";
  const std::string about = object.empty() ? (places > 1 ? absl::StrCat("here", more, ": ") : "")
                                           : absl::StrCat(OneLine(object), more, ": ");
  return Command(f.level, PlaceInRepository(context, first),
                 absl::StrCat(f.rule->id, " ", f.rule->name), absl::StrCat(about, f.message));
}

}  // namespace

std::string ReportGithub(const ReportContext& context) {
  std::string out;
  for (const Block& block : Fold(context.report)) out += BlockCommand(context, block);
  for (const Diagnostic& d : context.report.warnings) {
    const RepositoryPlace place{PathInRepository(context.input, d.location.file), d.location};
    out += Command(d.level, place, "wecan", d.message);
  }
  return out;
}

}  // namespace wecan
