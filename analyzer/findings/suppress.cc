// SPDX-License-Identifier: Apache-2.0
#include "analyzer/findings/suppress.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/wildcard.h"

namespace wecan {
namespace {

constexpr absl::string_view kAll = "all";

bool Matches(absl::string_view pattern, absl::string_view text) {
  return pattern.empty() || WildcardMatches(pattern, text);
}

class Suppressor {
 public:
  Suppressor(const SuppressContext& context, const SuppressOptions& options)
      : c_(context), options_(options), of_object_(context.input.objects.size()) {}

  Suppressed Run(std::vector<Finding>& findings) {
    for (const Suppression& s : c_.input.suppressions) Judge(s);
    for (Finding& f : findings) Split(f);
    std::erase_if(findings,
                  [](const Finding& f) { return f.objects.empty() && f.locations.empty(); });
    for (const Entry& e : entries_) ReportUnused(e);
    return std::move(result_);
  }

 private:
  // A suppression that applies.
  struct Entry {
    const Suppression* suppression;
    const FindingRule* rule;  // nullptr: all
    bool used = false;
  };

  void Remark(const Suppression& s, std::string message) {
    result_.remarks.push_back({"WEC903", Level::kWarning, std::move(message), s.location});
  }

  void Judge(const Suppression& s) {
    const FindingRule* rule = s.rule == kAll ? nullptr : FindRule(s.rule);
    if (rule == nullptr && s.rule != kAll) {
      std::vector<absl::string_view> ids = {kAll};
      for (const FindingRule& r : FindingRules()) ids.push_back(r.id);
      Remark(s, absl::StrCat("no rule \"", s.rule, "\"", DidYouMean(s.rule, ids),
                             " (wecan rules lists them); this suppresses nothing"));
    } else if (rule != nullptr && !CanBeHidden(*rule)) {
      Remark(s, absl::StrCat(rule->id, " cannot be suppressed; give it another level with --rule ",
                             rule->id, "=off"));
    } else if (absl::StripAsciiWhitespace(s.reason).empty()) {
      Remark(s, absl::StrCat("no reason for not reporting ", s.rule,
                             "; say why, or it is reported all the same"));
    } else if (!s.expires.empty() && !options_.today.empty() && s.expires < options_.today) {
      Remark(s, absl::StrCat("the suppression of ", s.rule, " expired on ", s.expires,
                             "; renew or remove it"));
    } else {
      Add({&s, rule});
    }
  }

  // Beside an object each rule counts once, so that an object never has more entries than there are
  // rules.
  void Add(const Entry& entry) {
    const Suppression& s = *entry.suppression;
    if (s.source != SuppressionSource::kConfig &&
        !beside_.insert({s.source, s.begin_object, s.end_object, entry.rule}).second) {
      Remark(s, absl::StrCat(s.rule, " is suppressed here already; remove one of the two"));
      return;
    }
    const size_t index = entries_.size();
    entries_.push_back(entry);
    if (s.source == SuppressionSource::kConfig) config_.push_back(index);
    if (s.source == SuppressionSource::kComment)
      of_document_[{s.location.file, s.location.document}].push_back(index);
    if (s.source != SuppressionSource::kConfig)
      for (int i = s.begin_object; i < s.end_object; ++i) of_object_[i].push_back(index);
  }

  // The first entry of `among` for this rule that `covers` something; all of them are of use.
  template <typename Covers>
  void Use(const std::vector<size_t>& among, const FindingRule& rule, Covers covers, int& first) {
    for (size_t index : among) {
      Entry& entry = entries_[index];
      if ((entry.rule != nullptr && entry.rule != &rule) || !covers(*entry.suppression)) continue;
      entry.used = true;
      if (first < 0) first = static_cast<int>(index);
    }
  }

  // Into entries_, or -1: the one that keeps the finding about the object from being reported.
  int ForObject(const FindingRule& rule, int object) {
    const Object& o = c_.input.objects[object];
    int first = -1;
    Use(
        of_object_[object], rule, [](const Suppression&) { return true; }, first);
    Use(
        config_, rule,
        [&](const Suppression& s) {
          const ObjectPattern& p = s.pattern;
          return (!p.group || WildcardMatches(*p.group, o.group)) && Matches(p.kind, o.kind) &&
                 Matches(p.namespace_, c_.namespaces[object]) && Matches(p.name, o.name);
        },
        first);
    return first;
  }

  // The same for a finding about a place in a file.
  int ForPlace(const FindingRule& rule, const SourceLocation& l) {
    int first = -1;
    if (const auto it = of_document_.find({l.file, l.document}); it != of_document_.end())
      Use(
          it->second, rule, [](const Suppression&) { return true; }, first);
    return first;
  }

  // Takes what is suppressed out of `f`, into a finding of its own for each suppression.
  void Split(Finding& f) {
    if (!CanBeHidden(*f.rule)) return;
    std::map<int, Finding> parts;
    const auto part = [&](int entry) -> Finding& {
      const auto [it, inserted] = parts.try_emplace(entry);
      if (inserted) {
        it->second = f;
        it->second.objects.clear();
        it->second.locations.clear();
        it->second.suppression = entries_[entry].suppression;
      }
      return it->second;
    };
    std::vector<int> objects;
    for (int i : f.objects) {
      const int entry = ForObject(*f.rule, i);
      (entry < 0 ? objects : part(entry).objects).push_back(i);
    }
    std::vector<SourceLocation> locations;
    for (const SourceLocation& l : f.locations) {
      const int entry = ForPlace(*f.rule, l);
      (entry < 0 ? locations : part(entry).locations).push_back(l);
    }
    f.objects = std::move(objects);
    f.locations = std::move(locations);
    for (auto& [entry, finding] : parts) result_.findings.push_back(std::move(finding));
  }

  // Something in sight that it could have been about.
  bool IsInSight(const Suppression& s) const {
    if (s.source == SuppressionSource::kConfig) return !options_.partial;
    return std::any_of(c_.checked.begin() + s.begin_object, c_.checked.begin() + s.end_object,
                       [](bool checked) { return checked; });
  }

  void ReportUnused(const Entry& e) {
    const Suppression& s = *e.suppression;
    const bool of_audit = e.rule != nullptr && e.rule->command == "audit";  // which knows better
    if (e.used || of_audit || (e.rule != nullptr && c_.is_off(*e.rule)) || !IsInSight(s)) return;
    const char* where = s.source == SuppressionSource::kConfig ? "no object that it selects"
                                                               : "nothing in the object";
    const std::string what = e.rule == nullptr ? "any rule" : std::string(e.rule->id);
    Remark(s,
           absl::StrCat(what, " finds ", where,
                        ", so there is nothing to suppress; remove it, or look for what changed"));
  }

  const SuppressContext& c_;
  const SuppressOptions& options_;
  std::vector<Entry> entries_;
  std::vector<std::vector<size_t>> of_object_;  // into entries_, parallel to input.objects
  std::map<std::pair<int32_t, uint32_t>, std::vector<size_t>> of_document_;  // by file, document
  std::vector<size_t> config_;
  std::set<std::tuple<SuppressionSource, int, int, const FindingRule*>> beside_;
  Suppressed result_;
};

}  // namespace

absl::string_view SuppressionSourceName(SuppressionSource source) {
  switch (source) {
    case SuppressionSource::kComment:
      return "comment";
    case SuppressionSource::kAnnotation:
      return "annotation";
    case SuppressionSource::kConfig:
      return "config";
  }
  return "";
}

bool CanBeHidden(const FindingRule& rule) {
  return rule.id != "WEC901" && rule.id != "WEC903" && rule.id != "WEC904";
}

Suppressed Suppress(const SuppressContext& context, const SuppressOptions& options,
                    std::vector<Finding>& findings) {
  if (!options.enabled || context.input.suppressions.empty()) return {};
  return Suppressor(context, options).Run(findings);
}

}  // namespace wecan
