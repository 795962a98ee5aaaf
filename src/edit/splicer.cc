// SPDX-License-Identifier: Apache-2.0
#include "src/edit/splicer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace wecan {
namespace {

constexpr size_t kNone = std::string::npos;

std::string InSingleQuotes(absl::string_view text) {
  std::string out = "'";
  for (char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string QuotedLike(absl::string_view text, char quote, Language language) {
  if (language == Language::kJson || quote == '"') return QuotedText(text);
  const bool printable =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isprint(c); });
  return quote == '\'' && printable ? InSingleQuotes(text) : YamlText(text);
}

std::string KeyText(absl::string_view key, const FlowStyle& style) {
  return QuotedLike(key, style.key_quote, style.language) + style.colon;
}

// Bounded recursion, here and below: what is added is ours.
std::string FlowText(const Json& value, const FlowStyle& style) {
  if (!value.is_structured())
    return QuotedLike(value.get_ref<const std::string&>(), style.quote, style.language);
  std::vector<std::string> parts;
  for (const auto& [key, part] : value.items())
    parts.push_back((value.is_object() ? KeyText(key, style) : "") + FlowText(part, style));
  return absl::StrCat(value.is_object() ? "{" : "[", absl::StrJoin(parts, style.comma),
                      value.is_object() ? "}" : "]");
}

// How a value is spread over lines: each member of a mapping on its own one, and of lists on wish.
struct Spread {
  size_t step = 2;
  bool lists = true;
  absl::string_view eol = "\n";
};

std::string SpreadText(const Json& value, const FlowStyle& style, const Spread& spread,
                       const std::string& indent) {
  const bool one_line = !value.is_structured() || value.empty() ||
                        (value.is_array() && value[0].is_string() && !spread.lists);
  if (one_line) return FlowText(value, style);
  const std::string inner = indent + std::string(spread.step, ' ');
  std::vector<std::string> lines;
  for (const auto& [key, part] : value.items()) {
    lines.push_back(absl::StrCat(inner, value.is_object() ? KeyText(key, style) : "",
                                 SpreadText(part, style, spread, inner)));
  }
  return absl::StrCat(value.is_object() ? "{" : "[", spread.eol,
                      absl::StrJoin(lines, absl::StrCat(",", spread.eol)), spread.eol, indent,
                      value.is_object() ? "}" : "]");
}

bool IsEmpty(const Node& node, uint32_t index) { return node.next == index + 1; }

}  // namespace

Splicer::Splicer(const SourceTree& tree, uint32_t house, std::vector<TextEdit>& edits,
                 TreePatch& patch)
    : tree_(tree), source_(tree.source()), house_(house), edits_(edits), patch_(patch) {
  house_style_.language = source_.language();
  house_style_ = StyleLike(house);
  // Quotes of other values say little; those of the list at hand do.
  house_style_.quote = 0;
}

absl::Status Splicer::EditSequence(const SourceEntry& entry,
                                   const absl::flat_hash_set<uint32_t>& drop,
                                   const std::vector<Json>& add) {
  if (drop.empty() && add.empty()) return absl::OkStatus();
  patch_.dropped.insert(drop.begin(), drop.end());
  patch_.items[entry.value] = add;
  if (!tree_.node(entry.value).flow) return EditBlock(entry, drop, add);

  std::vector<Extent> members;
  std::vector<bool> dropped;
  uint32_t last = 0;
  for (uint32_t item : tree_.Children(entry.value)) {
    members.push_back({tree_.Begin(item), tree_.End(item)});
    dropped.push_back(drop.contains(item));
    last = item;
  }
  const FlowStyle style = StyleLike(entry.value);
  std::vector<std::string> texts;
  for (const Json& value : add) texts.push_back(FlowMember(value, last, style));
  return EditFlow(entry.value, members, dropped, texts, style.comma);
}

absl::Status Splicer::AddEntries(uint32_t mapping, const NewEntries& entries) {
  if (entries.empty()) return absl::OkStatus();
  patch_.entries[mapping] = entries;
  if (!tree_.node(mapping).flow) {
    const std::string indent(tree_.node(mapping).span.column, ' ');
    const size_t behind = tree_.LineBehind(mapping);
    for (const auto& [key, value] : entries)
      Insert(behind, BlockEntry(indent, key, value, source_.EolBefore(behind)));
    return absl::OkStatus();
  }
  const std::vector<uint32_t> children = tree_.Children(mapping);
  std::vector<Extent> members;
  for (size_t i = 0; i + 1 < children.size(); i += 2)
    members.push_back({tree_.Begin(children[i]), tree_.End(children[i + 1])});
  const uint32_t sibling = children.empty() ? 0 : children[children.size() - 2];
  const FlowStyle style = StyleLike(mapping);
  std::vector<std::string> texts;
  for (const auto& [key, value] : entries)
    texts.push_back(KeyText(key, style) + FlowMember(value, sibling, style));
  return EditFlow(mapping, members, std::vector<bool>(members.size(), false), texts, style.comma);
}

absl::Status Splicer::Fill(uint32_t mapping, const SourceEntry& entry, const Json& value) {
  patch_.replaced[entry.value] = value;
  // What stands nowhere stands behind the colon.
  const bool nothing = tree_.IsNull(entry.value) && tree_.node(entry.value).text.empty();
  const size_t begin = nothing ? entry.colon + 1 : tree_.Begin(entry.value);
  const size_t end = nothing ? begin : tree_.End(entry.value);
  if (!nothing && source_.text().substr(begin, end - begin).find('#') != kNone) {
    return tree_.Refuse(entry.value, "a comment stands inside empty brackets; move it out of them");
  }
  const bool strings = value.is_array() && value[0].is_string();
  const bool block = !tree_.node(mapping).flow && !strings && !source_.HasLineBreak(begin, end) &&
                     source_.OnlyTriviaBehind(end) && !source_.HasLineBreak(entry.colon, begin);
  if (block) {
    Delete(entry.colon + 1, end);
    const size_t behind = source_.AfterLine(end);
    Insert(behind, BlockLines(std::string(tree_.node(mapping).span.column, ' '), value,
                              source_.EolBefore(behind)));
    return absl::OkStatus();
  }
  edits_.push_back(
      {begin, end,
       absl::StrCat(nothing ? " " : "", FlowMember(value, entry.key, StyleLike(mapping)))});
  return absl::OkStatus();
}

void Splicer::SetText(const SourceEntry& entry, const std::string& text) {
  patch_.replaced[entry.value] = text;
  const Node& node = tree_.node(entry.value);
  const size_t begin = tree_.Begin(entry.value), end = tree_.End(entry.value);
  const std::string written = QuotedLike(text, QuoteOf(entry.value), source_.language());
  if (node.plain && node.text.empty()) {
    Insert(entry.colon + 1, " " + written);
  } else if (tree_.IsBlockScalar(entry.value)) {
    edits_.push_back({begin, end, absl::StrCat(written, source_.EolBefore(end))});
  } else {
    edits_.push_back({begin, end, written});
  }
}

// ---- block style

absl::Status Splicer::EditBlock(const SourceEntry& entry, const absl::flat_hash_set<uint32_t>& drop,
                                const std::vector<Json>& add) {
  const std::vector<uint32_t> items = tree_.Children(entry.value);
  size_t dash = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    dash = i == 0 ? tree_.Begin(entry.value) : source_.SkipTrivia(tree_.End(items[i - 1]));
    if (source_.At(dash) != '-' || !source_.OnlyBlanksBefore(dash))
      return source_.RefuseAt(dash, "this list item does not start its line; put it on its own");
    if (drop.contains(items[i])) Delete(source_.LineStart(dash), tree_.LineBehind(items[i]));
  }
  if (add.empty() && drop.size() == items.size()) Insert(entry.colon + 1, " []");
  const size_t behind = tree_.LineBehind(items.back());
  for (const Json& value : add) {
    Insert(behind, BlockItem(value, entry.value, items.back(), dash, source_.EolBefore(behind)));
  }
  return absl::OkStatus();
}

std::string Splicer::BlockItem(const Json& value, uint32_t sequence, uint32_t sibling, size_t dash,
                               absl::string_view eol) const {
  const std::string indent(tree_.node(sequence).span.column, ' ');
  const Node& last = tree_.node(sibling);
  const FlowStyle style = StyleLike(last.kind == NodeKind::kScalar ? sequence : sibling);
  if (!value.is_object() || last.kind != NodeKind::kMapping || last.flow) {
    const size_t begin = tree_.Begin(sibling);
    const size_t gap = source_.SkipBlanks(dash + 1) == begin ? begin - dash - 1 : 1;
    return absl::StrCat(indent, "-", std::string(std::max<size_t>(gap, 1), ' '),
                        FlowText(value, style), eol);
  }
  // The first list of the sibling shows how lists are written.
  size_t list_indent = 0;
  bool flow_lists = true;
  const std::vector<uint32_t> children = tree_.Children(sibling);
  for (size_t i = 1; i < children.size(); i += 2) {
    const Node& list = tree_.node(children[i]);
    if (list.kind != NodeKind::kSequence || IsEmpty(list, children[i])) continue;
    flow_lists = list.flow;
    if (!list.flow) list_indent = list.span.column - last.span.column;
    break;
  }
  const std::string inner(last.span.column, ' ');
  const std::string list_inner(last.span.column + list_indent, ' ');
  std::string out = absl::StrCat(indent, "-", std::string(inner.size() - indent.size() - 1, ' '));
  bool first = true;
  for (const auto& [key, list] : value.items()) {
    absl::StrAppend(&out, first ? "" : inner, KeyText(key, style));
    first = false;
    if (flow_lists) {
      absl::StrAppend(&out, FlowText(list, style), eol);
      continue;
    }
    out.pop_back();  // the blank behind the colon
    out += std::string(eol);
    for (const Json& text : list)
      absl::StrAppend(&out, list_inner, "- ", FlowText(text, style), eol);
  }
  return out;
}

// A mapping goes into lines below its key, a list of mappings, too; a list of texts stays beside
// it.
std::string Splicer::BlockEntry(const std::string& indent, absl::string_view key, const Json& value,
                                absl::string_view eol) const {
  const std::string start = absl::StrCat(indent, KeyText(key, house_style_));
  if (!value.is_structured() || (value.is_array() && value[0].is_string()))
    return absl::StrCat(start, FlowText(value, house_style_), eol);
  return absl::StrCat(absl::StripSuffix(start, " "), eol, BlockLines(indent, value, eol));
}

std::string Splicer::BlockLines(const std::string& indent, const Json& value,
                                absl::string_view eol) const {
  std::string out;
  for (const auto& [key, part] : value.items()) {
    out += value.is_object() ? BlockEntry(indent + std::string(StepOf(house_), ' '), key, part, eol)
                             : absl::StrCat(indent, "- ", FlowText(part, house_style_), eol);
  }
  return out;
}

// ---- flow style

absl::Status Splicer::EditFlow(uint32_t container, const std::vector<Extent>& members,
                               const std::vector<bool>& drop, const std::vector<std::string>& add,
                               absl::string_view comma) {
  const char open = source_.At(tree_.Begin(container)),
             close = source_.At(tree_.End(container) - 1);
  if (!((open == '[' && close == ']') || (open == '{' && close == '}')))
    return tree_.Refuse(container, "this stands without brackets; put it in brackets");
  const auto kept_from_behind = std::find(drop.rbegin(), drop.rend(), false);
  if (kept_from_behind == drop.rend()) {
    EmptyFlow(container, members, add, comma);
    return absl::OkStatus();
  }
  DropFlow(members, drop);
  const size_t kept = static_cast<size_t>(drop.rend() - kept_from_behind) - 1;
  const Extent& last = members[kept];
  const size_t comma_at = CommaBehind(last);
  const bool trailing = CommaBehind(members.back()) != kNone;
  const bool own_line = HasOwnLine(last);
  if (kept + 1 < members.size() && !trailing && (add.empty() || !own_line)) {
    // The last of all needs no comma; blanks that led to what is gone go, too.
    const size_t next = source_.SkipBlanks(comma_at + 1);
    Delete(comma_at, next == members[kept + 1].begin ? next : comma_at + 1);
  }
  if (add.empty()) return absl::OkStatus();
  if (!own_line) {
    Insert(last.end, absl::StrCat(comma, absl::StrJoin(add, comma)));
    return absl::OkStatus();
  }
  if (comma_at == kNone) Insert(last.end, ",");
  const size_t behind = source_.AfterLine(comma_at == kNone ? last.end : comma_at);
  const std::string indent = IndentOfLine(last.begin);
  const std::string next_line = absl::StrCat(",", source_.EolBefore(behind), indent);
  Insert(behind, absl::StrCat(indent, absl::StrJoin(add, next_line), trailing ? "," : "",
                              source_.EolBefore(behind)));
  return absl::OkStatus();
}

// Nothing of what is there is kept.
void Splicer::EmptyFlow(uint32_t container, const std::vector<Extent>& members,
                        const std::vector<std::string>& add, absl::string_view comma) {
  const size_t begin = tree_.Begin(container) + 1, end = tree_.End(container) - 1;
  std::string text = absl::StrJoin(add, comma);
  bool comments = false;
  size_t at = begin;
  for (const Extent& member : members) {
    comments |= source_.text().substr(at, member.begin - at).find('#') != kNone;
    at = member.end;
  }
  comments |= source_.text().substr(at, end - at).find('#') != kNone;
  if (!comments) {
    edits_.push_back({begin, end, std::move(text)});
    return;
  }
  if (!text.empty() && source_.At(begin) == '#') text += ' ';
  Insert(begin, std::move(text));
  DropFlow(members, std::vector<bool>(members.size(), true));
}

// Takes away the members with the commas behind them; lines that hold nothing else go whole.
void Splicer::DropFlow(const std::vector<Extent>& members, const std::vector<bool>& drop) {
  for (size_t i = 0; i < members.size(); ++i) {
    if (!drop[i]) continue;
    size_t j = i;
    while (j + 1 < members.size() && drop[j + 1] &&
           !source_.HasLineBreak(members[j].end, members[j + 1].begin))
      ++j;
    size_t begin = members[i].begin;
    const size_t comma = CommaBehind(members[j]);
    size_t end = comma == kNone ? members[j].end : comma + 1;
    const bool ends_line = source_.OnlyTriviaBehind(end);
    if (source_.OnlyBlanksBefore(begin) && ends_line) {
      Delete(source_.LineStart(begin), source_.AfterLine(end));
    } else {
      // Blanks on one side go, too: those behind, or before what ends the list or the line.
      const bool tail = comma != kNone && j + 1 == members.size();
      if (comma != kNone && !ends_line && !tail) end = source_.SkipBlanks(end);
      if (ends_line ? source_.At(source_.SkipBlanks(end)) != '#' : tail) {
        while (absl::ascii_isblank(source_.At(begin - 1))) --begin;
      }
      Delete(begin, end);
    }
    i = j;
  }
}

size_t Splicer::CommaBehind(const Extent& member) const {
  const size_t at = source_.SkipTrivia(member.end);
  return source_.At(at) == ',' ? at : kNone;
}

bool Splicer::HasOwnLine(const Extent& member) const {
  const size_t comma = CommaBehind(member);
  return source_.OnlyBlanksBefore(member.begin) &&
         source_.OnlyTriviaBehind(comma == kNone ? member.end : comma + 1);
}

std::string Splicer::IndentOfLine(size_t at) const {
  const size_t start = source_.LineStart(at), end = source_.SkipBlanks(start);
  return std::string(source_.text().substr(start, end - start));
}

// ---- style

char Splicer::QuoteOf(uint32_t scalar) const {
  const char c = source_.At(tree_.Begin(scalar));
  return !tree_.node(scalar).plain && (c == '"' || c == '\'') ? c : '\0';
}

FlowStyle Splicer::StyleLike(uint32_t node) const {
  FlowStyle style = house_style_;
  bool quote = false, key = false, comma = false, colon = false;
  const auto blanks_behind = [&](size_t at) {
    const size_t end = source_.SkipBlanks(at + 1);
    return std::string(source_.text().substr(at, end - at));
  };
  for (uint32_t i = node; i < tree_.node(node).next && !(quote && key && comma && colon); ++i) {
    const Node& n = tree_.node(i);
    const bool mapping = n.kind == NodeKind::kMapping;
    if (n.kind == NodeKind::kScalar || n.kind == NodeKind::kAlias || IsEmpty(n, i)) continue;
    const uint32_t first = i + 1;
    if (mapping && !key) {
      key = true;
      style.key_quote = QuoteOf(first);
      const size_t at = source_.SkipTrivia(tree_.End(first));
      if (n.flow && source_.language() == Language::kJson && source_.At(at) == ':') {
        colon = true;
        style.colon = blanks_behind(at);
      }
    }
    // "" is always quoted, and says nothing.
    const Node& item = tree_.node(first);
    if (!mapping && !quote && item.kind == NodeKind::kScalar && !item.text.empty()) {
      quote = true;
      style.quote = QuoteOf(first);
    }
    if (!n.flow || comma) continue;
    const uint32_t end = tree_.node(mapping ? tree_.node(first).next : first).next;
    const size_t at = source_.SkipTrivia(tree_.End(mapping ? tree_.node(first).next : first));
    if (end < n.next && source_.At(at) == ',' && !source_.OnlyTriviaBehind(at + 1)) {
      comma = true;
      style.comma = blanks_behind(at);
    }
  }
  return style;
}

std::string Splicer::FlowMember(const Json& value, uint32_t sibling, const FlowStyle& style) const {
  if (!value.is_structured()) return FlowText(value, style);
  const size_t at = sibling == 0 ? tree_.Begin(house_) : tree_.Begin(sibling);
  const Node& node = tree_.node(sibling);
  Spread spread{.eol = source_.EolBefore(source_.AfterLine(at))};
  if (sibling != 0 && node.kind == NodeKind::kMapping && !IsEmpty(node, sibling)) {
    // As the sibling is.
    if (!source_.HasLineBreak(at, tree_.Begin(sibling + 1))) return FlowText(value, style);
    spread.step = StepOf(sibling);
    for (uint32_t list = sibling + 1; list < node.next; ++list) {
      if (tree_.node(list).kind != NodeKind::kSequence || IsEmpty(tree_.node(list), list)) continue;
      spread.lists = source_.HasLineBreak(tree_.Begin(list), tree_.Begin(list + 1));
      break;
    }
  } else {
    // As the house is: JSON over lines, or in one.
    const bool lines = source_.language() == Language::kJson && source_.OnlyBlanksBefore(at) &&
                       source_.HasLineBreak(tree_.Begin(house_), at);
    if (!lines) return FlowText(value, style);
    spread.step = StepOf(house_);
  }
  return SpreadText(value, style, spread, IndentOfLine(at));
}

size_t Splicer::StepOf(uint32_t mapping) const {
  if (IsEmpty(tree_.node(mapping), mapping)) return 2;
  const uint32_t first = mapping + 1;
  const size_t column = tree_.node(first).span.column;
  const size_t base = IndentOfLine(tree_.Begin(mapping)).size();
  return tree_.node(mapping).flow && column > base && column - base <= 8 ? column - base : 2;
}

}  // namespace wecan
