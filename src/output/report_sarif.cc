// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0, one result for each finding and object. Sources: OASIS SARIF 2.1.0; GitHub's "SARIF
// support for code scanning" for what it reads and its limits.
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "src/output/json.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"
#include "src/output/version.h"

namespace wecan {
namespace {

constexpr char kSchema[] = "https://json.schemastore.org/sarif-2.1.0.json";
constexpr char kRoot[] = "SRCROOT";
// GitHub shows as many of an upload, and refuses uploads with 25,000.
constexpr int kMaxResults = 5000;

// A text ends with a full stop, and none of the input makes a link of it.
std::string Sentence(absl::string_view text) {
  const std::string plain = absl::StrReplaceAll(PrintableLines(text), {{"](", "] ("}});
  return absl::StrCat(plain, absl::EndsWith(plain, ".") ? "" : ".");
}

// RFC 3986: what is not unreserved is percent-encoded, byte by byte.
std::string Uri(absl::string_view path) {
  std::string uri = absl::StartsWith(path, "/") ? "file://" : "";
  for (const char c : path) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-._~/", c)) {
      uri += c;
    } else {
      absl::StrAppendFormat(&uri, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

Json ArtifactJson(absl::string_view path) {
  Json json = {{"uri", Uri(path)}};
  if (!absl::StartsWith(path, "/")) json["uriBaseId"] = kRoot;
  return json;
}

// Columns count UTF-16 code units. GitHub wants a line, even for a file as a whole.
Json RegionJson(const SourceLocation& l) {
  if (l.line == 0) return {{"startLine", 1}};
  if (l.utf16_column == 0 || l.utf16_end_column == 0) return {{"startLine", l.line}};
  return {{"startLine", l.line},
          {"startColumn", l.utf16_column},
          {"endLine", l.end_line},
          {"endColumn", l.utf16_end_column}};
}

Json PhysicalJson(absl::string_view path, const SourceLocation& l) {
  return {{"artifactLocation", ArtifactJson(path)}, {"region", RegionJson(l)}};
}

// The texts of a rule as Markdown: indented lines become fenced ones.
std::string RuleMarkdown(absl::string_view text) {
  std::string out;
  bool fenced = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const bool indented = absl::StartsWith(line, "  ");
    if (indented != fenced) out += fenced ? "```\n" : "\n```text\n";
    fenced = indented;
    absl::StrAppend(&out, indented ? line.substr(2) : line, "\n");
  }
  return out + (fenced ? "```\n" : "");
}

Json DescriptorJson(const FindingRule& rule) {
  Json properties = {{"tags", Json::array()}, {"precision", Text(rule.precision)}};
  for (absl::string_view tag : rule.tags) properties["tags"].push_back(Text(tag));
  if (!rule.security_severity.empty())
    properties["security-severity"] = Text(rule.security_severity);
  const std::string markdown =
      absl::StrCat(RuleMarkdown(rule.help), "\n**What to do**\n\n", RuleMarkdown(rule.fix));
  return {
      {"id", Text(rule.id)},
      {"name", Text(rule.name)},
      {"shortDescription", {{"text", Sentence(rule.title)}}},
      {"fullDescription", {{"text", Sentence(rule.summary)}}},
      {"help",
       {{"text", absl::StrCat(rule.help, "\nWhat to do:\n", rule.fix)}, {"markdown", markdown}}},
      {"defaultConfiguration", {{"level", Text(LevelName(rule.level))}}},
      {"properties", properties}};
}

class SarifWriter {
 public:
  explicit SarifWriter(const ReportContext& context) : c_(context) {}

  Json Run() {
    AddRules();
    AddResults();
    AddNotifications();
    Json invocation = {{"executionSuccessful", c_.exit_code < 2}, {"exitCode", c_.exit_code}};
    if (!notifications_.empty()) invocation["toolExecutionNotifications"] = notifications_;
    return {{"tool",
             {{"driver",
               {{"name", "wecan"}, {"semanticVersion", kVersion}, {"rules", std::move(rules_)}}}}},
            {"automationDetails",
             {{"id", absl::StrCat("wecan/", OneLine(c_.options.profile.name), "/")}}},
            {"columnKind", "utf16CodeUnits"},
            {"originalUriBaseIds",
             {{kRoot, {{"description", {{"text", "The folder that wecan ran in."}}}}}}},
            {"invocations", Json::array({std::move(invocation)})},
            {"results", std::move(results_)}};
  }

 private:
  // Code scanning would open alerts even for what is marked as suppressed.
  std::vector<const std::vector<Finding>*> Shown() const {
    if (!c_.sarif_suppressed) return {&c_.report.findings};
    return {&c_.report.findings, &c_.report.hidden};
  }

  // Those that the report uses, by id.
  void AddRules() {
    for (const std::vector<Finding>* list : Shown())
      for (const Finding& f : *list) rule_index_[f.rule->id] = 0;
    for (auto& [id, index] : rule_index_) {
      index = static_cast<int>(rules_.size());
      rules_.push_back(DescriptorJson(*FindRule(id)));
    }
  }

  // The first sentence stands alone: GitHub shows it without the rest. A message of several lines
  // is somebody else's words.
  static std::string Message(const Finding& f, const std::string& object) {
    const bool quoted = absl::StrContains(f.message, '\n');
    const std::string about = object.empty() ? "" : object + ": ";
    const std::string first = quoted ? std::string(f.rule->title) : f.message;
    return absl::StrCat(Sentence(about + first), quoted ? "\n" + Sentence(f.message) : "",
                        f.hint.empty() ? ""
                        : quoted       ? "\n"
                                       : " ",
                        f.hint.empty() ? "" : Sentence(f.hint));
  }

  // The change in a role of ours, and where that role stands.
  void AddFix(const Finding& f, Json& json) const {
    const auto it = c_.edits.find(f.id);
    if (it == c_.edits.end()) return;
    const RegionEdit& edit = it->second;
    const Json region = {{"startLine", edit.line},
                         {"startColumn", edit.column},
                         {"endLine", edit.end_line},
                         {"endColumn", edit.end_column}};
    const Json artifact = ArtifactJson(PathInRepository(c_.input, edit.file));
    json["relatedLocations"] =
        Json::array({{{"id", 1},
                      {"physicalLocation", {{"artifactLocation", artifact}, {"region", region}}},
                      {"message", {{"text", "The grant that wecan fix extends."}}}}});
    const Json replacement = {{"deletedRegion", region},
                              {"insertedContent", {{"text", edit.text}}}};
    json["fixes"] = Json::array(
        {{{"description", {{"text", "Grant what is missing."}}},
          {"artifactChanges", Json::array({{{"artifactLocation", artifact},
                                            {"replacements", Json::array({replacement})}}})}}});
  }

  Json ResultJson(const Result& result) const {
    const Finding& f = *result.finding;
    const std::string object = ResultObject(c_, result);
    const RepositoryPlace place = PlaceInRepository(c_, result);
    Json location = {{"physicalLocation", PhysicalJson(place.path, place.location)}};
    if (!object.empty()) {
      location["logicalLocations"] =
          Json::array({{{"fullyQualifiedName", Printable(object)}, {"kind", "resource"}}});
    }
    Json json = {{"ruleId", Text(f.rule->id)},
                 {"ruleIndex", rule_index_.at(f.rule->id)},
                 {"level", Text(LevelName(f.level))},
                 {"message", {{"text", Message(f, object)}}},
                 {"locations", Json::array({std::move(location)})},
                 {"partialFingerprints", {{"wecan/v1", f.id}}}};
    if (f.suppression != nullptr) {
      const bool external = f.suppression->source == SuppressionSource::kConfig;
      json["suppressions"] = Json::array({{{"kind", external ? "external" : "inSource"},
                                           {"status", "accepted"},
                                           {"justification", Sentence(f.suppression->reason)}}});
    }
    if (c_.has_baseline) json["baselineState"] = f.baselined ? "unchanged" : "new";
    AddFix(f, json);
    return json;
  }

  void AddResults(const Finding& f) {
    for (const Result& result : ResultsOf(c_.input, f)) {
      if (results_.size() < kMaxResults) results_.push_back(ResultJson(result));
      ++found_;
    }
  }

  void AddResults() {
    for (const std::vector<Finding>* list : Shown()) {
      for (const Finding& f : *list) AddResults(f);
    }
  }

  void AddNotification(absl::string_view level, absl::string_view text) {
    notifications_.push_back({{"level", Text(level)}, {"message", {{"text", Sentence(text)}}}});
  }

  void AddDiagnostics(const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& d : diagnostics) {
      AddNotification(LevelName(d.level), d.message);
      if (d.location.file < 0) continue;
      const std::string path = PathInRepository(c_.input, d.location.file);
      notifications_.back()["locations"] =
          Json::array({{{"physicalLocation", PhysicalJson(path, d.location)}}});
    }
  }

  void AddNotifications() {
    AddDiagnostics(c_.report.errors);
    AddDiagnostics(c_.report.warnings);
    if (found_ <= kMaxResults) return;
    AddNotification("warning", absl::StrCat(found_, " results, of which the first ", kMaxResults,
                                            " are here: more are not shown by GitHub. wecan check "
                                            "-o json lists all."));
  }

  const ReportContext& c_;
  std::map<absl::string_view, int> rule_index_;
  int found_ = 0;
  Json rules_ = Json::array(), results_ = Json::array(), notifications_ = Json::array();
};

}  // namespace

std::string ReportSarif(const ReportContext& context) {
  return DumpJson({{"$schema", kSchema},
                   {"version", "2.1.0"},
                   {"runs", Json::array({SarifWriter(context).Run()})}});
}

}  // namespace wecan
