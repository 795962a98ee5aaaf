// SPDX-License-Identifier: Apache-2.0
// Text for people: one block per cause, its first object with path and line, nothing for objects
// that pass.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "src/output/report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

std::string LevelWord(Level level) {
  return level == Level::kWarning ? "warn " : Pad(LevelName(level), 5);
}

// A PolicyRule on one line of YAML.
std::string RuleText(const PolicyRule& rule) {
  std::vector<std::string> fields;
  const auto add = [&](absl::string_view key, const std::vector<std::string>& list) {
    if (list.empty()) return;
    const std::string entries = absl::StrJoin(list, ", ", [](std::string* out, const auto& s) {
      const bool plain = !s.empty() && s.find_first_of("*{}[]:,#'\"% ") == std::string::npos;
      absl::StrAppend(out, plain ? s : absl::StrCat("\"", s, "\""));
    });
    fields.push_back(absl::StrCat(key, ": [", entries, "]"));
  };
  add("apiGroups", rule.api_groups);
  add("resources", rule.resources);
  add("resourceNames", rule.resource_names);
  add("nonResourceURLs", rule.non_resource_urls);
  add("verbs", rule.verbs);
  return absl::StrCat("{", absl::StrJoin(fields, ", "), "}");
}

// Lines of a long message that are shown without -v.
constexpr size_t kMessageLines = 12;

class TextWriter {
 public:
  TextWriter(const ReportContext& context, const TextOptions& options) : c_(context), o_(options) {}

  std::string Write() {
    const std::vector<Block> blocks = Fold(c_.report);
    for (const Block& block : blocks) {
      const Finding& f = block.first();
      if (f.permission) Widen(resource_width_, QualifiedResource(*f.permission), 56);
      if (f.permission) Widen(scope_width_, ScopeColumn(block), 30);
      for (const Finding* finding : block.findings) {
        for (int i : finding->objects)
          Widen(place_width_, PlaceName(c_.input, c_.input.objects[i].location, false), 70);
      }
    }
    for (const Block& block : blocks) WriteBlock(block);
    for (const Diagnostic& d : c_.report.warnings) {
      Line(o_.style.ForLevel(d.level, LevelWord(d.level)), "         ",
           PlaceName(c_.input, d.location, true), "  ", Printable(d.message));
    }
    if (o_.all_objects || o_.wide) WriteHidden();
    if (o_.summary) WriteSummary();
    return std::move(out_);
  }

 private:
  template <typename... Parts>
  void Line(const Parts&... parts) {
    absl::StrAppend(&out_, parts..., "\n");
  }

  // Columns are as wide as what stands in them, up to `limit`.
  static void Widen(size_t& width, absl::string_view text, size_t limit) {
    width = std::max(width, std::min(text.size(), limit));
  }

  std::string VerbColumns(const PermissionGap& gap) const {
    std::vector<std::string> columns;
    for (AgentVerb v : kVerbOrder) {
      if (!gap.needed.Has(v)) continue;
      const bool missing = gap.missing.Has(v);
      const std::string cell = absl::StrCat(VerbName(v), missing ? " n" : " y");
      columns.push_back(missing ? o_.style.Red(cell) : cell);
    }
    return absl::StrJoin(columns, "  ");
  }

  std::string ScopeColumn(const Block& block) const {
    const PermissionGap& gap = *block.first().permission;
    if (gap.scope == ScopeKind::kCluster) return "cluster";
    const std::string more = block.findings.size() > 1
                                 ? absl::StrCat(" +", block.findings.size() - 1, " more")
                                 : std::string();
    return absl::StrCat("ns ", Printable(gap.namespace_), more);
  }

  void WriteBlock(const Block& block) {
    const Finding& f = block.first();
    const std::string head = absl::StrCat(o_.style.ForLevel(f.level, LevelWord(f.level)), " ",
                                          o_.style.Bold(f.rule->id), "  ");
    if (f.objects.empty()) {
      WriteFiles(block, head);
      return;
    }
    if (f.permission && !f.permission->missing.empty()) {
      Line(head, Pad(Printable(QualifiedResource(*f.permission)), resource_width_), "  ",
           Pad(ScopeColumn(block), scope_width_), "  ", VerbColumns(*f.permission));
    } else {
      WriteMessage(head, f.message);
    }
    WriteObjects(block);
    if (o_.wide) {
      for (const PolicyRule& rule : RulesToGrant(f))
        Line("      grant: ", Printable(RuleText(rule)));
    }
    if (!f.hint.empty()) Line("      ", o_.style.Dim(Printable(f.hint)));
  }

  // A message of several lines keeps them.
  void WriteMessage(const std::string& head, const std::string& message) {
    const std::vector<std::string> lines = absl::StrSplit(message, '\n');
    const size_t shown =
        o_.all_objects || o_.wide ? lines.size() : std::min(lines.size(), kMessageLines);
    Line(head, Printable(lines[0]));
    for (size_t i = 1; i < shown; ++i) Line("      ", Printable(lines[i]));
    if (shown < lines.size())
      Line("      ", o_.style.Dim(absl::StrCat("+", lines.size() - shown, " more, -v lists them")));
  }

  void WriteFiles(const Block& block, const std::string& head) {
    std::vector<SourceLocation> places;
    for (const Finding* f : block.findings)
      places.insert(places.end(), f->locations.begin(), f->locations.end());
    const bool all = o_.all_objects || o_.wide;
    const std::string more = all || places.size() == 1
                                 ? ""
                                 : absl::StrCat("   +", places.size() - 1, " more, -v lists them");
    for (const SourceLocation& l : places) {
      Line(head, PlaceName(c_.input, l, true), "  ", Printable(block.first().message),
           o_.style.Dim(more));
      if (!all) break;
    }
  }

  void WriteObjects(const Block& block) {
    std::vector<int> objects;
    for (const Finding* f : block.findings)
      objects.insert(objects.end(), f->objects.begin(), f->objects.end());
    std::sort(objects.begin(), objects.end());
    const bool all = o_.all_objects || o_.wide;
    for (int i : objects) {
      const Object& object = c_.input.objects[i];
      const std::string source = object.source.empty() || !o_.wide
                                     ? ""
                                     : absl::StrCat("   from ", Printable(object.source));
      const std::string more = all || objects.size() == 1 ? ""
                                                          : absl::StrCat("   +", objects.size() - 1,
                                                                         " more, -v lists them");
      Line("      ", Pad(PlaceName(c_.input, object.location, false), place_width_), "  ",
           Printable(ObjectName(object, c_.report.namespaces[i])), o_.style.Dim(more), source);
      if (!all) break;
    }
  }

  // One line for each finding that is kept from those above, and why.
  void WriteHidden() {
    for (const Finding& f : c_.report.hidden) {
      for (const Result& result : ResultsOf(c_.input, f)) {
        const std::string object = ResultObject(c_, result);
        Line(o_.style.Dim(
            absl::StrCat(f.baselined ? "baseline   " : "suppressed ", f.rule->id, "  ",
                         PlaceName(c_.input, result.location, false), "  ", Printable(object),
                         object.empty() ? "" : "  ",
                         f.baselined ? "in the baseline" : Printable(f.suppression->reason))));
      }
    }
  }

  void WriteSummary() {
    const Summary& s = c_.report.summary;
    if (!out_.empty()) Line("");
    Line(DescribeCounts(s), ": ", DescribeObjects(s), " (", DescribeProfile(c_.options), ").",
         DescribeHidden(s));
    if (!c_.next_command.empty()) Line(Printable(c_.next_command));
  }

  const ReportContext& c_;
  const TextOptions& o_;
  size_t resource_width_ = 36, scope_width_ = 7, place_width_ = 28;
  std::string out_;
};

}  // namespace

std::string ObjectName(const Object& o, absl::string_view ns) {
  return absl::StrCat(o.kind, "/", ns, ns.empty() ? "" : "/",
                      o.name.empty() ? "(no name)" : o.name);
}

std::string PlaceName(const AnalysisInput& input, const SourceLocation& l, bool with_column) {
  if (l.file < 0) return "";
  const std::string& path = input.files[l.file].path;
  std::string place = path == "-" ? "<stdin>" : Printable(path);
  if (l.line > 0) absl::StrAppend(&place, ":", l.line);
  if (l.line > 0 && with_column && l.column > 0) absl::StrAppend(&place, ":", l.column);
  return place;
}

std::string ReportText(const ReportContext& context, const TextOptions& options) {
  return TextWriter(context, options).Write();
}

std::string ReportShort(const ReportContext& context) {
  std::string out;
  const AnalysisInput& input = context.input;
  for (const Finding& f : context.report.findings) {
    const std::string text = absl::StrCat(LevelName(f.level), ": ", f.rule->id, " ",
                                          Printable(absl::StrReplaceAll(f.message, {{"\n", " "}})));
    for (const SourceLocation& l : f.locations)
      absl::StrAppend(&out, PlaceName(input, l, true), ": ", text, "\n");
    for (int i : f.objects) {
      const Object& o = input.objects[i];
      absl::StrAppend(&out, PlaceName(input, o.location, true), ": ", text, " [",
                      Printable(ObjectName(o, context.report.namespaces[i])), "]\n");
    }
  }
  for (const Diagnostic& d : context.report.warnings) {
    absl::StrAppend(&out, PlaceName(input, d.location, true), ": ", LevelName(d.level), ": ",
                    Printable(d.message), "\n");
  }
  return out;
}

std::string ReportNames(const ReportContext& context) {
  std::set<int> blocked;
  for (const Finding& f : context.report.findings) {
    if (f.rule->blocks) blocked.insert(f.objects.begin(), f.objects.end());
  }
  std::string out;
  for (int i : blocked) {
    const Object& o = context.input.objects[i];
    absl::StrAppend(&out, Printable(absl::AsciiStrToLower(o.kind)), o.group.empty() ? "" : ".",
                    Printable(o.group), "/", Printable(o.name), "\n");
  }
  return out;
}

}  // namespace wecan
