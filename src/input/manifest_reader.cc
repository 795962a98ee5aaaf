// SPDX-License-Identifier: Apache-2.0
#include "src/input/manifest_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/requirements/kind_rules.h"
#include "src/input/parse.h"

namespace wecan {
namespace {

constexpr absl::string_view kBraces = "{{";

// What the manifest being read stands in.
struct Context {
  int work = -1;        // inside this ManifestWork
  bool nested = false;  // an item of a List or a manifest of a ManifestWork, not a document
  absl::string_view api_version;  // inherited from a typed List
  absl::string_view kind;
};

std::pair<std::string, std::string> SplitApiVersion(absl::string_view api_version) {
  const size_t slash = api_version.find('/');
  if (slash == absl::string_view::npos) return {"", std::string(api_version)};
  return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

// Reads the manifests of one document. Recursion goes over nested Lists and ManifestWorks alone,
// and the depth of the document is within its budget.
class ObjectReader {
 public:
  explicit ObjectReader(Extraction& extraction) : extraction_(extraction) {}

  void Read(const Value& value, const Context& context) {
    if (!value.IsMapping()) {
      if (context.nested)
        extraction_.Error(value, "this item is no Kubernetes object, it has to be a mapping");
      return;
    }
    Value kind_key;
    const Value kind = value.Find("kind", &kind_key);
    const Value api_version = value["apiVersion"];
    const auto kind_text = kind                   ? kind.AsString()
                           : context.kind.empty() ? std::nullopt
                                                  : std::make_optional(context.kind);
    const auto api_text = api_version                   ? api_version.AsString()
                          : context.api_version.empty() ? std::nullopt
                                                        : std::make_optional(context.api_version);
    if (!kind_text || !api_text || kind_text->empty() || api_text->empty()) {
      ReportNoType(value, kind, api_version, context);
      return;
    }
    if (IsTemplateText(*kind_text) || IsTemplateText(*api_text)) {
      MarkTemplate(value);
      return;
    }
    if (absl::EndsWith(*kind_text, "List") && value["items"]) {
      ReadList(value, *kind_text, *api_text, context);
      return;
    }
    if (!value["metadata"] && !context.nested) return;  // configuration of some component
    // A kind that a merge key brings along stands elsewhere, perhaps once for many objects.
    const Span whole = value.span();
    const bool own =
        kind && kind_key.span().line >= whole.line && kind_key.span().line <= whole.end_line;
    const SourceLocation location =
        own ? extraction_.Locate(kind_key, kind) : extraction_.Locate(value);
    ReadObject(value, *kind_text, *api_text, location, context);
  }

 private:
  static bool IsTemplateText(absl::string_view text) { return absl::StrContains(text, kBraces); }

  void MarkTemplate(const Value& value) {
    Contents& contents = extraction_.contents();
    if (!contents.is_template) contents.template_location = extraction_.Locate(value);
    contents.is_template = true;
  }

  // Something that lacks apiVersion or kind, or has them of the wrong type: an error where an
  // object has to stand, or where everything else says that one was meant.
  void ReportNoType(const Value& value, const Value& kind, const Value& api_version,
                    const Context& context) {
    if (context.nested) {
      extraction_.Error(value,
                        "this item has no apiVersion and kind, so it cannot be told what it is");
    } else if (kind && api_version && value["metadata"].IsMapping() && !kind.IsNull() &&
               !api_version.IsNull()) {
      if (!kind.IsString()) extraction_.String(value, "kind", "kind");
      if (!api_version.IsString()) extraction_.String(value, "apiVersion", "apiVersion");
    }
  }

  void ReadList(const Value& value, absl::string_view kind, absl::string_view api_version,
                const Context& context) {
    const Value items = value["items"];
    if (items.IsNull()) return;
    if (!items.IsSequence()) {
      extraction_.Error(items, absl::StrCat("items of this ", kind, " is not a list"));
      return;
    }
    Context inner{.work = context.work, .nested = true};
    if (absl::ConsumeSuffix(&kind, "List"); !kind.empty()) {
      inner.kind = kind;
      inner.api_version = api_version;
    }
    items.ForEachItem([&](const Value& item) { Read(item, inner); });
  }

  void ReadObject(const Value& value, absl::string_view kind, absl::string_view api_version,
                  const SourceLocation& location, const Context& context) {
    auto [group, version] = SplitApiVersion(api_version);
    if (IsClientSide(group.empty() ? version : group)) return;
    if (value["$patch"])
      return;  // a Kustomize patch: part of an object, or the order to leave one out
    Object o{.group = std::move(group),
             .version = std::move(version),
             .kind = std::string(kind),
             .location = location,
             .source = extraction_.helm_source(),
             .work = context.work};
    const Value metadata = value["metadata"];
    if (!ReadMetadata(metadata, o)) return;
    if (!o.expand_templates && (IsTemplateText(o.name) || IsTemplateText(o.namespace_))) {
      MarkTemplate(metadata);
      return;
    }
    if (o.group == "storage.k8s.io" && o.kind == "StorageClass") {
      o.recreated_by_default = !IsSet(value["reclaimPolicy"]) || !IsSet(value["volumeBindingMode"]);
    }
    const int index = static_cast<int>(extraction_.input().objects.size());
    extraction_.input().objects.push_back(std::move(o));
    ReadBody(value, index);
    if (extraction_.may_suppress())
      ExtractIgnoreAnnotations(extraction_, metadata["annotations"], index);
  }

  static bool IsSet(const Value& value) { return value && !value.IsNull(); }

  // False if the object is not to be checked: its metadata is wrong (reported), or it says that it
  // stays at home.
  bool ReadMetadata(const Value& metadata, Object& o) {
    if (!metadata || metadata.IsNull()) return true;
    if (!metadata.IsMapping()) {
      extraction_.Error(metadata, "metadata is not a mapping");
      return false;
    }
    const Value annotations = metadata["annotations"];
    if (annotations["config.kubernetes.io/local-config"].text() == "true") return false;
    o.expand_templates = annotations["control.kubestellar.io/expand-templates"].text() == "true";
    const auto name = extraction_.String(metadata, "name", "metadata.name");
    const auto ns = extraction_.String(metadata, "namespace", "metadata.namespace");
    const auto generate_name =
        extraction_.String(metadata, "generateName", "metadata.generateName");
    if (!name || !ns || !generate_name) return false;
    o.name = *name;
    o.namespace_ = *ns;
    o.generate_name = !generate_name->empty();
    o.labels = extraction_.StringMap(metadata["labels"], "label");
    return true;
  }

  void ReadBody(const Value& value, int index) {
    const Object& o =
        extraction_.input().objects[index];  // until more is read: that moves the list
    if (o.group == kRbacGroup) {
      ExtractRbac(extraction_, value, index);
    } else if (o.group == "apiextensions.k8s.io" && o.kind == "CustomResourceDefinition") {
      ExtractCustomResourceDefinition(extraction_, value);
    } else if (o.work >= 0) {
      return;  // what steers does not steer from inside a ManifestWork
    } else if (o.group == "control.kubestellar.io" && o.kind == "BindingPolicy") {
      ExtractBindingPolicy(extraction_, value, index);
    } else if (o.group == "control.kubestellar.io" && o.kind == "Binding") {
      ExtractBinding(extraction_, value, index);
    } else if (o.group == "work.open-cluster-management.io" &&
               absl::StartsWith(o.kind, "ManifestWork")) {
      const Value manifests = ExtractManifestWork(extraction_, value, index);
      const Context inner{.work = static_cast<int>(extraction_.input().works.size()) - 1,
                          .nested = true};
      manifests.ForEachItem([&](const Value& manifest) { Read(manifest, inner); });
    }
  }

  Extraction& extraction_;
};

// The file in Helm's "# Source: chart/templates/x.yaml" among the leading comments, or "".
std::string HelmSource(absl::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    absl::string_view line = absl::StripAsciiWhitespace(text.substr(0, end));
    if (absl::ConsumePrefix(&line, "# Source: ")) return std::string(line);
    if (!line.empty() && line[0] != '#' && line != "---") return "";
    if (end == absl::string_view::npos) return "";
    text.remove_prefix(end + 1);
  }
  return "";
}

// Whether a line of `text` starts with `apiVersion:` or `kind:`, plain or as a JSON key.
bool ShowsKubernetes(absl::string_view text) {
  for (absl::string_view key : {"apiVersion:", "kind:"}) {
    for (size_t at = text.find(key); at != absl::string_view::npos; at = text.find(key, at + 1)) {
      if (at == 0 || text[at - 1] == '\n') return true;
    }
  }
  return LooksLikeJson(text) &&
         (absl::StrContains(text, "\"apiVersion\"") || absl::StrContains(text, "\"kind\""));
}

// libyaml's message, and what to do where that is known.
std::string ExplainSyntaxError(const SyntaxError& error, absl::string_view text) {
  if (absl::StrContains(error.message, "UTF-8"))
    return absl::StrCat("this is not UTF-8 (", error.message, "); save it as UTF-8");
  if (!absl::StrContains(error.message, "cannot start any token") || error.line == 0)
    return error.message;
  for (uint32_t line = 1; line < error.line; ++line)
    text.remove_prefix(std::min(text.size(), text.find('\n') + 1));
  if (text.size() < error.column) return error.message;
  const char c = text[error.column - 1];
  if (c == '\t') return "a tab cannot indent YAML; use blanks";
  return absl::StrCat("a value cannot start with '", absl::string_view(&c, 1),
                      "'; put it in quotes");
}

enum class Comments { kRead, kPassOver };

// Takes over one parsed document.
void TakeDocument(const Document& document, Comments comments, Extraction& extraction) {
  Contents& contents = extraction.contents();
  const size_t objects_before = contents.input.objects.size();
  ObjectReader(extraction).Read(document.root(), {});
  if (comments == Comments::kRead && extraction.may_suppress())
    ExtractIgnoreComments(extraction, document, static_cast<int>(objects_before));
  if (contents.input.objects.size() > objects_before) {
    for (const DuplicateKey& d : document.duplicates()) {
      extraction.Report(
          "WEC906", Level::kWarning,
          absl::StrCat("key \"", d.key, "\" stands twice in one mapping; the last one counts"),
          extraction.Locate(d.span));
    }
  }
  ++contents.documents;
}

// A document that did not parse, or that kubectl's parser would refuse.
void TakeBroken(const SyntaxError& error, absl::string_view text, bool file_has_braces,
                Extraction& extraction) {
  Contents& contents = extraction.contents();
  Span place{error.line == 0 ? 0 : error.line - 1, error.column == 0 ? 0 : error.column - 1};
  place.end_line = place.line;
  place.end_column = place.column;
  const SourceLocation location = extraction.Locate(place);
  if (file_has_braces && !error.budget) {
    if (!contents.is_template) contents.template_location = location;
    contents.is_template = true;
  } else if (error.budget || ShowsKubernetes(text)) {
    extraction.Report("WEC901", Level::kError, ExplainSyntaxError(error, text), location);
  }
  ++contents.documents;
}

// What YAML allows and kubectl does not: keys that are no scalars (a flow mapping as a key is how
// `{{ .x }}` reads), and merge keys without a mapping.
bool TakeRefused(const Document& document, absl::string_view text, Extraction& extraction) {
  const auto refuse = [&](const Span& span, const char* why, bool is_template) {
    TakeBroken({why, span.line + 1, span.column + 1}, text, is_template, extraction);
    return true;
  };
  if (document.flow_mapping_key())
    return refuse(*document.flow_mapping_key(), "a mapping key is no scalar", true);
  if (document.complex_key())
    return refuse(*document.complex_key(), "a mapping key is no scalar", false);
  if (document.bad_merge())
    return refuse(*document.bad_merge(), "a merge key needs a mapping or a list of mappings",
                  false);
  return false;
}

bool OnlyBlanksAndComments(absl::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const absl::string_view line = absl::StripAsciiWhitespace(text.substr(0, end));
    if (!line.empty() && line[0] != '#') return false;
    if (end == absl::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
  return true;
}

// A stretch of directives alone (`%YAML 1.2`): they belong to the document behind their `---`.
bool OnlyDirectives(absl::string_view text) {
  return absl::StartsWith(text, "%") && !ShowsKubernetes(text);
}

void ReadStretch(const Stretch& stretch, bool file_has_braces, const Budgets& budgets,
                 Document& document, Contents& contents) {
  if (OnlyBlanksAndComments(stretch.text) || OnlyDirectives(stretch.text)) return;
  Extraction extraction(contents, stretch.text, stretch.first_line, HelmSource(stretch.text));
  if (stretch.text.size() > budgets.document_bytes) {
    TakeBroken(
        {absl::StrCat("this document is larger than ", budgets.document_bytes, " bytes; split it"),
         1, 1, true},
        stretch.text, false, extraction);
    return;
  }
  // The comments of a stretch are those of its first document; behind a `...` stands another one.
  Comments comments = Comments::kRead;
  const std::optional<SyntaxError> error =
      ParseYaml(stretch.text, document, [&](const Document& d) {
        if (!TakeRefused(d, stretch.text, extraction)) TakeDocument(d, comments, extraction);
        comments = Comments::kPassOver;
      });
  if (error) TakeBroken(*error, stretch.text, file_has_braces, extraction);
}

}  // namespace

std::vector<Stretch> SplitDocuments(absl::string_view text) {
  std::vector<Stretch> stretches;
  size_t begin = 0;
  uint32_t line = 0;
  const auto add = [&](size_t end) {
    stretches.push_back({text.substr(begin, end - begin), line});
    line +=
        static_cast<uint32_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                         text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    begin = end;
  };
  for (size_t at = text.find("\n---"); at != absl::string_view::npos;
       at = text.find("\n---", at + 1)) {
    const size_t behind = at + 4;
    const bool splits = behind == text.size() || absl::ascii_isspace(text[behind]);
    // Comments before the first `---` are about the document behind it.
    const bool only_comments = begin == 0 && OnlyBlanksAndComments(text.substr(0, at + 1));
    if (splits && !only_comments) add(at + 1);
  }
  add(text.size());
  return stretches;
}

std::string NotText(absl::string_view text) {
  if (absl::StartsWith(text, "\xff\xfe") || absl::StartsWith(text, "\xfe\xff")) {
    return "this is UTF-16; save it as UTF-8";
  }
  if (text.find('\0') != absl::string_view::npos) return "this is no text: it holds NUL bytes";
  return "";
}

bool LooksLikeJson(absl::string_view text) {
  const absl::string_view trimmed = absl::StripLeadingAsciiWhitespace(text);
  return !trimmed.empty() && (trimmed[0] == '{' || trimmed[0] == '[');
}

void ReadYaml(const std::vector<Stretch>& stretches, bool file_has_braces, const Budgets& budgets,
              Contents& contents) {
  Document document(budgets);
  for (const Stretch& stretch : stretches)
    ReadStretch(stretch, file_has_braces, budgets, document, contents);
}

void ReadJson(absl::string_view text, bool is_json_file, const Budgets& budgets,
              Contents& contents) {
  Document document(budgets);
  Extraction extraction(contents, text, 0, "");
  const std::optional<SyntaxError> error = ParseJson(
      text, document, [&](const Document& d) { TakeDocument(d, Comments::kPassOver, extraction); });
  if (!error) return;
  // YAML in flow style starts like JSON, and so do templates.
  const bool has_braces = absl::StrContains(text, kBraces);
  Contents as_yaml;
  ReadYaml(SplitDocuments(text), has_braces, budgets, as_yaml);
  const std::vector<Diagnostic>& diagnostics = as_yaml.input.diagnostics;
  const bool is_yaml = std::none_of(diagnostics.begin(), diagnostics.end(),
                                    [](const Diagnostic& d) { return d.rule == "WEC901"; });
  const bool json_meant = is_json_file || contents.documents > 0;
  if (as_yaml.is_template || (is_yaml && !is_json_file) || !json_meant) {
    contents = std::move(as_yaml);
  } else {
    TakeBroken(*error, text, false, extraction);
  }
}

}  // namespace wecan
