// SPDX-License-Identifier: Apache-2.0
// "# wecan:ignore WEC103 -- reason" in the comments in front of a document or on a `kind:` line,
// and the annotation ignore.wecan/WEC103. Comments are looked for in the text, for parsers drop
// them.
#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "src/input/contents.h"

namespace wecan {
namespace {

constexpr absl::string_view kMark = "wecan:ignore";
constexpr absl::string_view kPrefix = "ignore.wecan/";
constexpr absl::string_view kForm = "write \"# wecan:ignore WEC103 -- why\"";

uint32_t CountChars(absl::string_view text) {
  return static_cast<uint32_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// One comment with the mark: its place in the stretch, and what stands behind the mark.
struct IgnoreComment {
  Span span;
  absl::string_view rest;
  bool in_scalar = false;
};

// Every `#`, blanks and kMark in the text, in order.
std::vector<IgnoreComment> FindIgnoreComments(absl::string_view text) {
  std::vector<IgnoreComment> comments;
  uint32_t line = 0;
  size_t counted = 0;  // lines are counted up to here
  for (size_t at = text.find(kMark); at != absl::string_view::npos;) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t newline = text.rfind('\n', at);
    const size_t start = newline == absl::string_view::npos ? 0 : newline + 1;
    const absl::string_view before =
        absl::StripTrailingAsciiWhitespace(text.substr(start, at - start));
    const bool is_comment = absl::EndsWith(before, "#") &&
                            (before.size() == 1 || absl::ascii_isspace(before[before.size() - 2]));
    if (is_comment) {
      line += static_cast<uint32_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(counted),
                                               text.begin() + static_cast<std::ptrdiff_t>(start),
                                               '\n'));
      counted = start;
      const absl::string_view comment =
          absl::StripTrailingAsciiWhitespace(text.substr(start, end - start));
      comments.push_back(
          {.span = {line, CountChars(before) - 1, line, CountChars(comment)},
           .rest = comment.substr(std::min(comment.size(), at - start + kMark.size()))});
    }
    at = text.find(kMark, end);
  }
  return comments;
}

// Leaves out what stands inside a scalar, where `#` starts no comment. Both are in the order of the
// text.
void DropTextInScalars(const Document& document, std::vector<IgnoreComment>& comments) {
  using Place = std::pair<uint32_t, uint32_t>;
  auto comment = comments.begin();
  for (const Node& node : document.nodes()) {
    const Span& s = node.span;
    if (node.kind != NodeKind::kScalar) continue;
    const auto at = [&] { return Place(comment->span.line, comment->span.column); };
    while (comment != comments.end() && at() < Place(s.line, s.column)) ++comment;
    for (; comment != comments.end() && at() < Place(s.end_line, s.end_column); ++comment)
      comment->in_scalar = true;
    if (comment == comments.end()) break;
  }
  std::erase_if(comments, [](const IgnoreComment& c) { return c.in_scalar; });
}

// The object at `begin` and what stands in it: manifests of a ManifestWork, entries of a Binding.
int EndOfObject(const std::vector<Object>& objects, int begin) {
  const Object& outer = objects[begin];
  size_t end = static_cast<size_t>(begin) + 1;
  const auto inside = [&](const Object& o) {
    return (outer.work < 0 && o.work >= 0) || (outer.binding < 0 && o.binding >= 0);
  };
  while (end < objects.size() && inside(objects[end])) ++end;
  return static_cast<int>(end);
}

struct ObjectRange {
  int begin = 0, end = 0;
};

class CommentReader {
 public:
  CommentReader(Extraction& extraction, const Document& document, int first_object)
      : extraction_(extraction), document_(document), first_object_(first_object) {
    Value kind;
    document.root().Find("kind", &kind);
    if (kind) root_kind_line_ = kind.span().line;
    const std::vector<Object>& objects = extraction.input().objects;
    for (size_t i = first_object; i < objects.size(); ++i)
      at_line_.try_emplace(objects[i].location.line, static_cast<int>(i));
  }

  void Read(const IgnoreComment& comment) {
    const std::optional<ObjectRange> objects = ObjectsOf(comment.span.line);
    if (!objects) {
      Remark(comment,
             "a comment wecan:ignore counts only in front of a document or on the kind: line of an "
             "object; move it there");
      return;
    }
    AddRules(comment, *objects);
  }

 private:
  void Remark(const IgnoreComment& comment, std::string message) {
    extraction_.Report("WEC903", Level::kWarning, std::move(message),
                       extraction_.Locate(comment.span));
  }

  std::optional<ObjectRange> ObjectsOf(uint32_t line) const {
    const std::vector<Object>& objects = extraction_.input().objects;
    if (line < document_.root().span().line || line == root_kind_line_)
      return ObjectRange{first_object_, static_cast<int>(objects.size())};
    const auto object = at_line_.find(extraction_.Locate(Span{line, 0, line, 0}).line);
    if (object == at_line_.end()) return std::nullopt;
    return ObjectRange{object->second, EndOfObject(objects, object->second)};
  }

  void AddRules(const IgnoreComment& comment, const ObjectRange& objects) {
    if (!comment.rest.empty() && !absl::ascii_isspace(comment.rest[0])) {
      Remark(comment, absl::StrCat("this does not read as a suppression; ", kForm));
      return;
    }
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(comment.rest, absl::MaxSplits(" --", 1));
    const std::vector<absl::string_view> rules =
        absl::StrSplit(parts.first, absl::ByAnyChar(", \t"), absl::SkipEmpty());
    const absl::string_view reason = absl::StripAsciiWhitespace(parts.second);
    if (rules.empty() || reason.empty()) {
      Remark(comment, absl::StrCat(rules.empty() ? "no rule" : "no reason",
                                   " in this suppression, so it counts for nothing; ", kForm));
      return;
    }
    const SourceLocation location = extraction_.Locate(comment.span);
    for (absl::string_view rule : rules) {
      extraction_.input().suppressions.push_back({.source = SuppressionSource::kComment,
                                                  .rule = std::string(rule),
                                                  .reason = std::string(reason),
                                                  .location = location,
                                                  .begin_object = objects.begin,
                                                  .end_object = objects.end});
    }
  }

  Extraction& extraction_;
  const Document& document_;
  const int first_object_;
  std::optional<uint32_t> root_kind_line_;
  absl::flat_hash_map<uint32_t, int> at_line_;  // of the `kind:` of objects, 1-based in the file
};

}  // namespace

void ExtractIgnoreComments(Extraction& extraction, const Document& document, int first_object) {
  if (extraction.input().objects.size() == static_cast<size_t>(first_object)) return;
  std::vector<IgnoreComment> comments = FindIgnoreComments(extraction.text());
  DropTextInScalars(document, comments);
  if (comments.empty()) return;
  CommentReader reader(extraction, document, first_object);
  for (const IgnoreComment& comment : comments) reader.Read(comment);
}

void ExtractIgnoreAnnotations(Extraction& extraction, const Value& annotations, int object) {
  annotations.ForEachEntry([&](const Value& key, const Value& value) {
    absl::string_view rule = key.text();
    if (!absl::ConsumePrefix(&rule, kPrefix)) return;
    const SourceLocation location = extraction.Locate(key, value);
    const auto remark = [&](std::string message) {
      extraction.Report("WEC903", Level::kWarning, std::move(message), location);
    };
    if (!value.IsString() && !value.IsNull()) {
      remark(absl::StrCat("the reason of ", key.text(),
                          " is no string, so it counts for nothing; put it in quotes"));
      return;
    }
    if (value.plain() && !value.IsNull() && !annotations.flow() &&
        extraction.IsCutByComment(value)) {
      remark(absl::StrCat("YAML ends the reason of ", key.text(),
                          " at \" #\", the rest is a comment; put the reason in quotes"));
    }
    extraction.input().suppressions.push_back(
        {.source = SuppressionSource::kAnnotation,
         .rule = std::string(rule),
         .reason = std::string(value.text()),
         .location = location,
         .begin_object = object,
         .end_object = EndOfObject(extraction.input().objects, object)});
  });
}

}  // namespace wecan
