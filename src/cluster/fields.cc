// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/fields.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/base/utf8.h"
#include "src/input/manifest_reader.h"
#include "src/input/parse.h"

namespace wecan {
namespace {

absl::Status Error(const std::string& path, const Span& span, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ":", span.line + 1, ":", span.column + 1, ": ", what));
}

// What a document must not be; its messages name no key, which might be anything.
absl::Status CheckDocument(const std::string& path, const Document& document) {
  if (document.complex_key())
    return Error(path, *document.complex_key(), "a key that is no plain name");
  if (document.flow_mapping_key())
    return Error(path, *document.flow_mapping_key(), "a key that is no plain name");
  if (document.bad_merge()) return Error(path, *document.bad_merge(), "<<: this is no mapping");
  const Value root = document.root();
  if (root && !root.IsMapping() && !root.IsNull())
    return Error(path, root.span(), "the file is no mapping of keys");
  return absl::OkStatus();
}

// The parser's own words may quote the text: the name of an alias is what stands behind a star, and
// a password may start with one.
absl::string_view InWords(const SyntaxError& error) {
  return error.budget ? "too large or too deep, after aliases" : "this is not valid YAML";
}

std::string Field(absl::string_view where, absl::string_view key) {
  return where.empty() ? std::string(key) : absl::StrCat(where, ".", key);
}

bool Absent(const Value& value) { return !value || value.IsNull(); }

// nullopt if it is no base64. Source: Go encoding/base64 StdEncoding.
std::optional<std::string> DecodeBase64(absl::string_view text) {
  std::string letters;
  letters.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(letters),
               [](char c) { return c != '\n' && c != '\r'; });
  absl::string_view body = letters;
  if (body.size() % 4 != 0) return std::nullopt;
  if (absl::ConsumeSuffix(&body, "=")) absl::ConsumeSuffix(&body, "=");
  const bool good = std::all_of(body.begin(), body.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/';
  });
  std::string data;
  if (!good || !absl::Base64Unescape(letters, &data)) return std::nullopt;
  return data;
}

}  // namespace

absl::Status ReadFirstDocument(const std::string& path, absl::string_view text,
                               const Budgets& budgets,
                               absl::FunctionRef<absl::Status(Value)> read) {
  const auto whole = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
  };
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  if (!NotText(text).empty()) return whole("this is no text");
  if (!IsValidUtf8(text)) return whole("this is not UTF-8; save it as UTF-8");
  Document document(budgets);
  bool done = false;
  absl::Status status;
  const std::optional<SyntaxError> error = ParseYaml(text, document, [&](const Document& d) {
    if (done) return;
    done = true;
    status = CheckDocument(path, d);
    if (status.ok()) status = read(d.root());
  });
  if (done || !error) return status;
  if (error->line == 0) return whole(InWords(*error));
  return Error(path, {.line = error->line - 1, .column = error->column - 1}, InWords(*error));
}

absl::Status FieldReader::At(const Value& value, absl::string_view field,
                             absl::string_view what) const {
  return Error(path_, value.span(), absl::StrCat(field, ": ", what));
}

absl::Status FieldReader::WrongType(const Value& value, absl::string_view field,
                                    absl::string_view type) const {
  const bool quote = type == "a string" && value.IsScalar();
  return At(value, field,
            absl::StrCat("this is ", TypeInWords(value), ", not ", type,
                         quote ? "; put it in quotes if it is meant" : ""));
}

absl::Status FieldReader::Take(const Value& value, absl::string_view field, std::string& out) {
  if (!value.IsString()) return WrongType(value, field, "a string");
  if (value.text().size() > left_) return At(value, field, "too much text in all, after aliases");
  left_ -= value.text().size();
  out = std::string(value.text());
  return absl::OkStatus();
}

absl::Status FieldReader::Text(const Value& mapping, absl::string_view key, absl::string_view where,
                               std::string& out) {
  const Value value = mapping[key];
  return Absent(value) ? absl::OkStatus() : Take(value, Field(where, key), out);
}

absl::Status FieldReader::Hidden(const Value& mapping, absl::string_view key,
                                 absl::string_view where, Secret& out) {
  std::string text;
  WECAN_RETURN_IF_ERROR(Text(mapping, key, where, text));
  out = Secret(std::move(text));
  return absl::OkStatus();
}

absl::Status FieldReader::Data(const Value& mapping, absl::string_view key, absl::string_view where,
                               Secret& out) {
  std::string text;
  WECAN_RETURN_IF_ERROR(Text(mapping, key, where, text));
  std::optional<std::string> data = DecodeBase64(text);
  if (!data) return At(mapping[key], Field(where, key), "this is no base64");
  out = Secret(*std::move(data));
  return absl::OkStatus();
}

absl::Status FieldReader::Flag(const Value& mapping, absl::string_view key, absl::string_view where,
                               bool& out) {
  const Value value = mapping[key];
  if (Absent(value)) return absl::OkStatus();
  if (!value.IsScalar() || value.type() != ScalarType::kBool)
    return WrongType(value, Field(where, key), "true or false");
  out = value.IsTrue();
  return absl::OkStatus();
}

absl::Status FieldReader::Texts(const Value& mapping, absl::string_view key,
                                absl::string_view where, std::vector<std::string>& out) {
  const Value list = mapping[key];
  if (Absent(list)) return absl::OkStatus();
  if (!list.IsSequence()) return WrongType(list, Field(where, key), "a list of strings");
  absl::Status status;
  list.ForEachItem([&](const Value& item) {
    if (!status.ok()) return;
    out.emplace_back();
    if (!item.IsNull())
      status = Take(item, absl::StrCat(Field(where, key), "[", out.size() - 1, "]"), out.back());
  });
  return status;
}

absl::Status FieldReader::Items(const Value& mapping, absl::string_view key,
                                absl::string_view where, ReadItem read) {
  const Value list = mapping[key];
  if (Absent(list)) return absl::OkStatus();
  if (!list.IsSequence()) return WrongType(list, Field(where, key), "a list of mappings");
  absl::Status status;
  size_t i = 0;
  list.ForEachItem([&](const Value& item) {
    if (!status.ok()) return;
    const std::string name = absl::StrCat(Field(where, key), "[", i++, "]");
    status =
        item.IsMapping() || item.IsNull() ? read(item, name) : WrongType(item, name, "a mapping");
  });
  return status;
}

absl::Status FieldReader::Mapping(const Value& mapping, absl::string_view key,
                                  absl::string_view where, Value& out) {
  const Value value = mapping[key];
  if (Absent(value)) return absl::OkStatus();
  if (!value.IsMapping()) return WrongType(value, Field(where, key), "a mapping");
  out = value;
  return absl::OkStatus();
}

}  // namespace wecan
