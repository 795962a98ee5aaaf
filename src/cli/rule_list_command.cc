// SPDX-License-Identifier: Apache-2.0
// can-i --list: all rules that hold for a user in a namespace.
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/grants/authorizer.h"
#include "src/cli/can_i_report.h"
#include "src/cli/commands.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/setup.h"
#include "src/cli/source.h"
#include "src/output/formats.h"
#include "src/output/json.h"
#include "src/output/markdown.h"
#include "src/output/report.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

// Blank-separated, quoted where the text is empty.
std::string WordList(const std::vector<std::string>& list) {
  return absl::StrJoin(
      list, " ", [](std::string* out, const std::string& s) { *out += s.empty() ? "\"\"" : s; });
}

// RESOURCE[.GROUP][/SUBRESOURCE], as the command line takes it.
std::string QualifiedName(const std::string& resource, const std::string& group) {
  if (group.empty()) return resource;
  const size_t slash = resource.find('/');
  const std::string sub = slash == std::string::npos ? "" : resource.substr(slash);
  return absl::StrCat(resource.substr(0, slash), ".", group, sub);
}

constexpr size_t kVerbColumn = 60;

// What a rule reaches: resources, with the names it is limited to, and URLs.
std::string DescribeTargets(const PolicyRule& rule) {
  std::vector<std::string> targets;
  for (const std::string& group : rule.api_groups) {
    for (const std::string& resource : rule.resources) {
      targets.push_back(QualifiedName(resource, group));
    }
  }
  targets.insert(targets.end(), rule.non_resource_urls.begin(), rule.non_resource_urls.end());
  const std::string names =
      rule.resource_names.empty() ? "" : absl::StrCat("  only ", WordList(rule.resource_names));
  return absl::StrCat(WordList(targets), names);
}

struct RuleList {
  const ReviewSource& source;
  std::string where;  // "in namespace shop"
  const ResolvedRules& resolved;
};

std::string ListText(const RuleList& list, bool headers) {
  std::string text;
  if (headers) {
    absl::StrAppend(&text, DescribeSource(list.source.user, list.source.method), "  ",
                    Printable(list.where), "\n", Pad("VERBS", kVerbColumn),
                    "  RESOURCES AND URLS\n");
  }
  for (const Grant& grant : list.resolved.grants) {
    absl::StrAppend(&text, Pad(Printable(WordList(grant.rule->verbs)), kVerbColumn), "  ",
                    Printable(DescribeTargets(*grant.rule)), "\n");
  }
  const std::string error = list.resolved.ErrorText();
  if (!error.empty()) absl::StrAppend(&text, "not all roles exist: ", Printable(error), "\n");
  return text;
}

Json ListJson(const ResolvedRules& resolved) {
  Json resource_rules = Json::array(), url_rules = Json::array();
  for (const Grant& grant : resolved.grants) {
    const PolicyRule& rule = *grant.rule;
    // A rule is listed with its resources and with its URLs, as the API server does.
    if (!rule.resources.empty()) {
      PolicyRule shown = rule;
      shown.non_resource_urls.clear();
      resource_rules.push_back(RuleJson(shown));
    }
    if (!rule.non_resource_urls.empty()) {
      url_rules.push_back(
          RuleJson({.verbs = rule.verbs, .non_resource_urls = rule.non_resource_urls}));
    }
  }
  return {{"resourceRules", resource_rules},
          {"nonResourceRules", url_rules},
          {"incomplete", false},
          {"evaluationError", resolved.ErrorText()}};
}

std::string ListMarkdown(const RuleList& list) {
  std::vector<std::string> rows;
  rows.reserve(list.resolved.grants.size());
  for (const Grant& grant : list.resolved.grants) {
    rows.push_back(absl::StrCat("| ", MarkdownCode(WordList(grant.rule->verbs)), " | ",
                                MarkdownCode(DescribeTargets(*grant.rule)), " |"));
  }
  MarkdownPage page(kMaxComment);
  page.Write(CanIHeading(Count(static_cast<int>(rows.size()), "rule"), list.source.user,
                         list.source.method));
  page.Write(absl::StrCat("\nThese hold ", MarkdownCode(list.where), ".\n"));
  page.WriteRows("\n| verbs | resources and URLs |\n|---|---|\n", rows);
  const std::string error = list.resolved.ErrorText();
  if (!error.empty())
    page.Write(absl::StrCat("\nNot all roles exist: ", MarkdownCode(error), "\n"));
  return page.Take();
}

absl::StatusOr<ExitCode> ListRules(const Options& options, Environment& environment) {
  const ReviewOptions& review = options.review;
  WECAN_RETURN_IF_ERROR(CheckNamespaceFlags(review));
  if (!review.words.empty()) {
    return absl::InvalidArgumentError(
        "can-i: --list takes no VERB and RESOURCE; it lists all rules");
  }
  WECAN_ASSIGN_OR_RETURN(
      const std::vector<Output> outputs,
      MakeOutputs(options.output, {kRuleListFormats.begin(), kRuleListFormats.end()}));
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, DumpPaths(options.review), *environment.files));
  WECAN_ASSIGN_OR_RETURN(const ReviewSource source, MakeReviewSource(options, environment));
  const std::string ns = review.all_namespaces       ? ""
                         : review.namespace_.empty() ? "default"
                                                     : review.namespace_;
  const Authorizer authorizer(source.policy);
  const ResolvedRules resolved = authorizer.RulesFor(source.user, ns);
  const RuleList list{source, ns.empty() ? "in all namespaces" : "in namespace " + ns, resolved};
  const auto render = [&](const Output& output) -> std::string {
    if (output.format == "json") return DumpJson(ListJson(resolved));
    if (output.format == "yaml") return DumpYaml(ListJson(resolved));
    if (output.format == "markdown") return ListMarkdown(list);
    return ListText(list, !options.output.no_headers);
  };
  WECAN_RETURN_IF_ERROR(WriteOutputs(outputs, options.global.quiet, render, environment));
  return ExitCode::kOk;
}

}  // namespace

ExitCode RunRuleList(const Options& options, Environment& environment) {
  return Finish(ListRules(options, environment), environment);
}

}  // namespace wecan
