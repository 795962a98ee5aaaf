// SPDX-License-Identifier: Apache-2.0
// can-i --reviews: a stream of SubjectAccessReviews in, the same objects with status out, as
// kube-apiserver would answer. Source: kubernetes v1.36
// pkg/registry/authorization/subjectaccessreview/rest.go,
// pkg/registry/authorization/util/helpers.go.
#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/grants/authorizer.h"
#include "src/cli/can_i_report.h"
#include "src/cli/commands.h"
#include "src/cli/print.h"
#include "src/cli/question.h"
#include "src/cli/setup.h"
#include "src/cli/source.h"
#include "src/input/manifest_reader.h"
#include "src/input/parse.h"
#include "src/output/formats.h"
#include "src/output/json.h"
#include "src/output/style.h"

namespace wecan {
namespace {

// ---- reading

Json NumberJson(const Value& value) {
  const std::string text(value.text());
  if (Json number = Json::parse(text, nullptr, false); number.is_number()) return number;
  int64_t integer = 0;
  if (absl::SimpleHexAtoi(text, &integer) || absl::SimpleAtoi(text, &integer)) return integer;
  return text;
}

// Depth is bounded by the document's budget.
Json ToJson(const Value& value) {
  if (value.IsMapping()) {
    Json json = Json::object();
    value.ForEachEntry(
        [&](const Value& key, const Value& v) { json[std::string(key.text())] = ToJson(v); });
    return json;
  }
  if (value.IsSequence()) {
    Json json = Json::array();
    value.ForEachItem([&](const Value& item) { json.push_back(ToJson(item)); });
    return json;
  }
  switch (value.type()) {
    case ScalarType::kNull:
      return nullptr;
    case ScalarType::kBool:
      return value.IsTrue();
    case ScalarType::kInt:
    case ScalarType::kFloat:
      return NumberJson(value);
    case ScalarType::kString:
      return std::string(value.text());
  }
  return nullptr;
}

struct ReviewStream {
  std::vector<Json> reviews;
  std::vector<std::string> errors;  // "LINE:COL: message" or "message"
};

void Flatten(const Value& value, ReviewStream& stream) {
  const absl::string_view kind = value["kind"].text();
  if (absl::EndsWith(kind, "List") && value["items"].IsSequence()) {
    value["items"].ForEachItem([&](const Value& item) { Flatten(item, stream); });
  } else if (absl::EndsWith(kind, "AccessReview") || (kind.empty() && value["spec"].IsMapping())) {
    stream.reviews.push_back(ToJson(value));
  } else if (!value.IsNull()) {
    stream.errors.push_back(absl::StrCat(value.span().line + 1, ":", value.span().column + 1, ": ",
                                         kind.empty() ? "this document" : kind,
                                         " is no SubjectAccessReview"));
  }
}

ReviewStream ParseReviews(absl::string_view text) {
  ReviewStream stream;
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  if (std::string why = NotText(text); !why.empty()) {
    stream.errors.push_back(std::move(why));
    return stream;
  }
  Document document{Budgets{}};
  const auto take = [&](const Document& d) { Flatten(d.root(), stream); };
  const auto fail = [&](const SyntaxError& e, uint32_t first_line) {
    stream.errors.push_back(absl::StrCat(first_line + e.line, ":", e.column, ": ", e.message));
  };
  if (LooksLikeJson(text)) {
    if (const auto error = ParseJson(text, document, take)) fail(*error, 0);
    return stream;
  }
  for (const Stretch& stretch : SplitDocuments(text)) {
    if (const auto error = ParseYaml(stretch.text, document, take))
      fail(*error, stretch.first_line);
  }
  return stream;
}

absl::StatusOr<std::string> ReadAll(const std::string& path, const Environment& environment) {
  if (path != "-") return environment.files->Read(path, Budgets{}.file_bytes);
  return std::string(std::istreambuf_iterator<char>(*environment.in), {});
}

// ---- answering

const Json& Member(const Json& json, const char* key) {
  static const Json kNull;
  if (!json.is_object()) return kNull;
  const auto it = json.find(key);
  return it == json.end() ? kNull : *it;
}

std::string StringMember(const Json& json, const char* key) {
  const Json& value = Member(json, key);
  return value.is_string() ? value.get<std::string>() : "";
}

// Whether requirement `r` of a field (or label) selector is one that the API server takes.
bool ValidRequirement(const Json& r, bool field) {
  const std::string op = StringMember(r, "operator");
  const Json& list = Member(r, "values");
  const size_t values = list.is_array() ? list.size() : 0;
  if (field) return (op == "In" || op == "NotIn") && values == 1;
  if (op == "Exists" || op == "DoesNotExist") return values == 0;
  return (op == "In" || op == "NotIn") && values > 0;
}

// What status.evaluationError says about one selector, or "".
std::string SelectorError(const Json& attributes, const char* name, bool field) {
  const Json& selector = Member(attributes, name);
  if (!selector.is_object()) return "";
  const std::string raw = StringMember(selector, "rawSelector");
  bool failed = !raw.empty() && !(field ? IsValidFieldSelector(raw) : ParseLabelSelector(raw).ok());
  bool some_hold = false;
  if (const Json& requirements = Member(selector, "requirements");
      requirements.is_array() && !requirements.empty()) {
    const auto valid = std::count_if(requirements.begin(), requirements.end(),
                                     [&](const Json& r) { return ValidRequirement(r, field); });
    failed = valid < static_cast<std::ptrdiff_t>(requirements.size());
    some_hold = valid > 0;
  }
  if (!failed) return "";
  return absl::StrCat("spec.resourceAttributes.", name, some_hold ? " partially" : "",
                      " ignored due to parse error");
}

RequestAttributes RequestOf(const Json& resource, const Json& path) {
  if (path.is_object()) {
    return {.resource_request = false,
            .verb = StringMember(path, "verb"),
            .path = StringMember(path, "path")};
  }
  return {.verb = StringMember(resource, "verb"),
          .api_group = StringMember(resource, "group"),
          .resource = StringMember(resource, "resource"),
          .subresource = StringMember(resource, "subresource"),
          .namespace_ = StringMember(resource, "namespace"),
          .name = StringMember(resource, "name")};
}

class Reviewer {
 public:
  explicit Reviewer(const ReviewSource& source) : source_(source), authorizer_(source.policy) {}

  // Fills in review.status.
  ReviewAnswer Review(Json& review) const {
    const Json& spec = Member(review, "spec");
    const Json& resource = Member(spec, "resourceAttributes");
    const Json& path = Member(spec, "nonResourceAttributes");
    const UserInfo user = UserOf(review, spec);
    const RequestAttributes request = RequestOf(resource, path);
    ReviewAnswer answer{.request = request, .subject = user.name};
    if (resource.is_object() == path.is_object()) {
      answer.error = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    } else if (user.name.empty() && user.groups.empty()) {
      answer.error = "at least one of user or group must be specified";
    }
    if (!answer.error.empty()) {
      review["status"] = {{"allowed", false}, {"evaluationError", answer.error}};
      return answer;
    }
    const Decision decision = authorizer_.Authorize(user, request);
    Json status = {{"allowed", decision.allowed}};
    answer.state = decision.allowed ? LiveState::kYes : LiveState::kNo;
    answer.reason = authorizer_.Reason(user, request, decision);
    if (!answer.reason.empty()) status["reason"] = answer.reason;
    std::vector<std::string> errors = {SelectorError(resource, "fieldSelector", true),
                                       SelectorError(resource, "labelSelector", false)};
    std::erase(errors, "");
    if (!errors.empty()) {
      status["evaluationError"] = absl::StrJoin(errors, "; ");
      if (!answer.reason.empty()) errors.insert(errors.begin(), answer.reason);
      answer.reason = absl::StrJoin(errors, "; ");
    }
    review["status"] = std::move(status);
    return answer;
  }

 private:
  // A self review is asked by the user of the command line; the others name theirs, and no group is
  // added.
  UserInfo UserOf(const Json& review, const Json& spec) const {
    if (StringMember(review, "kind") == "SelfSubjectAccessReview") return source_.user;
    UserInfo user{.name = StringMember(spec, "user")};
    const Json& groups =
        Member(spec, Member(spec, "groups").is_array() ? "groups" : "group");  // v1beta1: group
    if (!groups.is_array()) return user;
    for (const Json& group : groups) {
      if (group.is_string()) user.groups.push_back(group.get<std::string>());
    }
    return user;
  }

  const ReviewSource& source_;
  const Authorizer authorizer_;
};

std::string ReviewsText(const std::vector<Json>& reviews) {
  std::string text;
  for (const Json& review : reviews) {
    const Json& spec = Member(review, "spec");
    const Json& status = Member(review, "status");
    const RequestAttributes request =
        RequestOf(Member(spec, "resourceAttributes"), Member(spec, "nonResourceAttributes"));
    absl::StrAppend(&text, Member(status, "allowed") == true ? "yes" : "no ", "  ",
                    Printable(StringMember(spec, "user")), ": ",
                    Printable(DescribeRequest(request)));
    for (const char* key : {"reason", "evaluationError"}) {
      const std::string why = StringMember(status, key);
      absl::StrAppend(&text, why.empty() ? "" : "   ", Printable(why));
    }
    text += "\n";
  }
  return text;
}

absl::Status PrintReviews(const Options& options, const std::vector<Json>& reviews,
                          const CanIReport& report, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(
      const std::vector<Output> outputs,
      MakeOutputs(options.output, {kReviewFormats.begin(), kReviewFormats.end()}));
  WECAN_RETURN_IF_ERROR(CheckOutputFiles(outputs, DumpPaths(options.review), *environment.files));
  const auto list = [&]() -> Json {
    return {{"apiVersion", "v1"}, {"kind", "List"}, {"items", reviews}};
  };
  const auto render = [&](const Output& output) -> std::string {
    if (output.format == "json") return DumpJson(list());
    if (output.format == "yaml") return DumpYaml(list());
    if (output.format == "junit") return CanIJunit(report);
    if (output.format == "markdown") return CanIMarkdown(report);
    return ReviewsText(reviews);
  };
  return WriteOutputs(outputs, options.global.quiet, render, environment);
}

absl::StatusOr<ExitCode> Reviews(const Options& options, Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const ReviewSource source, MakeReviewSource(options, environment));
  const std::string& path = options.review.reviews;
  WECAN_ASSIGN_OR_RETURN(const std::string text, ReadAll(path, environment));
  ReviewStream stream = ParseReviews(text);
  if (stream.reviews.empty() && stream.errors.empty())
    stream.errors.emplace_back("no SubjectAccessReview in it");

  CanIReport report = OfflineReport(CanIKind::kReviews, source);
  for (const std::string& e : stream.errors) report.errors.push_back({path, e});
  const Reviewer reviewer(source);
  bool all_allowed = true;
  for (size_t i = 0; i < stream.reviews.size(); ++i) {
    ReviewAnswer answer = reviewer.Review(stream.reviews[i]);
    if (!answer.error.empty())
      stream.errors.push_back(absl::StrCat("review ", i + 1, ": ", answer.error));
    all_allowed &= answer.allowed();
    report.clusters[0].answers.push_back(std::move(answer));
  }
  for (const std::string& e : stream.errors)
    *environment.err << "wecan: " << Printable(path) << ": " << Printable(e) << "\n";
  const ExitCode code = !stream.errors.empty() ? ExitCode::kUsage
                        : all_allowed          ? ExitCode::kOk
                                               : ExitCode::kFindings;
  WECAN_RETURN_IF_ERROR(PrintReviews(options, stream.reviews, report, environment));
  return code;
}

}  // namespace

ExitCode RunReviews(const Options& options, Environment& environment) {
  const absl::StatusOr<ExitCode> code = Reviews(options, environment);
  return code.ok() ? *code : Fail(code.status(), environment);
}

}  // namespace wecan
