// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"
#include "src/baseline/baseline.h"
#include "src/output/json.h"

namespace wecan {
namespace {

constexpr char kSchema[] = "urn:wecan:schema:baseline-v1";
constexpr char kKind[] = "Baseline";
constexpr int kMaxCount = 1'000'000'000;

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, "; write it again with --write-baseline to a new file"));
}

absl::StatusOr<std::string> TextField(const Json& entry, const char* name,
                                      const std::string& where) {
  const auto it = entry.find(name);
  if (it == entry.end() || !it->is_string())
    return Wrong(absl::StrCat(where, ".", name, " is no string"));
  return it->get<std::string>();
}

absl::StatusOr<int> CountField(const Json& entry, const std::string& where) {
  const auto it = entry.find("count");
  const bool good = it != entry.end() && it->is_number_integer() && *it >= 1 && *it <= kMaxCount;
  if (!good) return Wrong(absl::StrCat(where, ".count is no number of 1 or more"));
  return it->get<int>();
}

absl::StatusOr<BaselineEntry> ReadEntry(const Json& json, const std::string& where) {
  if (!json.is_object()) return Wrong(where + " is no object");
  BaselineEntry e;
  WECAN_ASSIGN_OR_RETURN(e.id, TextField(json, "id", where));
  WECAN_ASSIGN_OR_RETURN(e.rule, TextField(json, "rule", where));
  WECAN_ASSIGN_OR_RETURN(e.path, TextField(json, "path", where));
  WECAN_ASSIGN_OR_RETURN(e.object, TextField(json, "object", where));
  WECAN_ASSIGN_OR_RETURN(e.count, CountField(json, where));
  WECAN_ASSIGN_OR_RETURN(e.message, TextField(json, "message", where));
  return e;
}

}  // namespace

std::string WriteBaseline(const Baseline& baseline) {
  Json entries = Json::array();
  for (const BaselineEntry& e : baseline) {
    entries.push_back({{"id", e.id},
                       {"rule", e.rule},
                       {"path", e.path},
                       {"object", e.object},
                       {"count", e.count},
                       {"message", e.message}});
  }
  return DumpJson({{"$schema", kSchema},
                   {"schemaVersion", "1.0"},
                   {"kind", kKind},
                   {"entries", std::move(entries)}});
}

absl::StatusOr<Baseline> ReadBaseline(absl::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Wrong("this is not JSON, so no baseline");
  if (!json.is_object() || json.value("kind", Json()) != kKind)
    return Wrong("this is no baseline of wecan: it has no \"kind\": \"Baseline\"");
  const Json version = json.value("schemaVersion", Json());
  if (!version.is_string() || !absl::StartsWith(version.get<std::string>(), "1."))
    return Wrong("schemaVersion is not 1.x, the only one that this version of wecan reads");
  const auto entries = json.find("entries");
  if (entries == json.end() || !entries->is_array()) return Wrong("entries is no list");
  Baseline baseline;
  for (size_t i = 0; i < entries->size(); ++i) {
    WECAN_ASSIGN_OR_RETURN(BaselineEntry entry,
                           ReadEntry((*entries)[i], absl::StrCat("entries[", i, "]")));
    baseline.push_back(std::move(entry));
  }
  const size_t read = baseline.size();
  baseline = AddBaselines(baseline, {});
  if (baseline.size() != read) return Wrong("two entries are about the same");
  return baseline;
}

}  // namespace wecan
