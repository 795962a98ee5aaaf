// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/diagnose/report.h"
#include "src/fix/grant_documents.h"
#include "src/output/json.h"
#include "src/output/report.h"
#include "src/output/version.h"

namespace wecan {
namespace {

constexpr size_t kNamedObjects = 20;

Json SightingJson(const Sighting& where) {
  return {{"source", where.source},
          {"line", where.line},
          {"object", where.object},
          {"manifest", where.manifest < 0 ? Json() : Json(where.manifest)},
          {"condition", where.condition}};
}

Json SightingsJson(const std::vector<Sighting>& sightings) {
  Json list = Json::array();
  for (const Sighting& s : sightings) list.push_back(SightingJson(s));
  return list;
}

Json ObjectsJson(const Diagnosis& d, const std::vector<int>& objects) {
  Json list = Json::array();
  for (const int i : objects) {
    const Object& o = d.input.objects[i];
    list.push_back({{"kind", o.kind},
                    {"namespace", d.requirements.objects[i].namespace_},
                    {"name", o.name},
                    {"path", d.input.files[o.location.file].path},
                    {"line", o.location.line}});
  }
  return list;
}

Json LiveJson(const std::vector<LiveCheck>& checks) {
  Json list = Json::array();
  for (const LiveCheck& c : checks) {
    list.push_back({{"context", c.context},
                    {"allowed", c.allowed},
                    {"refused", c.refused},
                    {"error", c.error}});
  }
  return list;
}

Json DenialJson(const Diagnosis& diagnosis, const DiagnosedDenial& item) {
  const Denial& d = item.denial;
  const DenialVerdict& v = item.verdict;
  Json rules = Json::array();
  for (const PolicyRule& rule : d.rules) rules.push_back(RuleJson(rule));
  return {{"classification", Text(d.refusal->classification)},
          {"refusal", Text(d.refusal->id)},
          {"user", d.user},
          {"verb", d.verb},
          {"group", d.group},
          {"resource", d.resource},
          {"subresource", d.subresource},
          {"namespace", d.namespace_},
          {"name", d.name},
          {"path", d.path},
          {"kind", d.kind},
          {"reason", d.reason},
          {"rules", rules},
          {"grant", v.verbs.empty() ? Json() : Json({{"verbs", v.verbs}})},
          {"nextRefused", v.next},
          {"refutesProfile", v.refutes_profile},
          {"grantedInInput", v.granted_in_input},
          {"heldBy", v.via},
          {"message", d.text},
          {"cause", Text(d.refusal->cause)},
          {"advice", Text(d.refusal->next)},
          {"remark", Text(RemarkOn(d.group, d.resource))},
          {"objects", ObjectsJson(diagnosis, v.objects)},
          {"live", LiveJson(item.live)},
          {"times", d.times},
          {"seenIn", SightingsJson(d.seen)}};
}

std::vector<std::pair<std::string, std::string>> Annotations(const AccountGrant& grant) {
  std::vector<std::string> objects = grant.objects;
  if (objects.size() > kNamedObjects) {
    const size_t more = objects.size() - kNamedObjects;
    objects.resize(kNamedObjects);
    objects.push_back(absl::StrCat("+", more, " more"));
  }
  std::string ns, name;
  const bool account = ParseServiceAccountUsername(grant.user, &ns, &name);
  return {{"grant.wecan/for", account ? ServiceAccountRef{ns, name}.Display() : grant.user},
          {"grant.wecan/reason", "refused on a WEC, and what is asked after that"},
          {"grant.wecan/objects", absl::StrJoin(objects, ", ")}};
}

std::vector<Json> GrantsOf(const Diagnosis& diagnosis) {
  std::vector<Json> documents;
  for (const AccountGrant& account : diagnosis.grants) {
    for (const RoleGrant& role : account.grant.roles) {
      for (Json& document :
           GrantDocuments(role, Annotations(account), GrantWrap::kNone, /*mailbox=*/""))
        documents.push_back(std::move(document));
    }
  }
  return documents;
}

}  // namespace

Json DiagnosisJson(const Diagnosis& diagnosis) {
  Json denials = Json::array(), errors = Json::array();
  int granted = 0;
  for (const DiagnosedDenial& item : diagnosis.denials) {
    denials.push_back(DenialJson(diagnosis, item));
    granted += item.verdict.verbs.empty() ? 0 : 1;
  }
  for (const DiagnosisError& e : diagnosis.errors)
    errors.push_back({{"where", e.where}, {"message", e.message}});
  return {{"$schema", "urn:wecan:schema:diagnose-v1"},
          {"schemaVersion", "1.0"},
          {"kind", "DiagnoseReport"},
          {"tool", {{"name", "wecan"}, {"version", kVersion}}},
          {"agent",
           {{"namespace", diagnosis.agent.namespace_},
            {"serviceAccount", diagnosis.agent.service_account},
            {"profile", diagnosis.profile},
            {"source", diagnosis.profile_source}}},
          {"summary",
           {{"denials", diagnosis.denials.size()},
            {"granted", granted},
            {"notGranted", diagnosis.denials.size() - static_cast<size_t>(granted)},
            {"cut", diagnosis.cut_times},
            {"unlisted", diagnosis.unlisted},
            {"exitCode", diagnosis.exit_code}}},
          {"denials", denials},
          {"grants", GrantsOf(diagnosis)},
          {"cut", SightingsJson(diagnosis.cut)},
          {"errors", errors}};
}

std::string DiagnosisYaml(const Diagnosis& diagnosis) {
  std::vector<std::string> documents;
  for (const Json& document : GrantsOf(diagnosis)) documents.push_back(DumpManifestYaml(document));
  return absl::StrJoin(documents, "---\n");
}

}  // namespace wecan
