// SPDX-License-Identifier: Apache-2.0
#include "src/edit/splice.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "analyzer/base/utf8.h"
#include "src/edit/source_tree.h"
#include "src/edit/splicer.h"
#include "src/edit/tree_patch.h"
#include "src/input/manifest_reader.h"
#include "src/input/parse.h"

namespace wecan {
namespace {

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string RoleName(const RoleEdit& edit) {
  return absl::StrCat(RoleKindName(edit.kind), " ", edit.namespace_,
                      edit.namespace_.empty() ? "" : "/", edit.name);
}

// ---- one role -----------------------------------------------------------------------------------

// Turns a RoleEdit into changes of the document that holds the role.
class RoleSplicer {
 public:
  RoleSplicer(const SourceTree& tree, uint32_t role, std::vector<TextEdit>& edits, TreePatch& patch)
      : tree_(tree), role_(role), splicer_(tree, role, edits, patch) {}

  absl::Status Apply(const RoleEdit& edit) {
    WECAN_ASSIGN_OR_RETURN(const std::vector<SourceEntry> entries, tree_.Entries(role_));
    // What stands deeper comes first where two changes meet at one place.
    WECAN_RETURN_IF_ERROR(Annotate(edit, entries));
    return EditRules(edit, entries);
  }

 private:
  std::optional<SourceEntry> Find(const std::vector<SourceEntry>& entries, absl::string_view key) {
    for (const SourceEntry& entry : entries) {
      if (tree_.node(entry.key).text == key) return entry;
    }
    return std::nullopt;
  }

  bool IsEmptyCollection(uint32_t index) {
    return tree_.node(index).flow && tree_.node(index).next == index + 1;
  }

  absl::Status Annotate(const RoleEdit& edit, const std::vector<SourceEntry>& role) {
    if (edit.annotations.empty()) return absl::OkStatus();
    const std::optional<SourceEntry> metadata = Find(role, "metadata");
    if (!metadata || tree_.node(metadata->value).kind != NodeKind::kMapping)
      return tree_.Refuse(role_, "the metadata of this role cannot be edited");
    WECAN_RETURN_IF_ERROR(tree_.CheckPlain(metadata->value));
    WECAN_ASSIGN_OR_RETURN(const std::vector<SourceEntry> fields, tree_.Entries(metadata->value));
    const std::optional<SourceEntry> annotations = Find(fields, "annotations");
    if (!annotations)
      return splicer_.AddEntries(metadata->value, {{"annotations", edit.annotations}});
    WECAN_RETURN_IF_ERROR(tree_.CheckPlain(annotations->value));
    if (tree_.IsNull(annotations->value) || IsEmptyCollection(annotations->value))
      return splicer_.Fill(metadata->value, *annotations, edit.annotations);
    return SetAnnotations(annotations->value, edit);
  }

  absl::Status SetAnnotations(uint32_t annotations, const RoleEdit& edit) {
    if (tree_.node(annotations).kind != NodeKind::kMapping)
      return tree_.Refuse(annotations, "annotations is no mapping; make it one");
    WECAN_ASSIGN_OR_RETURN(const std::vector<SourceEntry> entries, tree_.Entries(annotations));
    NewEntries added;
    for (const auto& [key, text] : edit.annotations) {
      const std::optional<SourceEntry> entry = Find(entries, key);
      if (!entry) {
        added.emplace_back(key, text);
        continue;
      }
      WECAN_RETURN_IF_ERROR(tree_.CheckPlain(entry->value));
      const Node& value = tree_.node(entry->value);
      if (value.kind != NodeKind::kScalar)
        return tree_.Refuse(entry->value, "the value of an annotation has to be a text");
      if (value.type != ScalarType::kString || value.text != text) splicer_.SetText(*entry, text);
    }
    return splicer_.AddEntries(annotations, added);
  }

  absl::Status EditRules(const RoleEdit& edit, const std::vector<SourceEntry>& role) {
    if (edit.rules.empty() && edit.append.empty()) return absl::OkStatus();
    std::vector<Json> added;
    for (const PolicyRule& rule : edit.append) added.push_back(RuleJson(rule));
    const std::optional<SourceEntry> rules = Find(role, "rules");
    if (!rules || tree_.IsNull(rules->value) || IsEmptyCollection(rules->value)) {
      if (!edit.rules.empty()) return NoSuchRule(edit, edit.rules[0].rule, 0);
      if (!rules) return splicer_.AddEntries(role_, {{"rules", added}});
      WECAN_RETURN_IF_ERROR(tree_.CheckPlain(rules->value));
      return splicer_.Fill(role_, *rules, added);
    }
    WECAN_RETURN_IF_ERROR(tree_.CheckPlain(rules->value));
    if (tree_.node(rules->value).kind != NodeKind::kSequence)
      return tree_.Refuse(rules->value, "rules is no list; make it one");

    const std::vector<uint32_t> items = tree_.Children(rules->value);
    absl::flat_hash_set<uint32_t> dropped, seen;
    for (const RuleEdit& rule : edit.rules) {
      if (rule.rule < 0 || static_cast<size_t>(rule.rule) >= items.size())
        return NoSuchRule(edit, rule.rule, items.size());
      const uint32_t item = items[static_cast<size_t>(rule.rule)];
      if (!seen.insert(item).second) {
        return absl::InvalidArgumentError(absl::StrCat("two edits of rule ", rule.rule, " of ",
                                                       RoleName(edit), "; make them one"));
      }
      WECAN_RETURN_IF_ERROR(tree_.CheckSubtreePlain(item));
      if (rule.drop) {
        dropped.insert(item);
      } else {
        WECAN_RETURN_IF_ERROR(EditRule(item, rule));
      }
    }
    return splicer_.EditSequence(*rules, dropped, added);
  }

  static absl::Status NoSuchRule(const RoleEdit& edit, int rule, size_t rules) {
    return absl::InvalidArgumentError(
        absl::StrCat(RoleName(edit), " has ", rules, " rules, no rule ", rule));
  }

  absl::Status EditRule(uint32_t rule, const RuleEdit& edit) {
    if (tree_.node(rule).kind != NodeKind::kMapping)
      return tree_.Refuse(rule, "this rule is no mapping; make it one");
    WECAN_ASSIGN_OR_RETURN(const std::vector<SourceEntry> entries, tree_.Entries(rule));
    NewEntries added;
    WECAN_RETURN_IF_ERROR(
        EditTexts(rule, entries, "resources", edit.add_resources, edit.remove_resources, added));
    WECAN_RETURN_IF_ERROR(
        EditTexts(rule, entries, "verbs", edit.add_verbs, edit.remove_verbs, added));
    return splicer_.AddEntries(rule, added);
  }

  // A list that is not there goes into `added`.
  absl::Status EditTexts(uint32_t rule, const std::vector<SourceEntry>& entries,
                         absl::string_view key, const std::vector<std::string>& add,
                         const std::vector<std::string>& remove, NewEntries& added) {
    if (add.empty() && remove.empty()) return absl::OkStatus();
    const std::optional<SourceEntry> entry = Find(entries, key);
    if (!entry || tree_.IsNull(entry->value)) {
      std::vector<Json> texts = Missing({}, add);
      if (texts.empty()) return absl::OkStatus();
      if (entry) return splicer_.Fill(rule, *entry, std::move(texts));
      added.emplace_back(key, std::move(texts));
      return absl::OkStatus();
    }
    if (tree_.node(entry->value).kind != NodeKind::kSequence)
      return tree_.Refuse(entry->value, absl::StrCat(key, " is no list; make it one"));
    const absl::flat_hash_set<absl::string_view> kept(add.begin(), add.end());
    const absl::flat_hash_set<absl::string_view> gone(remove.begin(), remove.end());
    absl::flat_hash_set<absl::string_view> there;
    absl::flat_hash_set<uint32_t> dropped;
    for (uint32_t item : tree_.Children(entry->value)) {
      const Node& node = tree_.node(item);
      if (node.kind != NodeKind::kScalar || tree_.IsBlockScalar(item))
        return tree_.Refuse(item, absl::StrCat("this is no simple text in ", key));
      if (node.type != ScalarType::kString) continue;
      there.insert(node.text);
      if (gone.contains(node.text) && !kept.contains(node.text)) dropped.insert(item);
    }
    return splicer_.EditSequence(*entry, dropped, Missing(std::move(there), add));
  }

  // What of `wanted` is not there, each once.
  static std::vector<Json> Missing(absl::flat_hash_set<absl::string_view> there,
                                   const std::vector<std::string>& wanted) {
    std::vector<Json> missing;
    for (const std::string& text : wanted) {
      if (there.insert(text).second) missing.push_back(text);
    }
    return missing;
  }

  const SourceTree& tree_;
  const uint32_t role_;
  Splicer splicer_;
};

// ---- one file -----------------------------------------------------------------------------------

using RoleKey = std::tuple<RoleKind, absl::string_view, absl::string_view>;

RoleKey KeyOf(const RoleEdit& edit) { return {edit.kind, edit.namespace_, edit.name}; }

class FileSplicer {
 public:
  FileSplicer(const SourceText& source, const std::vector<RoleEdit>& edits,
              const std::vector<NewDocument>& new_documents, const Budgets& budgets)
      : source_(source),
        edits_(edits),
        new_documents_(new_documents),
        budgets_(budgets),
        found_(edits.size(), false) {}

  absl::StatusOr<std::string> Run() {
    for (size_t i = 0; i < edits_.size(); ++i) {
      if (!wanted_.emplace(KeyOf(edits_[i]), i).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("two edits of ", RoleName(edits_[i]), "; make them one"));
      }
    }
    WECAN_RETURN_IF_ERROR(Parse(source_.text(), source_.language(), /*original=*/true));
    for (size_t i = 0; i < edits_.size(); ++i) {
      if (!found_[i])
        return absl::NotFoundError(absl::StrCat(source_.path(), ": no ", RoleName(edits_[i])));
    }
    std::string expected = std::move(content_);
    std::string result = ApplyTextEdits(source_.text(), std::move(text_edits_));
    if (AppendsDocuments()) AddDocuments(result, expected);
    content_.clear();
    absl::Status again = Parse(result, source_.language(), /*original=*/false);
    if (!again.ok() || content_ != expected) {
      return absl::InternalError(absl::StrCat(
          source_.path(), ": the edited text does not say what it should, so it was not written; ",
          "please report this with the file", again.ok() ? "" : ": ", again.message()));
    }
    return result;
  }

  // Whether new documents stand behind all that was there; known once Run() is done.
  bool AppendsDocuments() const { return !new_documents_.empty() && !added_to_list_; }

 private:
  // Takes over each document: the one to edit, or the one that came of it.
  absl::Status Parse(absl::string_view text, Language language, bool original) {
    Document document(budgets_);
    absl::Status status;
    const auto parser = language == Language::kJson ? ParseJson : ParseYaml;
    const std::optional<SyntaxError> error = parser(text, document, [&](const Document& d) {
      if (!status.ok()) return;
      TreePatch patch;
      if (original) status = Edit(d, patch);
      AppendContent(d, patch, content_);
      ++documents_;
    });
    if (!status.ok()) return status;
    if (!error) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat(source_.path(), ":", std::max(1u, error->line), ":",
                     std::max(1u, error->column), ": ", error->message,
                     absl::StrContains(text, "{{")
                         ? "; this looks like a template: edit what it is rendered from"
                         : "; only a file that can be read can be edited"));
  }

  absl::Status Edit(const Document& document, TreePatch& patch) {
    if (document.empty()) return absl::OkStatus();
    const SourceTree tree(document, source_);
    for (const auto& span :
         {document.flow_mapping_key(), document.complex_key(), document.bad_merge()}) {
      if (!span) continue;
      return source_.RefuseAt(source_.Offset(span->line, span->column),
                              "kubectl does not read this: keys have to be texts, and merge keys "
                              "mappings; a template has to be rendered first");
    }
    WECAN_RETURN_IF_ERROR(Search(document.root(), "", "", tree, patch));
    return AddToList(document.root(), tree, patch);
  }

  // Looks where the manifest reader looks. `kind` and `api_version` are those of a typed List.
  // Recursion is bounded by the depth budget.
  absl::Status Search(const Value& value, absl::string_view kind, absl::string_view api_version,
                      const SourceTree& tree, TreePatch& patch) {
    if (!value.IsMapping()) return absl::OkStatus();
    if (value["kind"]) kind = value["kind"].text();
    if (value["apiVersion"]) api_version = value["apiVersion"].text();
    absl::Status status;
    const auto search_in = [&](const Value& list, absl::string_view k, absl::string_view a) {
      list.ForEachItem([&](const Value& item) {
        if (status.ok()) status = Search(item, k, a, tree, patch);
      });
    };
    if (absl::EndsWith(kind, "List") && value["items"]) {
      const absl::string_view item_kind = absl::StripSuffix(kind, "List");
      search_in(value["items"], item_kind, item_kind.empty() ? "" : api_version);
    } else if (absl::StartsWith(api_version, "work.open-cluster-management.io/") &&
               absl::StartsWith(kind, "ManifestWork")) {
      const Value spec =
          kind == "ManifestWorkReplicaSet" ? value["spec"]["manifestWorkTemplate"] : value["spec"];
      search_in(spec["workload"]["manifests"], "", "");
    } else if (absl::StartsWith(api_version, absl::StrCat(kRbacGroup, "/")) &&
               (kind == "Role" || kind == "ClusterRole")) {
      status = EditRole(value, kind, tree, patch);
    }
    return status;
  }

  absl::Status EditRole(const Value& role, absl::string_view kind, const SourceTree& tree,
                        TreePatch& patch) {
    const Value metadata = role["metadata"];
    const auto wanted =
        wanted_.find(RoleKey(kind == "Role" ? RoleKind::kRole : RoleKind::kClusterRole,
                             metadata["namespace"].text(), metadata["name"].text()));
    if (wanted == wanted_.end()) return absl::OkStatus();
    const RoleEdit& edit = edits_[wanted->second];
    if (found_[wanted->second]) {
      return tree.Refuse(role.index(), absl::StrCat(RoleName(edit), " stands twice in this file; ",
                                                    "keep one of them"));
    }
    found_[wanted->second] = true;
    WECAN_RETURN_IF_ERROR(tree.CheckPathPlain(role.index()));
    const size_t begin = tree.Begin(role.index()), end = tree.End(role.index());
    const size_t braces = source_.text().substr(begin, end - begin).find("{{");
    if (braces != absl::string_view::npos)
      return source_.RefuseAt(begin + braces, "this is a template; edit what it is rendered from");
    return RoleSplicer(tree, role.index(), text_edits_, patch).Apply(edit);
  }

  // ---- new documents

  // Values behind one another are JSON for kubectl alone; a List at the top of a file holds them
  // for everybody.
  absl::Status AddToList(const Value& root, const SourceTree& tree, TreePatch& patch) {
    if (new_documents_.empty() || source_.language() != Language::kJson || documents_ > 0 ||
        !root.IsMapping() || root["kind"].text() != "List" || !root["items"].IsSequence() ||
        source_.SkipTrivia(tree.End(0)) < source_.text().size()) {
      return absl::OkStatus();
    }
    WECAN_ASSIGN_OR_RETURN(const std::vector<SourceEntry> entries, tree.Entries(0));
    std::vector<Json> added;
    for (const NewDocument& document : new_documents_) added.push_back(document.json);
    Splicer splicer(tree, 0, text_edits_, patch);
    added_to_list_ = true;
    for (const SourceEntry& entry : entries) {
      if (tree.node(entry.key).text != "items") continue;
      return tree.node(entry.value).next == entry.value + 1
                 ? splicer.Fill(0, entry, added)
                 : splicer.EditSequence(entry, {}, added);
    }
    return absl::OkStatus();
  }

  void AddDocuments(std::string& result, std::string& expected) {
    const absl::string_view eol = source_.EolBefore(source_.text().size());
    for (const NewDocument& document : new_documents_) {
      const bool json = source_.language() == Language::kJson;
      const std::string text = json                    ? DumpJson(document.json)
                               : document.yaml.empty() ? DumpYaml(document.json)
                                                       : document.yaml;
      if (documents_ > 0 && !json) absl::StrAppend(&result, "---", eol);
      absl::StrAppend(&result, absl::StrReplaceAll(text, {{"\n", eol}}));
      AppendContent(document.json, expected);
      ++documents_;
    }
  }

  const SourceText& source_;
  const std::vector<RoleEdit>& edits_;
  const std::vector<NewDocument>& new_documents_;
  const Budgets& budgets_;
  absl::flat_hash_map<RoleKey, size_t> wanted_;
  std::vector<bool> found_;
  std::vector<TextEdit> text_edits_;
  std::string content_;  // of all documents
  int documents_ = 0;
  bool added_to_list_ = false;
};

// ---- the text of a file -------------------------------------------------------------------------

// Line breaks that YAML knows and nobody else.
absl::Status CheckLineBreaks(const SourceText& source) {
  const absl::string_view text = source.text();
  for (size_t at = text.find_first_of("\r\xc2\xe2"); at != absl::string_view::npos;
       at = text.find_first_of("\r\xc2\xe2", at + 1)) {
    const absl::string_view rest = text.substr(at);
    const bool lone = text[at] == '\r' && !absl::StartsWith(rest, "\r\n");
    if (lone || absl::StartsWith(rest, "\xc2\x85") || absl::StartsWith(rest, "\xe2\x80\xa8") ||
        absl::StartsWith(rest, "\xe2\x80\xa9")) {
      return source.RefuseAt(at, "a line break that is neither LF nor CRLF; convert the file");
    }
  }
  return absl::OkStatus();
}

// As the manifest reader decides: what starts like JSON and is none is YAML in flow style.
Language LanguageOf(absl::string_view path, absl::string_view text, const Budgets& budgets) {
  if (absl::EndsWith(path, ".json")) return Language::kJson;
  if (!LooksLikeJson(text)) return Language::kYaml;
  Document document(budgets);
  return ParseJson(text, document, [](const Document&) {}) ? Language::kYaml : Language::kJson;
}

// Whether the last line is one of a literal or folded scalar, to whose value a line break belongs.
bool EndsInBlockScalar(const std::string& text, const Budgets& budgets) {
  Document document(budgets);
  bool ends = false;
  const SourceText source("", text, Language::kYaml);
  (void)ParseYaml(text, document, [&](const Document& d) {
    if (d.empty()) return;
    const SourceTree tree(d, source);
    const uint32_t last = static_cast<uint32_t>(d.nodes().size()) - 1;
    ends = tree.IsBlockScalar(last) && tree.End(last) == text.size();
  });
  return ends;
}

}  // namespace

absl::StatusOr<std::string> SpliceFile(absl::string_view path, absl::string_view text,
                                       const std::vector<RoleEdit>& edits,
                                       const std::vector<NewDocument>& new_documents,
                                       const Budgets& budgets) {
  if (edits.empty() && new_documents.empty()) return std::string(text);
  if (const std::string why = NotText(text); !why.empty())
    return absl::FailedPreconditionError(absl::StrCat(path, ":1:1: ", why));
  const bool marked = absl::ConsumePrefix(&text, kByteOrderMark);
  // Every line has an end while we work; the last one loses it again.
  const bool open_end = !text.empty() && !absl::EndsWith(text, "\n");
  const absl::string_view eol = absl::StrContains(text, "\r\n") ? "\r\n" : "\n";
  const std::string whole = absl::StrCat(text, open_end ? eol : "");
  const Language language = LanguageOf(path, whole, budgets);
  const SourceText source(path, whole, language);
  if (language == Language::kYaml) {
    WECAN_RETURN_IF_ERROR(CheckLineBreaks(source));
    if (open_end && EndsInBlockScalar(whole, budgets)) {
      return source.RefuseAt(text.size(),
                             "the file ends inside a literal or folded text; end its last line");
    }
  }
  FileSplicer splicer(source, edits, new_documents, budgets);
  absl::StatusOr<std::string> result = splicer.Run();
  if (!result.ok()) return result;
  if (open_end && !splicer.AppendsDocuments()) result->resize(result->size() - eol.size());
  return absl::StrCat(marked ? kByteOrderMark : "", *result);
}

}  // namespace wecan
