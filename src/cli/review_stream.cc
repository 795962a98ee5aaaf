// SPDX-License-Identifier: Apache-2.0
#include "src/cli/review_stream.h"

#include <istream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "src/input/manifest_reader.h"
#include "src/input/parse.h"

namespace wecan {
namespace {

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

}  // namespace

absl::StatusOr<ReviewStream> ReadReviewStream(const std::string& path,
                                              const Environment& environment) {
  WECAN_ASSIGN_OR_RETURN(const std::string text, ReadAll(path, environment));
  ReviewStream stream = ParseReviews(text);
  if (stream.reviews.empty() && stream.errors.empty())
    stream.errors.emplace_back("no SubjectAccessReview in it");
  return stream;
}

RequestAttributes RequestOf(const Json& review) {
  const Json& resource = Member(Member(review, "spec"), "resourceAttributes");
  const Json& path = Member(Member(review, "spec"), "nonResourceAttributes");
  if (path.is_object() && !resource.is_object()) {
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

std::optional<UserInfo> UserOf(const Json& review) {
  if (StringMember(review, "kind") == "SelfSubjectAccessReview") return std::nullopt;
  const Json& spec = Member(review, "spec");
  const char* groups = Member(spec, "groups").is_array() ? "groups" : "group";  // v1beta1: group
  return UserInfo{StringMember(spec, "user"), StringMembers(spec, groups)};
}

}  // namespace wecan
