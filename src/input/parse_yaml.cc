// SPDX-License-Identifier: Apache-2.0
// The only file that sees libyaml: its events become calls of Document.
#include <yaml.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "src/input/parse.h"

namespace wecan {
namespace {

absl::string_view View(const yaml_char_t* text) {
  return text == nullptr ? absl::string_view()
                         : absl::string_view(reinterpret_cast<const char*>(text));
}

Span SpanOf(const yaml_event_t& event) {
  return {static_cast<uint32_t>(event.start_mark.line),
          static_cast<uint32_t>(event.start_mark.column),
          static_cast<uint32_t>(event.end_mark.line), static_cast<uint32_t>(event.end_mark.column)};
}

class YamlParser {
 public:
  explicit YamlParser(absl::string_view text) : text_(text) {
    ok_ = yaml_parser_initialize(&parser_) != 0;
    if (ok_) {
      yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                   text.size());
    }
  }
  ~YamlParser() { yaml_parser_delete(&parser_); }
  YamlParser(const YamlParser&) = delete;
  YamlParser& operator=(const YamlParser&) = delete;

  std::optional<SyntaxError> Run(Document& document, DocumentCallback on_document) {
    document.Clear();
    while (ok_) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) return ParserError();
      const yaml_event_type_t type = event.type;
      const bool taken = Take(event, document);
      yaml_event_delete(&event);
      if (!taken) return document.error();
      if (type == YAML_STREAM_END_EVENT) return std::nullopt;
      if (type == YAML_DOCUMENT_END_EVENT) {
        on_document(document);
        document.Clear();
      }
    }
    return SyntaxError{"out of memory"};
  }

 private:
  static bool Take(const yaml_event_t& event, Document& document) {
    switch (event.type) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event.data.scalar;
        const absl::string_view value(reinterpret_cast<const char*>(scalar.value), scalar.length);
        return document.Scalar(document.Keep(value), scalar.style == YAML_PLAIN_SCALAR_STYLE,
                               View(scalar.tag), View(scalar.anchor), SpanOf(event));
      }
      case YAML_MAPPING_START_EVENT:
        return document.Begin(NodeKind::kMapping,
                              event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
                              View(event.data.mapping_start.anchor), SpanOf(event));
      case YAML_SEQUENCE_START_EVENT:
        return document.Begin(NodeKind::kSequence,
                              event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
                              View(event.data.sequence_start.anchor), SpanOf(event));
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        return document.End(static_cast<uint32_t>(event.end_mark.line),
                            static_cast<uint32_t>(event.end_mark.column));
      case YAML_ALIAS_EVENT:
        return document.Alias(View(event.data.alias.anchor), SpanOf(event));
      default:
        return true;
    }
  }

  SyntaxError ParserError() const {
    const char* problem = parser_.problem == nullptr ? "not YAML" : parser_.problem;
    if (parser_.error == YAML_READER_ERROR) {
      // libyaml knows only the byte here.
      const absl::string_view before = text_.substr(0, parser_.problem_offset);
      const size_t line_start =
          before.rfind('\n') == absl::string_view::npos ? 0 : before.rfind('\n') + 1;
      return {problem, static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1,
              static_cast<uint32_t>(before.size() - line_start) + 1};
    }
    const std::string context =
        parser_.context == nullptr ? "" : absl::StrCat(parser_.context, ": ");
    return {absl::StrCat(context, problem), static_cast<uint32_t>(parser_.problem_mark.line) + 1,
            static_cast<uint32_t>(parser_.problem_mark.column) + 1};
  }

  absl::string_view text_;
  yaml_parser_t parser_;
  bool ok_ = false;
};

}  // namespace

std::optional<SyntaxError> ParseYaml(absl::string_view text, Document& document,
                                     DocumentCallback on_document) {
  return YamlParser(text).Run(document, on_document);
}

}  // namespace wecan
