// SPDX-License-Identifier: Apache-2.0
#include "src/diagnose/read_text.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace wecan {
namespace {

// A longer line is read in parts around what triggers.
constexpr size_t kLongLine = size_t{64} << 10;
constexpr size_t kBefore = size_t{4} << 10, kBehind = size_t{16} << 10;
// Of one message; klog prints values of any length, an escalation lists a rule a line.
constexpr int kLinesOfMessage = 400;
// How many lines a wrapped message may be away from its trigger, and how often that is tried.
constexpr int kWrappedBack = 2, kWrappedOn = 6;
constexpr int kTries = 2000;
constexpr size_t kShortestTrigger = 7;
constexpr size_t kRemembered = size_t{1} << 14, kRememberedLength = size_t{4} << 10;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

// "E0126 13:26:43.567658       1 base_controller.go:270] "
bool HasKlogHeader(absl::string_view line) {
  return line.size() > 6 && absl::StrContains("IWEFD", line[0]) && AllDigits(line.substr(1, 4)) &&
         line[5] == ' ';
}

bool HasDate(absl::string_view line) {
  return line.size() > 10 && AllDigits(line.substr(0, 4)) && line[4] == '-' && line[7] == '-';
}

// A rule of an escalation stands on a line of its own.
bool IsPrintedRule(absl::string_view line) {
  return absl::StartsWith(line, "{APIGroups:") || absl::StartsWith(line, "{NonResourceURLs:") ||
         absl::StartsWith(line, "{Resources:");
}

// Keys that stand beside a message in the YAML of conditions, Status objects and events.
bool HasYamlKey(absl::string_view line) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return false;
  if (colon + 1 < line.size() && line[colon + 1] != ' ') return false;
  static constexpr absl::string_view kKeys[] = {"apiVersion",
                                                "code",
                                                "conditions",
                                                "count",
                                                "details",
                                                "error",
                                                "kind",
                                                "log",
                                                "manifests",
                                                "message",
                                                "lastTransitionTime",
                                                "metadata",
                                                "msg",
                                                "name",
                                                "namespace",
                                                "note",
                                                "observedGeneration",
                                                "reason",
                                                "resource",
                                                "status",
                                                "time",
                                                "type",
                                                "resourceMeta",
                                                "version"};
  const absl::string_view key = line.substr(0, colon);
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

// Whether a line, without its indentation, begins something new.
bool IsStart(absl::string_view line) {
  if (IsPrintedRule(line)) return false;
  return HasKlogHeader(line) || HasDate(line) || absl::StartsWith(line, "{") ||
         absl::StartsWith(line, "- ") || absl::StartsWith(line, "Error") ||
         absl::StartsWith(line, "error:") || absl::StartsWith(line, "Warning") ||
         absl::StartsWith(line, "Failed to ") || HasYamlKey(line);
}

class TextReader {
 public:
  TextReader(absl::string_view text, const std::string& source, const Recognizer& recognizer,
             DenialSet& denials)
      : text_(text), recognizer_(recognizer), denials_(denials) {
    where_.source = source;
  }

  void Run() {
    size_t at = 0;
    while (at < text_.size()) {
      const size_t hit = recognizer_.NextTrigger(text_, at);
      if (hit == absl::string_view::npos) return;
      at = std::max(ReadAround(LineAt(hit - 1), hit), hit);
      read_ = at;
    }
  }

 private:
  struct Line {
    size_t begin = 0, end = 0;  // without the line break

    friend bool operator==(const Line&, const Line&) = default;
  };

  // Lines as one text, and where in it each of them starts.
  struct Joint {
    std::string text;
    std::vector<size_t> starts;
  };

  // ---- lines

  // The line around `at`; of a long one no more than has to be looked at.
  Line LineAt(size_t at) const {
    const size_t before = text_.substr(read_, at - read_).rfind('\n');
    const size_t length = text_.substr(at, kLongLine + 1).find('\n');
    return {before == absl::string_view::npos ? read_ : read_ + before + 1,
            length != absl::string_view::npos ? at + length
                                              : std::min(text_.size(), at + kLongLine + 1)};
  }
  absl::string_view TextOf(const Line& line) const {
    return text_.substr(line.begin, line.end - line.begin);
  }
  bool HasNext(const Line& line) const { return line.end + 1 < text_.size(); }
  // What was read already belongs to something else.
  bool HasPrevious(const Line& line) const { return line.begin > read_; }
  Line Next(const Line& line) const { return LineAt(line.end + 1); }
  Line Previous(const Line& line) const { return LineAt(line.begin - 1); }

  // Whether the line goes on with what the one before it began.
  bool Continues(const Line& line) const {
    const absl::string_view text = TextOf(line);
    const absl::string_view bare = absl::StripLeadingAsciiWhitespace(text);
    if (bare.empty()) return false;
    return IsPrintedRule(bare) || (bare.size() < text.size() && !IsStart(bare));
  }

  // The number of the line that starts at `begin`. Goes on from where it counted last.
  uint32_t NumberAt(size_t begin) {
    if (begin < counted_) {
      counted_ = 0;
      number_ = 1;
    }
    number_ +=
        static_cast<uint32_t>(std::count(text_.begin() + static_cast<ptrdiff_t>(counted_),
                                         text_.begin() + static_cast<ptrdiff_t>(begin), '\n'));
    counted_ = begin;
    return number_;
  }

  Sighting At(size_t begin) {
    where_.line = NumberAt(begin);
    return where_;
  }

  // ---- messages

  // Reads the message that `line` is part of; gives where to go on.
  size_t ReadAround(const Line& line, size_t hit) {
    if (line.end - line.begin > kLongLine) return ReadPart(line, hit);
    Line first = line, last = line;
    for (int i = 0; i < kLinesOfMessage && Continues(first) && HasPrevious(first); ++i)
      first = Previous(first);
    for (int i = 0; i < kLinesOfMessage && HasNext(last) && Continues(Next(last)); ++i)
      last = Next(last);
    if (last.end - first.begin > kLongLine) return ReadPart({first.begin, last.end}, hit);
    if (first == last) return ReadLine(line, hit);
    const Joint joint = Join(first, last, false);
    const Recognized found = recognizer_.Recognize(joint.text);
    if (found.cut || MayLackHead(found, first)) return ReadWrapped(first, last, found);
    Report(first, joint, found);
    return last.end;
  }

  size_t ReadPart(const Line& line, size_t hit) {
    const size_t begin = std::max(line.begin, hit > kBefore ? hit - kBefore : 0);
    const size_t end = std::min(line.end, hit + kBehind);
    const Recognized found = recognizer_.Recognize(text_.substr(begin, end - begin));
    const Sighting where = At(line.begin);
    for (const Recognized::Match& m : found.matches) denials_.Add(m.denial, where);
    // What is cut at the edge of a part is whole in the next one.
    return end == line.end ? end : end - kBefore;
  }

  // What of a line its denials depend on: the message that the trigger at `hit`, the first of the
  // line, is in, without what a log says around it. Agents repeat themselves.
  absl::string_view MessageIn(const Line& line, size_t hit) const {
    absl::string_view text = TextOf(line);
    const size_t colon = text.rfind(": ", hit - line.begin - kShortestTrigger);
    if (colon != absl::string_view::npos) text.remove_prefix(colon + 2);
    for (absl::string_view end : {"at the cluster scope", "in the namespace "}) {
      const size_t at = text.find(end);
      if (at == absl::string_view::npos) continue;
      const size_t quote = text.find('"', at + end.size());
      const size_t closing = quote == absl::string_view::npos ? quote : text.find('"', quote + 1);
      const size_t behind = end.back() != ' ' ? at + end.size() : closing;
      if (behind >= text.size()) return text;
      const absl::string_view rest = text.substr(behind);
      const bool reason = absl::StrContains(rest.substr(0, 3), ":");
      if (reason || recognizer_.NextTrigger(rest, 0) != absl::string_view::npos) return text;
      return text.substr(0, std::min(behind + 1, text.size()));
    }
    return text;
  }

  size_t ReadLine(const Line& line, size_t hit) {
    const absl::string_view message = MessageIn(line, hit);
    const auto known = memory_.find(message);
    if (known != memory_.end()) {
      for (size_t index : known->second) denials_.SeeAgain(index, At(line.begin));
      return line.end;
    }
    const Recognized found = recognizer_.Recognize(TextOf(line));
    if (found.cut || MayLackHead(found, line)) return ReadWrapped(line, line, found);
    std::vector<size_t> indices;
    for (const Recognized::Match& m : found.matches) {
      const std::optional<size_t> index = denials_.Add(m.denial, At(line.begin));
      if (!index) return line.end;  // to be counted each time
      indices.push_back(*index);
    }
    if (memory_.size() < kRemembered && message.size() < kRememberedLength)
      memory_.emplace(message, std::move(indices));
    return line.end;
  }

  // Whether what comes first starts in the middle of a message, so that the line before may have
  // its head.
  bool MayLackHead(const Recognized& found, const Line& first) const {
    if (found.matches.empty() || !HasPrevious(first) || TextOf(Previous(first)).empty())
      return false;
    const std::string& text = found.matches[0].denial.text;
    if (absl::StartsWith(text, "User ") || absl::StartsWith(text, "cannot ")) return true;
    return absl::StartsWith(text, "forbidden") &&
           absl::StartsWith(absl::StripLeadingAsciiWhitespace(TextOf(first)), "forbidden");
  }

  // Tries whether more lines make a whole of a refusal that is cut.
  size_t ReadWrapped(Line first, Line last, const Recognized& found) {
    const Line begin = first;
    const Joint alone = Join(first, last, false);
    for (int back = 0; back <= kWrappedBack; ++back) {
      Line end = last;
      for (int on = 0; on <= kWrappedOn && tries_ < kTries; ++on) {
        for (const bool tight : {false, true}) {
          ++tries_;
          const Joint joint = Join(first, end, tight);
          const Recognized whole = recognizer_.Recognize(joint.text);
          if (whole.matches.empty() || whole.cut || MayLackHead(whole, first)) continue;
          Report(first, joint, whole);
          return end.end;
        }
        if (!HasNext(end) || TextOf(Next(end)).empty() || IsStart(TextOf(Next(end)))) break;
        end = Next(end);
      }
      if (!HasPrevious(first) || TextOf(Previous(first)).empty()) break;
      first = Previous(first);
    }
    Report(begin, alone, found);
    return last.end;
  }

  // How many backslashes stand before a quote of the message itself: 0, 1, 3, 7 ...
  size_t EscapesIn(const Line& first, const Line& last) const {
    const absl::string_view text = text_.substr(first.begin, last.end - first.begin);
    for (absl::string_view word : {"User ", "user ", "resource "}) {
      for (size_t at = text.find(word); at != absl::string_view::npos;
           at = text.find(word, at + 1)) {
        const size_t quote = text.find_first_not_of('\\', at + word.size());
        if (quote != absl::string_view::npos && text[quote] == '"') return quote - at - word.size();
      }
    }
    return 0;
  }

  // The lines as one text without indentation. `tight`: a line break inside of a word goes, too,
  // but never one inside of quotes, where nobody can tell whether a blank was there.
  Joint Join(const Line& first, const Line& last, bool tight) const {
    Joint joint;
    const size_t escapes = EscapesIn(first, last);
    size_t run = 0;  // of backslashes
    bool quoted = false;
    for (Line line = first;; line = Next(line)) {
      const absl::string_view text =
          tight ? TextOf(line) : absl::StripAsciiWhitespace(TextOf(line));
      if (line.begin != first.begin && (!tight || quoted)) joint.text += '\n';
      joint.starts.push_back(joint.text.size());
      for (const char c : text) {
        if (c == '"' && run == escapes) quoted = !quoted;
        run = c == '\\' ? run + 1 : 0;
      }
      joint.text.append(text.data(), text.size());
      if (line.begin >= last.begin) return joint;
    }
  }

  // `found` in `joint`, whose first line is `first`.
  void Report(const Line& first, const Joint& joint, const Recognized& found) {
    const Sighting start = At(first.begin);
    for (const Recognized::Match& m : found.matches) {
      Sighting where = start;
      where.line += static_cast<uint32_t>(
          std::upper_bound(joint.starts.begin(), joint.starts.end(), m.offset) -
          joint.starts.begin() - 1);
      denials_.Add(m.denial, where);
    }
    if (found.cut) denials_.AddCut(start);
  }

  const absl::string_view text_;
  const Recognizer& recognizer_;
  DenialSet& denials_;
  Sighting where_;
  size_t counted_ = 0;
  uint32_t number_ = 1;
  int tries_ = 0;
  size_t read_ = 0;  // what is before was read
  // Messages of one line, and the denials that they told of.
  absl::flat_hash_map<std::string, std::vector<size_t>> memory_;
};

}  // namespace

void ReadText(absl::string_view text, const std::string& source, const Recognizer& recognizer,
              DenialSet& denials) {
  TextReader(text, source, recognizer, denials).Run();
}

}  // namespace wecan
