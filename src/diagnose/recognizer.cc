// SPDX-License-Identifier: Apache-2.0
#include "src/diagnose/recognizer.h"

#include <re2/re2.h>
#include <re2/set.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

#include "analyzer/model/resource_catalog.h"
#include "src/diagnose/unescape.h"

namespace wecan {
namespace {

// As often as a message is put into quotes on its way: a Status in a log line in JSON in a
// condition.
constexpr int kLevels = 5;
// More refusals are in no message.
constexpr size_t kPlaces = 512;

// What every pattern needs to find. Kept next to the table by a test.
constexpr char kTriggers[] =
    "forbidden|in API group|cannot |cannot\\n|not allowed to apply|denied the request|is invalid: |"
    "already exists|have a resource type|no matches for kind|cannot be handled|Unauthorized|"
    "logged in to the server|client to provide credentials|Apply failed with|Operation cannot be|"
    "\" not found|does not allow this method|could not find the requested|meta is incompleted|"
    "attempting to grant|extra privileges|failed calling webhook|set an ownerRef|"
    "blockOwnerDeletion|too large|Timeout: |does not match the|conversion webhook|"
    "failed to complete |Failed to (?:apply manifest|fetch resource)";

re2::StringPiece Piece(absl::string_view text) { return {text.data(), text.size()}; }
absl::string_view View(re2::StringPiece piece) { return {piece.data(), piece.size()}; }

RE2::Options PatternOptions() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

// A name as the message quotes it (%q, and HTML in the API server's part).
std::string Unquoted(absl::string_view text) {
  return DecodeHtml(absl::StrContains(text, '\\') ? UnescapeOnce(text) : std::string(text));
}

// PLURAL.GROUP, or KIND.GROUP.
void ReadQualified(absl::string_view text, Denial& denial) {
  const size_t dot = text.find('.');
  const std::string first(text.substr(0, dot));
  const bool kind =
      std::any_of(first.begin(), first.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (kind) {
    denial.kind = first;
  } else {
    denial.resource = first;
  }
  if (dot != absl::string_view::npos) denial.group = std::string(text.substr(dot + 1));
}

// Whether the core group has such a resource, or may have one: nobody knows all of another's.
bool IsUnknownCoreResource(const Denial& denial) {
  if (!denial.group.empty() || denial.resource == "*") return false;
  const CatalogEntry* entry = FindByResourceName(denial.resource, "", false);
  if (entry != nullptr && entry->plural == denial.resource) return false;
  const absl::Span<const VirtualResource> known = VirtualResources();
  return std::none_of(known.begin(), known.end(), [&](const VirtualResource& r) {
    return r.group.empty() && r.resource == denial.resource;
  });
}

}  // namespace

// One pattern, compiled when it is first needed: a text needs few of them.
struct Recognizer::Pattern {
  const Refusal* refusal;
  std::unique_ptr<const RE2> regex;
  std::map<std::string, int> groups;

  void Compile() {
    if (regex != nullptr) return;
    regex = std::make_unique<const RE2>(Piece(refusal->pattern), PatternOptions());
    for (const auto& [name, index] : regex->NamedCapturingGroups()) groups.emplace(name, index);
  }
};

struct Recognizer::Compiled {
  std::vector<Pattern> patterns;  // parallel to Refusals()
  std::unique_ptr<RE2::Set> set;  // which of them may match at all
  std::unique_ptr<const RE2> triggers;
};

namespace {

// The captures of one match by name.
class Captures {
 public:
  Captures(const std::vector<re2::StringPiece>& pieces, const std::map<std::string, int>& groups)
      : pieces_(pieces), groups_(groups) {}

  absl::string_view Get(const char* name) const {
    const auto it = groups_.find(name);
    if (it == groups_.end() || pieces_[it->second].data() == nullptr) return {};
    return View(pieces_[it->second]);
  }

 private:
  const std::vector<re2::StringPiece>& pieces_;
  const std::map<std::string, int>& groups_;
};

Denial MakeDenial(const Refusal& refusal, const Captures& captures, absl::string_view text) {
  Denial d{.refusal = &refusal};
  ReadQualified(
      captures.Get("qualified").empty() ? captures.Get("prefix") : captures.Get("qualified"), d);
  if (const absl::string_view resource = captures.Get("resource"); !resource.empty()) {
    // The text proper is right, and the prefix but a help: it never has the subresource.
    if (d.resource != resource) d.group.clear();
    d.resource = std::string(resource);
  }
  if (captures.Get("group").data() != nullptr) d.group = std::string(captures.Get("group"));
  if (!captures.Get("kind").empty()) d.kind = std::string(captures.Get("kind"));
  if (!captures.Get("kind2").empty()) d.kind = std::string(captures.Get("kind2"));
  d.user = Unquoted(captures.Get("user"));
  d.name = Unquoted(captures.Get("name"));
  d.verb = std::string(captures.Get("verb"));
  d.subresource = std::string(captures.Get("subresource"));
  d.namespace_ = std::string(captures.Get("namespace"));
  d.path = Unquoted(captures.Get("path"));
  d.reason = absl::StrReplaceAll(captures.Get("reason"), {{"\n", " "}});
  if (const absl::string_view rules = captures.Get("rules"); !rules.empty())
    d.rules = ParsePrintedRules(rules);
  d.text = std::string(text);
  return d;
}

bool Holds(absl::string_view condition, const Denial& denial) {
  return condition != "unknown-core-resource" || IsUnknownCoreResource(denial);
}

// Whether a name in front of the match lost its beginning: `age" is ` before `forbidden: User ...`.
bool NameIsCut(absl::string_view before, absl::string_view match) {
  if (!absl::StartsWith(match, "forbidden")) return false;
  return absl::EndsWith(before, "\" is ") || absl::EndsWith(before, "\" is\n");
}

// Whether a match says something even where others are found.
bool IsOfItsOwn(const Recognized::Match& match) {
  const absl::Span<const absl::string_view> unless = match.denial.refusal->unless;
  return std::find(unless.begin(), unless.end(), "*") == unless.end();
}

// All patterns over one text, those of higher precedence first: each place counts once.
class Pass {
 public:
  explicit Pass(absl::string_view text) : text_(text) {}

  void Run(Recognizer::Pattern& pattern) {
    pattern.Compile();
    for (size_t at = 0; at <= text_.size() && found_.size() < kPlaces;) {
      re2::StringPiece whole;
      if (!pattern.regex->Match(Piece(text_), at, text_.size(), RE2::UNANCHORED, &whole, 1)) return;
      const size_t begin = static_cast<size_t>(whole.data() - text_.data());
      const size_t end = begin + std::max<size_t>(whole.size(), 1);
      const size_t behind = BehindOverlap(begin, end);
      at = behind > 0 ? std::max(behind, begin + 1) : end;
      if (behind == 0) Look(pattern, begin, View(whole));
    }
  }

  Recognized Take() {
    Recognized result;
    for (Found& f : found_) {
      if (IsOverruled(*f.match.denial.refusal)) continue;
      if (f.cut) {
        result.cut = true;
      } else {
        result.matches.push_back(std::move(f.match));
      }
    }
    std::sort(result.matches.begin(), result.matches.end(),
              [](const auto& a, const auto& b) { return a.offset < b.offset; });
    return result;
  }

 private:
  struct Found {
    Recognized::Match match;
    bool cut = false;
  };

  // Where the place that [begin, end) overlaps ends, 0 if there is none.
  size_t BehindOverlap(size_t begin, size_t end) const {
    auto next = taken_.lower_bound(end);  // the first that starts behind
    if (next == taken_.begin()) return 0;
    --next;
    return next->second > begin ? next->second : 0;
  }

  void Look(const Recognizer::Pattern& pattern, size_t begin, absl::string_view whole) {
    const Refusal& refusal = *pattern.refusal;
    Found found;
    found.cut = refusal.when == "cut" || NameIsCut(text_.substr(0, begin), whole);
    if (found.cut) {
      found.match.denial.refusal = &refusal;
    } else {
      // Captures cost ten times a match, so they are asked for only here.
      std::vector<re2::StringPiece> pieces(pattern.regex->NumberOfCapturingGroups() + 1);
      pattern.regex->Match(Piece(text_), begin, begin + whole.size(), RE2::ANCHOR_BOTH,
                           pieces.data(), static_cast<int>(pieces.size()));
      found.match = {MakeDenial(refusal, Captures(pieces, pattern.groups), whole), begin};
      if (!Holds(refusal.when, found.match.denial)) return;
    }
    taken_.emplace(begin, begin + std::max<size_t>(whole.size(), 1));
    found_.push_back(std::move(found));
  }

  // Whether something else is found that leaves no room for this one.
  bool IsOverruled(const Refusal& refusal) const {
    return std::any_of(refusal.unless.begin(), refusal.unless.end(), [&](absl::string_view id) {
      return std::any_of(found_.begin(), found_.end(), [&](const Found& f) {
        const Refusal* other = f.match.denial.refusal;
        return id == "*" ? other != nullptr && other->id != refusal.id
                         : other != nullptr && other->id == id;
      });
    });
  }

  const absl::string_view text_;
  std::map<size_t, size_t> taken_;  // begin to end; none overlaps another
  std::vector<Found> found_;
};

}  // namespace

Recognizer::Recognizer() {
  auto compiled = std::make_unique<Compiled>();
  const RE2::Options options = PatternOptions();
  compiled->set = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
  for (const Refusal& refusal : Refusals()) {
    compiled->set->Add(Piece(refusal.pattern), nullptr);
    compiled->patterns.push_back({&refusal, nullptr, {}});
  }
  compiled->set->Compile();
  compiled->triggers = std::make_unique<const RE2>(kTriggers, options);
  compiled_ = std::move(compiled);
}

Recognizer::~Recognizer() = default;

size_t Recognizer::NextTrigger(absl::string_view text, size_t begin) const {
  re2::StringPiece found;
  if (!compiled_->triggers->Match(Piece(text), begin, text.size(), RE2::UNANCHORED, &found, 1))
    return absl::string_view::npos;
  return static_cast<size_t>(found.data() - text.data()) + found.size();
}

Recognized Recognizer::MatchAll(absl::string_view text) const {
  std::vector<int> candidates;
  if (!compiled_->set->Match(Piece(text), &candidates)) return {};
  std::sort(candidates.begin(), candidates.end());
  Pass pass(text);
  for (const int candidate : candidates) pass.Run(compiled_->patterns[candidate]);
  return pass.Take();
}

Recognized Recognizer::Recognize(absl::string_view message) const {
  std::string text;
  if (absl::StrContains(message, "&quot;") || absl::StrContains(message, "&#34;"))
    message = text = DecodeHtml(message);
  Recognized rest;  // what is said when nothing better is found
  for (int level = 0; level < kLevels; ++level) {
    Recognized found = MatchAll(message);
    if (level > 0) {
      for (Recognized::Match& m : found.matches) m.offset = 0;
    }
    if (std::any_of(found.matches.begin(), found.matches.end(), IsOfItsOwn)) return found;
    rest.cut |= found.cut;
    if (rest.matches.empty()) rest.matches = std::move(found.matches);
    if (!absl::StrContains(message, '\\')) break;
    std::string next = UnescapeOnce(message);
    if (next == message) break;
    text = std::move(next);
    message = text;
  }
  if (rest.cut) rest.matches.clear();
  return rest;
}

std::vector<PolicyRule> ParsePrintedRules(absl::string_view text) {
  static const RE2& rule_pattern = *new RE2(R"(\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\})");
  static const RE2& field_pattern = *new RE2(R"((\w+):\s*\[((?:[^\]"]|"(?:[^"\\]|\\.)*")*)\])");
  static const RE2& item_pattern = *new RE2(R"re("((?:[^"\\]|\\.)*)")re");
  std::vector<PolicyRule> rules;
  re2::StringPiece rest = Piece(text), body;
  while (RE2::FindAndConsume(&rest, rule_pattern, &body)) {
    PolicyRule rule;
    re2::StringPiece name, list, item;
    while (RE2::FindAndConsume(&body, field_pattern, &name, &list)) {
      std::vector<std::string> unknown;
      const absl::string_view field = View(name);
      std::vector<std::string>& values = field == "APIGroups"         ? rule.api_groups
                                         : field == "Resources"       ? rule.resources
                                         : field == "ResourceNames"   ? rule.resource_names
                                         : field == "NonResourceURLs" ? rule.non_resource_urls
                                         : field == "Verbs"           ? rule.verbs
                                                                      : unknown;
      while (RE2::FindAndConsume(&list, item_pattern, &item))
        values.push_back(Unquoted(View(item)));
    }
    if (!(rule == PolicyRule{})) rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace wecan
