// SPDX-License-Identifier: Apache-2.0
#include "src/diagnose/read_objects.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "src/diagnose/read_text.h"
#include "src/diagnose/unescape.h"
#include "src/input/parse.h"

namespace wecan {
namespace {

bool StartsLikeJson(absl::string_view text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  return absl::StartsWith(text, "{") || absl::StartsWith(text, "[");
}

// Whether some line starts with a key that objects have. Sentences are YAML, too: of one key.
bool LooksLikeYaml(absl::string_view text) {
  for (absl::string_view key : {"apiVersion:", "kind:", "items:", "status:", "conditions:",
                                "manifests:", "metadata:", "resourceStatus:"}) {
    if (absl::StartsWith(text, key) || absl::StrContains(text, absl::StrCat("\n", key)) ||
        absl::StrContains(text, absl::StrCat("\n- ", key)) ||
        absl::StartsWith(text, absl::StrCat("- ", key)))
      return true;
  }
  return false;
}

std::string TextAt(const Value& object, absl::string_view key) {
  return std::string(object[key].text());
}

bool IsWish(absl::string_view key) {
  return key == "spec" || key == "data" || key == "stringData" || key == "annotations" ||
         key == "labels" || key == "managedFields";
}

class ObjectReader {
 public:
  ObjectReader(const std::string& source, const Recognizer& recognizer, DenialSet& denials)
      : recognizer_(recognizer), denials_(denials) {
    top_.source = source;
  }

  void Read(const Value& root) { Walk(root, top_); }

 private:
  void Walk(const Value& value, const Sighting& where) {
    if (value.IsMapping()) {
      WalkMapping(value, where);
    } else if (value.IsSequence()) {
      value.ForEachItem([&](const Value& item) { Walk(item, where); });
    } else if (value.IsString()) {
      ReadMessage(value, where);
    }
  }

  // The place of an object, of kind `kind` where it does not say so itself.
  static Sighting Named(const Value& object, absl::string_view kind, Sighting where) {
    const Value metadata = object["metadata"];
    if (!metadata.IsMapping()) return where;
    const std::string ns = TextAt(metadata, "namespace"), name = TextAt(metadata, "name");
    const absl::string_view own = object["kind"].text();
    // A Status has metadata, too, and is nothing that has a name.
    if (!name.empty())
      where.object = absl::StrCat(own.empty() ? kind : own, " ", ns, ns.empty() ? "" : "/", name);
    return where;
  }

  void WalkMapping(const Value& value, Sighting where) {
    absl::string_view kind = value["kind"].text();
    if (absl::ConsumeSuffix(&kind, "List") && value["items"].IsSequence()) {
      // Items of a list as the API server gives it do not say what they are.
      value["items"].ForEachItem([&](const Value& item) { Walk(item, Named(item, kind, where)); });
      return;
    }
    if (!kind.empty()) where = Named(value, kind, where);
    if (const Value meta = value["resourceMeta"]; meta.IsMapping()) {
      int ordinal = 0;  // which JSON leaves out when it is 0
      if (meta["ordinal"]) (void)absl::SimpleAtoi(meta["ordinal"].text(), &ordinal);
      where.manifest = ordinal;
    }
    if (value["type"].IsString() && value["status"].IsString()) {
      if (value["status"].text() == "True") return;
      where.condition =
          absl::StrCat(value["type"].text(), "=", value["status"].text(),
                       value["reason"].text().empty() ? "" : " ", value["reason"].text());
    }
    value.ForEachEntry([&](const Value& key, const Value& entry) {
      if (!IsWish(key.text())) Walk(entry, where);
    });
  }

  void ReadMessage(const Value& value, Sighting where) {
    const absl::string_view text = value.text();
    if (recognizer_.NextTrigger(text, 0) == absl::string_view::npos) return;
    where.line = value.span().line + 1;
    // A text of its own, as a log in a field is.
    if (absl::StrContains(text, '\n')) {
      DenialSet inside;
      ReadText(text, where.source, recognizer_, inside);
      for (Denial& d : inside.TakeDenials()) {
        const uint64_t times = d.times;
        d.seen.clear();  // its lines are those of the field
        d.times = 0;
        const size_t index = denials_.Add(std::move(d), where);
        for (uint64_t i = 1; i < times; ++i) denials_.SeeAgain(index, where);
      }
      if (inside.cut_times() > 0) denials_.AddCut(where);
      return;
    }
    const Recognized found = recognizer_.Recognize(text);
    for (const Recognized::Match& m : found.matches) denials_.Add(m.denial, where);
    if (found.cut) denials_.AddCut(where);
  }

  const Recognizer& recognizer_;
  DenialSet& denials_;
  Sighting top_;
};

}  // namespace

bool ReadObjects(absl::string_view text, const std::string& source, const Budgets& budgets,
                 const Recognizer& recognizer, DenialSet& denials) {
  const bool json = StartsLikeJson(text);
  if (!json && !LooksLikeYaml(text)) return false;
  DenialSet found;
  ObjectReader reader(source, recognizer, found);
  Document document(budgets);
  bool objects = false;
  const auto read = [&](const Document& d) {
    objects |= d.root().IsMapping() || d.root().IsSequence();
    reader.Read(d.root());
  };
  const std::optional<SyntaxError> error =
      json ? ParseJson(text, document, read) : ParseYaml(text, document, read);
  if (error || !objects) return false;
  denials.Merge(found);
  return true;
}

void ReadDenials(absl::string_view text, const std::string& source, const Budgets& budgets,
                 const Recognizer& recognizer, DenialSet& denials) {
  std::string visible;
  if (HasInvisible(text)) text = visible = StripInvisible(text);
  DenialSet found;
  if (!ReadObjects(text, source, budgets, recognizer, found))
    ReadText(text, source, recognizer, found);
  denials.Merge(found);
}

}  // namespace wecan
