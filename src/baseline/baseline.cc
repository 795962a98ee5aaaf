// SPDX-License-Identifier: Apache-2.0
#include "src/baseline/baseline.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "analyzer/findings/suppress.h"
#include "src/output/report_parts.h"

namespace wecan {
namespace {

using EntryKey = std::tuple<std::string, std::string, std::string, std::string>;

EntryKey KeyOf(const BaselineEntry& e) { return {e.rule, e.path, e.object, e.id}; }

constexpr int kMost = std::numeric_limits<int>::max() / 2;  // so that two can be added

using Entries = std::map<EntryKey, BaselineEntry>;

Entries Index(const Baseline& baseline) {
  Entries entries;
  for (const BaselineEntry& e : baseline) {
    const auto [it, inserted] = entries.try_emplace(KeyOf(e), e);
    if (!inserted) it->second.count = std::min(kMost, it->second.count) + std::min(kMost, e.count);
  }
  return entries;
}

Baseline List(const Entries& entries) {
  Baseline baseline;
  for (const auto& [key, entry] : entries) {
    if (entry.count > 0) baseline.push_back(entry);
  }
  return baseline;
}

// One finding at one place, and whether the baseline knows it.
struct Known {
  BaselineEntry entry;
  bool known = false;
};

// Parallel to the findings, and for each to its ResultsOf().
using KnownResults = std::vector<std::vector<Known>>;

KnownResults Results(const AnalysisInput& input, const Report& report,
                     const std::vector<std::string>& paths) {
  KnownResults results;
  for (const Finding& f : report.findings) {
    std::vector<Known>& of_finding = results.emplace_back();
    if (!CanBeHidden(*f.rule)) continue;
    for (const Result& r : ResultsOf(input, f)) {
      of_finding.push_back({{.id = f.id,
                             .rule = std::string(f.rule->id),
                             .path = r.location.file < 0 ? "" : paths[r.location.file],
                             .object = r.object < 0 ? ""
                                                    : ObjectName(input.objects[r.object],
                                                                 report.namespaces[r.object]),
                             .count = 1,
                             .message = f.message}});
    }
  }
  return results;
}

template <typename F>
void ForEachUnknown(KnownResults& results, F f) {
  for (std::vector<Known>& of_finding : results) {
    for (Known& r : of_finding) {
      if (!r.known) f(r);
    }
  }
}

void TakeSamePlace(Entries& left, KnownResults& results) {
  ForEachUnknown(results, [&](Known& r) {
    const auto it = left.find(KeyOf(r.entry));
    if (it == left.end() || it->second.count == 0) return;
    --it->second.count;
    r.known = true;
  });
}

void TakeSameId(Entries& left, KnownResults& results) {
  std::map<std::string, std::vector<BaselineEntry*>> by_id;
  for (auto& [key, entry] : left) {
    if (entry.count > 0) by_id[entry.id].push_back(&entry);
  }
  ForEachUnknown(results, [&](Known& r) {
    const auto it = by_id.find(r.entry.id);
    if (it == by_id.end() || it->second.empty()) return;
    r.known = true;
    if (--it->second.back()->count == 0) it->second.pop_back();
  });
}

// Moves the places that are known from `f` to a finding of their own.
Finding SplitKnown(const std::vector<Known>& results, Finding& f) {
  Finding known = f;
  known.baselined = true;
  known.objects.clear();
  known.locations.clear();
  Finding rest = known;
  rest.baselined = false;
  for (size_t i = 0; i < results.size(); ++i) {
    Finding& to = results[i].known ? known : rest;
    if (i < f.objects.size()) {
      to.objects.push_back(f.objects[i]);
    } else {
      to.locations.push_back(f.locations[i - f.objects.size()]);
    }
  }
  f = std::move(rest);
  return known;
}

bool IsEmpty(const Finding& f) { return f.objects.empty() && f.locations.empty(); }

}  // namespace

Baseline BaselineOf(const AnalysisInput& input, const Report& report,
                    const std::vector<std::string>& paths) {
  Baseline all;
  for (std::vector<Known>& of_finding : Results(input, report, paths)) {
    for (Known& r : of_finding) all.push_back(std::move(r.entry));
  }
  return List(Index(all));
}

Baseline HideKnown(const AnalysisInput& input, const Baseline& baseline,
                   const std::vector<std::string>& paths, Report& report) {
  Entries left = Index(baseline);
  KnownResults results = Results(input, report, paths);
  TakeSamePlace(left, results);
  TakeSameId(left, results);
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].empty()) continue;
    Finding known = SplitKnown(results[i], report.findings[i]);
    if (!IsEmpty(known)) report.hidden.push_back(std::move(known));
  }
  std::erase_if(report.findings, IsEmpty);
  return List(left);
}

Baseline AddBaselines(const Baseline& a, const Baseline& b) {
  Baseline both = a;
  both.insert(both.end(), b.begin(), b.end());
  return List(Index(both));
}

Baseline SubtractBaseline(const Baseline& all, const Baseline& part) {
  Entries entries = Index(all);
  for (const BaselineEntry& e : part) {
    if (const auto it = entries.find(KeyOf(e)); it != entries.end()) it->second.count -= e.count;
  }
  return List(entries);
}

}  // namespace wecan
