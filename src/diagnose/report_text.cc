// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "analyzer/base/utf8.h"
#include "analyzer/fixes/minimal_rules.h"
#include "src/diagnose/report.h"
#include "src/output/report.h"

namespace wecan {
namespace {

constexpr size_t kShownPlaces = 3;
constexpr size_t kIndent = 13;  // "   seen in   "

// `text` in lines of at most `width` characters, broken at blanks.
std::vector<std::string> Wrap(absl::string_view text, size_t width) {
  std::vector<std::string> lines;
  for (absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    std::string line;
    for (absl::string_view word : absl::StrSplit(paragraph, ' ')) {
      if (word.empty() && line.empty()) continue;
      if (!line.empty() && CountCodePoints(line) + 1 + CountCodePoints(word) > width) {
        lines.emplace_back(absl::StripTrailingAsciiWhitespace(line));
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string AndList(const std::vector<std::string>& items) {
  if (items.size() < 2) return absl::StrJoin(items, "");
  return absl::StrCat(absl::StrJoin(items.begin(), items.end() - 1, ", "), " and ", items.back());
}

// How a headline calls who was refused.
std::string ShortUser(const std::string& user) {
  std::string ns, name;
  return ParseServiceAccountUsername(user, &ns, &name) ? name : user;
}

std::string ScopeOf(const Denial& d) {
  if (!d.path.empty()) return "";
  return d.namespace_.empty() ? " at cluster scope" : absl::StrCat(" in namespace ", d.namespace_);
}

// What the denial is about.
std::string TargetOf(const Denial& d) {
  std::string target = !d.path.empty() ? d.path : !d.resource.empty() ? ResourceOf(d) : d.kind;
  if (!d.name.empty()) absl::StrAppend(&target, target.empty() ? "" : " ", "\"", d.name, "\"");
  return target;
}

std::string Headline(const DiagnosedDenial& item) {
  const Denial& d = item.denial;
  const std::string target = TargetOf(d);
  const std::string lead = target.empty() ? "" : absl::StrCat(target, ": ");
  if (d.Is(kMissingPermission)) {
    const std::string who = d.user.empty() ? "somebody" : ShortUser(d.user);
    const bool elided = d.refusal->id == "rbac-forbidden-elided";
    return absl::StrCat(lead, who, " may not ", d.verb, " it", elided ? "" : ScopeOf(d));
  }
  const bool rbac =
      d.Is(kEscalation) || d.Is("executor") || d.Is("impersonation") || d.Is("owner-reference");
  return absl::StrCat(lead, d.refusal->title, rbac ? "" : " (not an RBAC problem)");
}

class Writer {
 public:
  Writer(const Diagnosis& d, const Style& style, bool all) : d_(d), style_(style), all_(all) {}

  std::string Run() {
    for (size_t i = 0; i < d_.denials.size(); ++i) Item(i + 1, d_.denials[i]);
    if (!d_.denials.empty()) Summary();
    const std::string yaml = DiagnosisYaml(d_);
    if (!yaml.empty()) absl::StrAppend(&out_, "---\n", yaml);
    return std::move(out_);
  }

 private:
  void Item(size_t number, const DiagnosedDenial& item) {
    const Denial& d = item.denial;
    absl::StrAppend(&out_, Pad(absl::StrCat(number), 2), " ",
                    style_.Bold(Printable(Headline(item))), "\n");
    Whole("says", d.text);
    SeenIn(d);
    Line("cause", Cause(item));
    if (const absl::string_view remark = RemarkOn(d.group, d.resource); !remark.empty())
      Line("note", remark);
    AskedBy(item.verdict);
    for (const LiveCheck& check : item.live) Line("now", DescribeLive(check));
    if (!item.verdict.verbs.empty()) {
      Line("grant", Grant(item));
    } else {
      Line("next", absl::StrCat(d.refusal->next, WhyNot(item)));
    }
    Line("see", absl::StrCat("wecan explain ", d.refusal->id));
  }

  void SeenIn(const Denial& d) {
    const size_t shown = all_ ? d.seen.size() : std::min(d.seen.size(), kShownPlaces);
    for (size_t i = 0; i < shown; ++i) Whole(i == 0 ? "seen in" : "", DescribeSighting(d.seen[i]));
    if (d.times > shown) {
      Line("", absl::StrCat("and ", d.times - shown, d.times - shown == 1 ? " time" : " times",
                            " more"));
    }
  }

  std::string Cause(const DiagnosedDenial& item) const {
    const Denial& d = item.denial;
    const DenialVerdict& v = item.verdict;
    if (!d.Is(kMissingPermission) || v.verbs.empty() || !item.work_agent)
      return absl::StrCat(d.refusal->cause, Reason(d));
    std::string cause;
    if (v.refutes_profile) {
      cause = absl::StrCat("profile ", item.profile, " holds ", d.verb,
                           ", this WEC does not: somebody took away what OCM grants there");
    } else if (v.via.empty()) {
      cause = absl::StrCat("profile ", item.profile, " holds nothing of what it takes");
    } else {
      cause = absl::StrCat("of what it takes, profile ", item.profile, " holds ", HeldVerbs(item),
                           ", by ", absl::StrJoin(v.via, ", "));
    }
    if (!v.next.empty()) {
      absl::StrAppend(&cause, "; \"", d.verb, "\" is only the first that is refused, ",
                      AndList(v.next), " would be next");
    }
    if (v.granted_in_input)
      absl::StrAppend(&cause, "; the manifests grant it, so that grant has not reached this WEC");
    return absl::StrCat(cause, Reason(d));
  }

  // What of Update's verbs is held: those that are not granted.
  static std::string HeldVerbs(const DiagnosedDenial& item) {
    std::vector<std::string> held;
    for (const char* verb : {"get", "create", "update", "patch", "delete"}) {
      const std::vector<std::string>& missing = item.verdict.verbs;
      const bool asked = absl::string_view(verb) != "patch";
      if (asked && std::find(missing.begin(), missing.end(), verb) == missing.end())
        held.emplace_back(verb);
    }
    return AndList(held);
  }

  static std::string Reason(const Denial& d) {
    if (absl::StrContains(d.reason, "not found"))
      return absl::StrCat("; a binding names a role that is not there (", d.reason,
                          "): restoring the role may be all that is needed");
    if (absl::StrContains(d.reason, "Azure") || absl::StartsWith(d.reason, "requires one of"))
      return "; the cloud's own authorizer was asked, too: a role assignment there is the other "
             "way";
    return "";
  }

  void AskedBy(const DenialVerdict& v) {
    const size_t shown = all_ ? v.objects.size() : std::min(v.objects.size(), kShownPlaces);
    for (size_t i = 0; i < shown; ++i) {
      const Object& o = d_.input.objects[v.objects[i]];
      Line(i == 0 ? "asked by" : "",
           absl::StrCat(PlaceName(d_.input, o.location, false), "  ",
                        ObjectName(o, d_.requirements.objects[v.objects[i]].namespace_)));
    }
    if (v.objects.size() > shown)
      Line("", absl::StrCat("+", v.objects.size() - shown, " more, -v lists them"));
  }

  std::string Grant(const DiagnosedDenial& item) const {
    std::vector<std::string> verbs = item.verdict.verbs;
    SortVerbs(verbs);
    return absl::StrCat(absl::StrJoin(verbs, ", "), ": below");
  }

  // Why a refused permission gets no grant.
  static std::string WhyNot(const DiagnosedDenial& item) {
    const Denial& d = item.denial;
    if (!d.Is(kMissingPermission) || d.user.empty() || item.work_agent) return "";
    return absl::StrCat(" ", d.user,
                        " is no work agent, so no grant is made for it; --any-subject makes one.");
  }

  static std::string DescribeLive(const LiveCheck& check) {
    if (!check.error.empty()) return absl::StrCat(check.context, ": ", check.error);
    if (check.refused.empty())
      return absl::StrCat(check.context, ": allowed now (", absl::StrJoin(check.allowed, ", "),
                          "); the agent has only to try again");
    return absl::StrCat(check.context, ": refused ", absl::StrJoin(check.refused, ", "),
                        check.allowed.empty()
                            ? ""
                            : absl::StrCat("; allowed ", absl::StrJoin(check.allowed, ", ")));
  }

  void Summary() {
    const size_t granted = static_cast<size_t>(
        std::count_if(d_.denials.begin(), d_.denials.end(),
                      [](const DiagnosedDenial& i) { return !i.verdict.verbs.empty(); }));
    const size_t rest = d_.denials.size() - granted;
    absl::StrAppend(&out_, "\n", d_.denials.size(),
                    d_.denials.size() == 1 ? " refusal: " : " refusals: ", granted,
                    " cured by the grant below, ", rest, " not.\n");
    if (granted == 0) {
      out_.erase(out_.rfind('\n', out_.size() - 2) + 1);
      absl::StrAppend(&out_, d_.denials.size(), d_.denials.size() == 1 ? " refusal" : " refusals",
                      ", and no grant cures any of them.\n");
      return;
    }
    Whole("Apply", absl::StrCat(d_.command, " -o yaml | kubectl --context WEC apply -f -"));
    Line("", "or downsync it, with labels that its BindingPolicy selects (--labels KEY=VALUE)");
    Line("Retry",
         "by itself, at the latest after about as long as it was refused (17 minutes at most)");
    Whole("",
          "at once: kubectl --context ITS -n MAILBOX label manifestwork --all retry=$(date +%s) "
          "--overwrite");
  }

  // Not wrapped, so that it can be searched for and copied.
  void Whole(absl::string_view head, absl::string_view text) {
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      absl::StrAppend(&out_, "   ", style_.Dim(Pad(head, kIndent - 3)), Printable(line), "\n");
      head = "";
    }
  }

  // Wrapped to the width of the window.
  void Line(absl::string_view head, absl::string_view text) {
    const size_t columns = static_cast<size_t>(std::max(style_.columns, 40));
    bool first = true;
    for (const std::string& line : Wrap(text, columns - kIndent)) {
      absl::StrAppend(&out_, "   ",
                      first ? style_.Dim(Pad(head, kIndent - 3)) : Pad("", kIndent - 3),
                      Printable(line), "\n");
      first = false;
    }
  }

  const Diagnosis& d_;
  const Style& style_;
  const bool all_;
  std::string out_;
};

}  // namespace

std::string DescribeSighting(const Sighting& where) {
  const std::string place =
      where.line == 0 ? where.source : absl::StrCat(where.source, ":", where.line);
  if (where.object.empty()) {
    return where.condition.empty() ? place : absl::StrCat(where.condition, "  (", place, ")");
  }
  return absl::StrCat(
      where.object, where.manifest < 0 ? "" : absl::StrCat("  manifest ", where.manifest),
      where.condition.empty() ? "" : absl::StrCat("  ", where.condition), "  (", place, ")");
}

std::string DiagnosisText(const Diagnosis& diagnosis, const Style& style, bool all) {
  return Writer(diagnosis, style, all).Run();
}

}  // namespace wecan
