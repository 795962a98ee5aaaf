// SPDX-License-Identifier: Apache-2.0
#include "src/config/keys.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/grants/profile.h"
#include "analyzer/model/finding_rule.h"
#include "src/output/formats.h"

namespace wecan {
namespace {

absl::Status Any(absl::string_view) { return absl::OkStatus(); }

absl::Status No(absl::string_view value, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("\"", value, "\" ", why));
}

absl::Status IsProfile(absl::string_view value) {
  if (absl::StartsWith(value, "file:") || absl::StartsWith(value, "context:"))
    return absl::OkStatus();
  return BuildProfile({.name = std::string(value)}).status();
}

absl::Status IsKubernetes(absl::string_view value) {
  return BuildProfile({.kubernetes = std::string(value)}).status();
}

absl::Status IsAccountPart(absl::string_view value) {
  return absl::StrContains(value, ':') ? No(value, "holds a colon; write one name") : Any(value);
}

absl::Status IsAccount(absl::string_view value) {
  const std::vector<absl::string_view> parts = absl::StrSplit(value, ':');
  const bool good = parts.size() == 2 && !parts[0].empty() && !parts[1].empty();
  return good ? Any(value)
              : No(value, "is not NAMESPACE:SERVICEACCOUNT, for example shop:deployer");
}

absl::Status IsRule(absl::string_view value) {
  if (FindRule(value) != nullptr) return absl::OkStatus();
  std::vector<absl::string_view> ids;
  for (const FindingRule& rule : FindingRules()) ids.push_back(rule.id);
  for (const FindingRule& rule : FindingRules()) ids.push_back(rule.name);
  return absl::InvalidArgumentError(
      absl::StrCat("no rule \"", value, "\"", DidYouMean(value, ids), " (wecan rules lists them)"));
}

absl::Status IsFormat(absl::string_view value) {
  const absl::string_view format = value.substr(0, value.find('='));
  if (std::find(kReportFormats.begin(), kReportFormats.end(), format) == kReportFormats.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no format \"", format, "\"", DidYouMean(format, kReportFormats)));
  }
  return absl::EndsWith(value, "=") ? No(value, "names no file behind the =") : Any(value);
}

// "10s", "1m30s", "500ms".
absl::Status IsDuration(absl::string_view value) {
  absl::string_view rest = value;
  while (!rest.empty()) {
    const auto* end = std::find_if_not(rest.begin(), rest.end(), absl::ascii_isdigit);
    if (end == rest.begin()) break;
    rest.remove_prefix(static_cast<size_t>(end - rest.begin()));
    if (!absl::ConsumePrefix(&rest, "ms") && !absl::ConsumePrefix(&rest, "s") &&
        !absl::ConsumePrefix(&rest, "m") && !absl::ConsumePrefix(&rest, "h"))
      return No(value, "is no duration, for example 10s");
  }
  return rest.empty() ? Any(value) : No(value, "is no duration, for example 10s");
}

// YYYY-MM-DD, a day that the calendar has.
absl::Status IsDate(absl::string_view value) {
  const bool form = value.size() == 10 && value[4] == '-' && value[7] == '-';
  int year = 0, month = 0, day = 0;
  if (!form || !absl::SimpleAtoi(value.substr(0, 4), &year) ||
      !absl::SimpleAtoi(value.substr(5, 2), &month) || !absl::SimpleAtoi(value.substr(8), &day))
    return No(value, "is no date, for example 2027-03-31");
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const std::array<int, 12> days = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool exists = year > 0 && month >= 1 && month <= 12 && day >= 1 &&
                      day <= days[static_cast<size_t>(month) - 1];
  return exists ? Any(value) : No(value, "is no day of the calendar");
}

constexpr bool kUser = true;
constexpr absl::string_view kNone;

constexpr ConfigKey kKeys[] = {
    {"version", KeyType::kNumber, "of this format", kNone, kNone, "1", "1", PathUse::kNone, kUser,
     Any},

    {"agent", KeyType::kSection, "the work agent, and what it holds by default", kNone, kNone,
     kNone, kNone, PathUse::kNone, false, Any},
    {"agent.profile", KeyType::kText,
     "ocm-X.Y[.Z], kubestellar-X.Y, file:RBAC_DUMP, or context:NAME", "--profile", "WECAN_PROFILE",
     kNone, kNone, PathUse::kProfile, false, IsProfile},
    {"agent.mode", KeyType::kText, "klusterlet mode", "--mode", kNone, "default singleton",
     "default", PathUse::kNone, false, Any},
    {"agent.kubernetes", KeyType::kVersion, "version of the WEC, for its admin role",
     "--kubernetes", kNone, kNone, kNone, PathUse::kNone, false, IsKubernetes},
    {"agent.namespace", KeyType::kText, "namespace of the agent's ServiceAccount", "--agent", kNone,
     kNone, "open-cluster-management-agent", PathUse::kNone, false, IsAccountPart},
    {"agent.serviceAccount", KeyType::kText, "name of the agent's ServiceAccount", "--agent", kNone,
     kNone, "klusterlet-work-sa", PathUse::kNone, false, IsAccountPart},
    {"agent.klusterlet", KeyType::kText, "name of the Klusterlet", "--klusterlet", kNone, kNone,
     "klusterlet", PathUse::kNone, false, Any},
    {"agent.executor", KeyType::kText,
     "NAMESPACE:NAME of the executor of every object (check), in place of those of ManifestWorks",
     "--executor", kNone, kNone, kNone, PathUse::kNone, false, IsAccount},

    {"paths", KeyType::kList,
     "files and folders to check when none is given; otherwise context, like load", kNone, kNone,
     kNone, kNone, PathUse::kPath, false, Any},
    {"exclude", KeyType::kList, "leave out files of folders that match", "--exclude", kNone, kNone,
     kNone, PathUse::kGlob, false, Any},
    {"crds", KeyType::kList, "take CustomResourceDefinitions from here", "--crds", kNone, kNone,
     kNone, PathUse::kPath, false, Any},
    {"load", KeyType::kList, "context: its grants and CRDs count, nothing in it is reported",
     "--load", kNone, kNone, kNone, PathUse::kPath, false, Any},

    {"wecs", KeyType::kSection, "live clusters", kNone, kNone, kNone, kNone, PathUse::kNone, kUser,
     Any},
    {"wecs.contexts", KeyType::kList,
     "contexts of the kubeconfig that --all-contexts means, with * and ?; without it, all", kNone,
     kNone, kNone, kNone, PathUse::kNone, kUser, Any},
    {"wecs.map", KeyType::kMap, "contexts of clusters that the ITS calls otherwise", "--map", kNone,
     kNone, kNone, PathUse::kNone, kUser, Any},
    {"wecs.requestTimeout", KeyType::kText, "for one request", "--request-timeout", kNone, kNone,
     "10s", PathUse::kNone, kUser, IsDuration},
    {"wecs.parallel", KeyType::kNumber, "requests at a time", "--parallel", kNone, kNone, "8",
     PathUse::kNone, kUser, Any},
    {"wecs.method", KeyType::kText, "how to ask", "--method", kNone, "auto impersonate sar local",
     "auto", PathUse::kNone, kUser, Any},

    {"fix", KeyType::kSection, "the grant that fix writes", kNone, kNone, kNone, kNone,
     PathUse::kNone, false, Any},
    {"fix.strategy", KeyType::kText, "kind of grant; without it, what suits the profile",
     "--strategy", kNone, "aggregate cluster-binding role-binding", kNone, PathUse::kNone, false,
     Any},
    {"fix.file", KeyType::kText, "the file for new roles", "--out", kNone, kNone, kNone,
     PathUse::kPath, false, Any},
    {"fix.name", KeyType::kText, "name of the roles", "--name", kNone, kNone, kNone, PathUse::kNone,
     false, Any},
    {"fix.labels", KeyType::kMap, "labels for the roles, so that a BindingPolicy selects them",
     "--labels", kNone, kNone, kNone, PathUse::kNone, false, Any},
    {"fix.verbs", KeyType::kText, "full: also those that the profile holds", "--verbs", kNone,
     "missing full", "missing", PathUse::kNone, false, Any},
    {"fix.resourceNames", KeyType::kFlag, "only for the names of the objects", "--resource-names",
     kNone, kNone, "false", PathUse::kNone, false, Any},
    {"fix.wrap", KeyType::kText, "what the roles are wrapped in", "--wrap", kNone,
     "none manifestwork bindingpolicy", "none", PathUse::kNone, false, Any},

    {"failOn", KeyType::kText, "check exits 1 from this level on", "--fail-on", kNone,
     "error warning note never", "error", PathUse::kNone, false, Any},
    {"rules", KeyType::kMap, "other levels for rules, by id or name", "--rule", kNone,
     "error warning note off", kNone, PathUse::kNone, false, IsRule},

    {"ignore", KeyType::kItems, "findings that are not reported", kNone, kNone, kNone, kNone,
     PathUse::kNone, false, Any},
    {"ignore[].rule", KeyType::kText, "id or name of the rule", kNone, kNone, kNone, kNone,
     PathUse::kNone, false, Any},
    {"ignore[].group", KeyType::kText, "API group of the object; \"\" is the core group", kNone,
     kNone, kNone, kNone, PathUse::kNone, false, Any},
    {"ignore[].kind", KeyType::kText, "kind of the object, with * and ?", kNone, kNone, kNone,
     kNone, PathUse::kNone, false, Any},
    {"ignore[].namespace", KeyType::kText, "its namespace, with * and ?", kNone, kNone, kNone,
     kNone, PathUse::kNone, false, Any},
    {"ignore[].name", KeyType::kText, "its name, with * and ?", kNone, kNone, kNone, kNone,
     PathUse::kNone, false, Any},
    {"ignore[].reason", KeyType::kText, "why, for those who read it later", kNone, kNone, kNone,
     kNone, PathUse::kNone, false, Any},
    {"ignore[].expires", KeyType::kText, "the last day on which it holds, YYYY-MM-DD", kNone, kNone,
     kNone, kNone, PathUse::kNone, false, IsDate},
    {"baseline", KeyType::kText, "file of the findings that are known", "--baseline", kNone, kNone,
     kNone, PathUse::kPath, false, Any},

    {"output", KeyType::kList, "formats of check: FORMAT or FORMAT=FILE", "--output",
     "WECAN_OUTPUT", kNone, "text", PathUse::kOutput, false, IsFormat},
    {"color", KeyType::kText, "colours", "--color", kNone, "auto always never", "auto",
     PathUse::kNone, kUser, Any},
};

}  // namespace

absl::Span<const ConfigKey> ConfigKeys() { return kKeys; }

const ConfigKey* FindConfigKey(absl::string_view name) {
  const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                 [&](const ConfigKey& k) { return k.name == name; });
  return key == std::end(kKeys) ? nullptr : key;
}

std::string FallbackText(const ConfigKey& key) {
  if (key.name == "agent.profile") return BuildProfile({})->name;
  if (key.name == "agent.kubernetes") return BuildProfile({})->kubernetes;
  return std::string(key.fallback);
}

}  // namespace wecan
