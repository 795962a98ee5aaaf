// SPDX-License-Identifier: Apache-2.0
// Writes one C++ source with all tables. Equal lists are written once and shared; every table is
// constexpr, so starting the program parses nothing.
#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "src/generator/data.h"

namespace wecan {
namespace {

std::string Quote(const std::string& text) { return absl::StrCat("\"", absl::CEscape(text), "\""); }

std::string Bool(bool value) { return value ? "true" : "false"; }

bool IsTrue(const YAML::Node& node, const char* key) { return Text(node, key) == "true"; }

// A pattern of rules/refusals.yaml with its parts put in. A blank outside of a character class
// matches the end of a line, too: messages are folded there.
std::string RefusalPattern(std::string pattern, const YAML::Node& parts) {
  for (int depth = 0; depth < 4; ++depth) {
    for (const auto& part : parts) {
      absl::StrReplaceAll({{absl::StrCat("%", part.first.Scalar(), "%"), part.second.Scalar()}},
                          &pattern);
    }
  }
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      out += c;
      out += pattern[++i];
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    if (c == ' ' && !in_class) {
      out += "[ \\n]";
    } else {
      out += c;
    }
  }
  return out;
}

class TableWriter {
 public:
  explicit TableWriter(const Data& data) : data_(data) {}

  std::string Write() {
    Catalogue();
    Findings();
    Refusals();
    Strategies();
    Kinds();
    AgentRequests();
    Kubernetes();
    DefaultRoles();
    Ocm();
    KubeStellar();
    GuardrailTable();
    return absl::StrCat(
        "// Generated from rules/ and policies/; do not edit.\n"
        "#include \"analyzer/denials/refusal.h\"\n"
        "#include \"analyzer/audit/agent_requests.h\"\n"
        "#include \"analyzer/grants/guardrails.h\"\n#include \"analyzer/grants/profile.h\"\n"
        "#include \"analyzer/model/finding_rule.h\"\n#include "
        "\"analyzer/model/resource_catalog.h\"\n"
        "#include \"analyzer/requirements/kind_rules.h\"\n#include "
        "\"analyzer/requirements/strategy.h\"\n\n"
        "namespace wecan {\nnamespace {\n",
        arrays_, "}  // namespace\n\n", functions_, "}  // namespace wecan\n");
  }

 private:
  // Writes `constexpr TYPE NAME[] = {...};` once per distinct content and gives the expression that
  // names it.
  std::string Array(const std::string& type, const std::vector<std::string>& items) {
    if (items.empty()) return "{}";
    const std::string body = absl::StrCat(type, "[] {", absl::StrJoin(items, ",\n  "), "}");
    const auto [it, inserted] = names_.try_emplace(body, absl::StrCat("k", names_.size()));
    if (inserted) {
      absl::StrAppend(&arrays_, "constexpr ", type, " ", it->second, "[] = {\n  ",
                      absl::StrJoin(items, ",\n  "), "};\n");
    }
    return it->second;
  }

  std::string Texts(const std::vector<std::string>& texts) {
    std::vector<std::string> quoted;
    for (const std::string& t : texts) quoted.push_back(Quote(t));
    return Array("absl::string_view", quoted);
  }

  void Table(const std::string& type, const std::string& function,
             const std::vector<std::string>& rows) {
    absl::StrAppend(&functions_, "absl::Span<const ", type, "> ", function, "() { return ",
                    Array(type, rows), "; }\n");
  }
  void Constant(const std::string& function, const std::string& value) {
    absl::StrAppend(&functions_, "absl::string_view ", function, "() { return ", Quote(value),
                    "; }\n");
  }

  void Catalogue() {
    std::map<std::pair<std::string, std::string>, std::string> rows;
    const auto add = [&](const YAML::Node& e, bool builtin, const std::string& source) {
      const std::string group = Text(e, "group"), kind = Text(e, "kind");
      const std::vector<std::string> verbs = List(e, "verbs");
      const auto has = [&](const char* v) {
        return std::find(verbs.begin(), verbs.end(), v) != verbs.end();
      };
      const std::string singular =
          Text(e, "singular").empty() ? absl::AsciiStrToLower(kind) : Text(e, "singular");
      const std::string row =
          absl::StrCat("{", Quote(group), ", ", Quote(kind), ", ", Quote(Text(e, "plural")), ", ",
                       Quote(singular), ", ", Quote(absl::StrJoin(List(e, "shortNames"), " ")),
                       ", ", Quote(absl::StrJoin(List(e, "versions"), " ")), ", ",
                       Quote(absl::StrJoin(List(e, "subresources"), " ")), ", ", Quote(source),
                       ", ", Bool(IsTrue(e, "namespaced")), ", ", Bool(builtin), ", ",
                       Bool(!builtin || (has("list") && has("watch"))), "}");
      if (Text(e, "plural").empty() || kind.empty())
        throw std::runtime_error("catalogue: entry without kind or plural");
      if (!rows.emplace(std::make_pair(group, kind), row).second) {
        throw std::runtime_error(
            absl::StrCat("catalogue: ", group, "/", kind, " stands there twice"));
      }
    };
    for (const YAML::Node& e : data_.builtin["builtin"]) add(e, true, "Kubernetes 1.36");
    for (const YAML::Node& file : data_.custom) {
      for (const YAML::Node& e : file["custom"])
        add(e, false, absl::StrJoin(List(e, "source"), ", "));
    }
    std::vector<std::string> sorted;
    for (const auto& [key, row] : rows) sorted.push_back(row);
    Table("CatalogEntry", "CatalogTable", sorted);

    std::vector<std::string> virtual_rows;
    for (const YAML::Node& e : data_.builtin["virtual"]) {
      virtual_rows.push_back(absl::StrCat("{", Quote(Text(e, "group")), ", ",
                                          Quote(Text(e, "resource")), ", ",
                                          Bool(IsTrue(e, "namespaced")), "}"));
    }
    Table("VirtualResource", "VirtualResources", virtual_rows);
  }

  void Findings() {
    static const std::map<std::string, std::string> kLevels = {
        {"error", "Level::kError"}, {"warning", "Level::kWarning"}, {"note", "Level::kNote"}};
    // What SARIF knows. Source: GitHub's "SARIF support for code scanning", reportingDescriptor.
    static const std::set<std::string> kPrecisions = {"very-high", "high", "medium", "low"};
    std::vector<std::string> rows;
    for (const YAML::Node& f : data_.findings) {
      if (kPrecisions.count(Text(f, "precision")) == 0)
        throw std::runtime_error(Text(f, "id") + ": precision is very-high, high, medium or low");
      const YAML::Node examples = f["examples"];
      rows.push_back(
          absl::StrCat("{", Quote(Text(f, "id")), ", ", Quote(Text(f, "name")), ", ",
                       kLevels.at(Text(f, "level")), ", ", Bool(IsTrue(f, "blocks")), ", ",
                       Bool(Text(f, "implemented") != "false"), ", ", Quote(Text(f, "precision")),
                       ", ", Quote(Text(f, "securitySeverity")), ", ", Texts(List(f, "tags")),
                       ",\n   ", Quote(Text(f, "title")), ",\n   ", Quote(Text(f, "summary")),
                       ",\n   ", Quote(Text(f, "help")), ",\n   ", Quote(Text(f, "fix")), ",\n   ",
                       Quote(Text(f, "source")), ",\n   ", Quote(Text(f, "command")), ", ",
                       Quote(absl::StrJoin(List(examples, "flags"), " ")), ",\n   ",
                       Quote(Text(examples, "bad")), ",\n   ", Quote(Text(examples, "good")), "}"));
    }
    Table("FindingRule", "FindingRules", rows);
  }

  static std::string Verbs(const std::vector<std::string>& verbs) {
    static const std::map<std::string, std::string> kVerbs = {
        {"create", "kCreate"}, {"delete", "kDelete"}, {"get", "kGet"},    {"list", "kList"},
        {"patch", "kPatch"},   {"update", "kUpdate"}, {"watch", "kWatch"}};
    std::vector<std::string> names;
    for (const std::string& v : verbs) names.push_back(absl::StrCat("AgentVerb::", kVerbs.at(v)));
    return absl::StrCat("VerbSet{", absl::StrJoin(names, ", "), "}");
  }

  void Strategies() {
    std::vector<std::string> rows;
    for (const YAML::Node& s : data_.strategies["strategies"]) {
      rows.push_back(absl::StrCat("{UpdateStrategy::k", Text(s, "name"), ", ",
                                  Quote(Text(s, "name")), ", ", Verbs(List(s, "apply")), ", ",
                                  Verbs(List(s, "remove")), ", ", Verbs(List(s, "shared")), ", ",
                                  Bool(IsTrue(s, "createNamed")), "}"));
    }
    Table("StrategyRule", "StrategyRules", rows);
    const YAML::Node configs = data_.strategies["manifestConfigs"];
    absl::StrAppend(&functions_, "VerbSet WatchFeedbackVerbs() { return ",
                    Verbs(List(data_.strategies["watchFeedback"], "verbs")), "; }\n");
    for (const auto& [key, name] :
         {std::pair("always", "ExecutorVerbs"), std::pair("owned", "ExecutorOwnerVerbs")}) {
      absl::StrAppend(&functions_, "VerbSet ", name, "() { return ",
                      Verbs(List(data_.strategies["executor"], key)), "; }\n");
    }
    Constant("WatchFeedbackSince", Text(data_.strategies["watchFeedback"], "since"));
    Constant("ConfigWildcardsSince", Text(configs, "wildcardsSince"));
    Constant("ConfigBlankNamespaceSince", Text(configs, "blankNamespaceSince"));
  }

  void Kinds() {
    std::vector<std::string> steering, never, recreated;
    for (const YAML::Node& s : data_.kinds["steering"]) {
      steering.push_back(
          absl::StrCat("{", Quote(Text(s, "group")), ", ", Texts(List(s, "except")), "}"));
    }
    for (const YAML::Node& n : data_.kinds["neverDownsynced"]) {
      never.push_back(
          absl::StrCat("{", Quote(Text(n, "group")), ", ", Quote(Text(n, "resource")), "}"));
    }
    for (const YAML::Node& r : data_.strategies["recreatedUnderUpdate"]) {
      recreated.push_back(
          absl::StrCat("{", Quote(Text(r, "group")), ", ", Quote(Text(r, "kind")), "}"));
    }
    std::vector<std::string> client_side;
    for (const YAML::Node& c : data_.kinds["clientSide"])
      client_side.push_back(Quote(Text(c, "group")));
    Table("absl::string_view", "ClientSideGroups", client_side);
    Table("SteeringGroup", "SteeringGroups", steering);
    Table("NeverDownsynced", "NeverDownsyncedResources", never);
    Table("GroupKind", "RecreatedUnderUpdate", recreated);
  }

  void AgentRequests() {
    std::vector<std::string> rows;
    for (const YAML::Node& r : data_.agent_requests["requests"]) {
      if (Text(r, "resource").empty() == Text(r, "path").empty())
        throw std::runtime_error("agent_requests: each has a resource or a path");
      rows.push_back(absl::StrCat("{", Texts(List(r, "verbs")), ", ", Quote(Text(r, "group")), ", ",
                                  Quote(Text(r, "resource")), ", ", Quote(Text(r, "namespace")),
                                  ", ", Quote(Text(r, "path")), "}"));
    }
    Table("AgentRequest", "AgentRequests", rows);
  }

  std::string Rules(const YAML::Node& rules) {
    std::vector<std::string> rows;
    for (const YAML::Node& r : rules) {
      rows.push_back(absl::StrCat("{", Texts(List(r, "verbs")), ", ", Texts(List(r, "apiGroups")),
                                  ", ", Texts(List(r, "resources")), ", ",
                                  Texts(List(r, "resourceNames")), ", ",
                                  Texts(List(r, "nonResourceURLs")), "}"));
    }
    return Array("RuleRow", rows);
  }

  std::string LabelRows(const YAML::Node& labels) {
    std::vector<std::string> rows;
    if (labels) {
      for (const auto& kv : labels) {
        rows.push_back(
            absl::StrCat("{", Quote(kv.first.Scalar()), ", ", Quote(kv.second.Scalar()), "}"));
      }
    }
    return Array("LabelRow", rows);
  }

  std::string RoleRowOf(const YAML::Node& role) {
    std::string aggregation = "{}";
    if (const YAML::Node rule = role["aggregationRule"]) {
      const YAML::Node selectors = rule["clusterRoleSelectors"];
      if (selectors.size() != 1 || selectors[0].size() != 1) {
        throw std::runtime_error(Text(role, "name") +
                                 ": an aggregationRule here has one selector of matchLabels");
      }
      aggregation = LabelRows(selectors[0]["matchLabels"]);
    }
    return absl::StrCat("{", Bool(Text(role, "kind") == "ClusterRole"), ", ",
                        Quote(Text(role, "namespace")), ", ", Quote(Text(role, "name")), ", ",
                        LabelRows(role["labels"]), ", ", aggregation, ", ", Rules(role["rules"]),
                        "}");
  }

  std::string BindingRowOf(const YAML::Node& b) {
    std::vector<std::string> subjects;
    if (const YAML::Node s = b["subject"]) {
      subjects.push_back(absl::StrCat("{\"ServiceAccount\", ", Quote(Text(s, "namespace")), ", ",
                                      Quote(Text(s, "name")), "}"));
    }
    if (b["subjects"]) {
      for (const YAML::Node& s : b["subjects"]) {
        subjects.push_back(absl::StrCat("{", Quote(Text(s, "kind")), ", ",
                                        Quote(Text(s, "namespace")), ", ", Quote(Text(s, "name")),
                                        "}"));
      }
    }
    const std::vector<std::string> modes = List(b, "modes");
    const auto in = [&](const char* mode) {
      return modes.empty() || std::find(modes.begin(), modes.end(), mode) != modes.end();
    };
    return absl::StrCat("{", Bool(Text(b, "kind") == "ClusterRoleBinding"), ", ",
                        Quote(Text(b, "namespace")), ", ", Quote(Text(b, "name")), ", ",
                        Quote(Text(b["roleRef"], "kind")), ", ", Quote(Text(b["roleRef"], "name")),
                        ", ", Array("SubjectRow", subjects), ", ", Bool(in("default")), ", ",
                        Bool(in("singleton")), "}");
  }

  std::vector<std::string> RoleRows(const YAML::Node& roles) {
    std::vector<std::string> rows;
    for (const YAML::Node& r : roles) rows.push_back(RoleRowOf(r));
    return rows;
  }
  std::vector<std::string> BindingRows(const YAML::Node& bindings) {
    std::vector<std::string> rows;
    for (const YAML::Node& b : bindings) rows.push_back(BindingRowOf(b));
    return rows;
  }

  void Kubernetes() {
    std::vector<std::string> rows;
    for (const YAML::Node& set : data_.user_facing_roles["sets"]) {
      rows.push_back(absl::StrCat("{", Texts(List(set, "versions")), ", ", Rules(set["view"]), ", ",
                                  Rules(set["edit"]), ", ", Rules(set["admin"]), "}"));
    }
    Table("KubernetesRow", "KubernetesTable", rows);
    Constant("DefaultKubernetes", Text(data_.releases["kubernetes"], "default"));
  }

  void DefaultRoles() {
    Table("RoleRow", "DefaultRoleTable", RoleRows(data_.default_roles["roles"]));
    Table("BindingRow", "DefaultBindingTable", BindingRows(data_.default_roles["bindings"]));
  }

  void Ocm() {
    std::vector<std::string> rows;
    for (const YAML::Node& profile : data_.ocm) {
      rows.push_back(absl::StrCat("{", Texts(List(profile, "releases")), ", ",
                                  Array("RoleRow", RoleRows(profile["roles"])), ", ",
                                  Array("BindingRow", BindingRows(profile["bindings"])), "}"));
    }
    Table("OcmRow", "OcmTable", rows);
    Constant("NewestOcmRelease", Text(data_.releases, "newest"));
  }

  void KubeStellar() {
    std::vector<std::string> rows;
    for (const YAML::Node& r : data_.releases["kubestellar"]) {
      for (const std::string& version : List(r, "versions")) {
        rows.push_back(absl::StrCat("{", Quote(version), ", ", Quote(Text(r, "ocm")), "}"));
      }
    }
    Table("KubeStellarRow", "KubeStellarTable", rows);
  }

  void GuardrailTable() {
    std::vector<std::string> rows;
    for (const YAML::Node& g : data_.guardrails["guardrails"]) {
      const YAML::Node match = g["match"];
      rows.push_back(absl::StrCat(
          "{", Quote(Text(g, "id")), ", ", Texts(List(match, "verbs")), ", ",
          Texts(List(match, "apiGroups")), ", ", Texts(List(match, "resources")), ", ",
          Bool(Text(match, "scope") == "cluster"), ", ", Bool(IsTrue(g, "overBroad")), ", ",
          Bool(Text(g, "inFix") == "refuse"), ", ", Quote(Text(g, "reason")), "}"));
    }
    Table("Guardrail", "Guardrails", rows);
  }

  void Refusals() {
    std::vector<std::string> rows;
    for (const YAML::Node& r : data_.refusals["refusals"]) {
      std::vector<std::string> examples;
      for (const YAML::Node& e : r["examples"]) {
        std::vector<std::string> fields;
        for (const auto& f : e["fields"])
          fields.push_back(
              absl::StrCat("{", Quote(f.first.Scalar()), ", ", Quote(f.second.Scalar()), "}"));
        examples.push_back(
            absl::StrCat("{", Quote(Text(e, "text")), ", ", Array("RefusalField", fields), "}"));
      }
      rows.push_back(absl::StrCat(
          "{", Quote(Text(r, "id")), ", ", Quote(Text(r, "classification")), ", ",
          Quote(Text(r, "title")), ", ",
          Quote(RefusalPattern(Text(r, "pattern"), data_.refusals["parts"])), ", ",
          Quote(Text(r, "when")), ", ", Texts(List(r, "unless")), ", ", Quote(Text(r, "cause")),
          ", ", Quote(Text(r, "next")), ", ", Array("RefusalExample", examples), ", ",
          Texts(List(r, "counterexamples")), "}"));
    }
    Table("Refusal", "Refusals", rows);
    std::vector<std::string> remarks;
    for (const YAML::Node& r : data_.refusals["remarks"]) {
      remarks.push_back(absl::StrCat("{", Quote(Text(r, "group")), ", ", Quote(Text(r, "resource")),
                                     ", ", Quote(Text(r, "text")), "}"));
    }
    Table("RefusalRemark", "RefusalRemarks", remarks);
  }

  const Data& data_;
  std::map<std::string, std::string> names_;
  std::string arrays_, functions_;
};

}  // namespace

std::string GenerateTables(const Data& data) { return TableWriter(data).Write(); }

}  // namespace wecan
