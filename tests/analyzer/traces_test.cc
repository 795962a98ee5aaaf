// SPDX-License-Identifier: Apache-2.0
// fixtures/conformance/agent-traces.yaml: what real work agents were seen to do, against what is
// derived. Each group of the file is a test: no verb was seen that is not derived. Besides, every
// derived verb was seen in some life of the same kind and strategy, but for the exceptions listed
// below.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/requirements/derive.h"
#include "analyzer/requirements/strategy.h"
#include "tests/testing/builders.h"
#include "tests/testing/load.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

// A verb that is derived and was never seen, and why.
struct Unseen {
  std::string strategy, kind;
  AgentVerb verb;
  std::string reason;
};

const std::vector<Unseen>& UnseenVerbs() {
  static const auto* unseen = new std::vector<Unseen>{
      {"Update", "Job", AgentVerb::kPatch,
       "every update of a Job is refused as invalid (422), so the second owner is never written "
       "and none is taken off"},
      {"Update", "ConfigMap", AgentVerb::kList,
       "the recording server knows WatchList, where a watch alone fills the cache; older servers "
       "need list as well"},
  };
  return *unseen;
}

struct Kind {
  std::string group, kind;
  bool namespaced;
};

// The kinds of the file; "Kind+change" stands for a special change to that kind.
Kind KindOf(const std::string& name) {
  static const auto* kinds = new std::map<std::string, Kind>{
      {"ConfigMap", {"", "ConfigMap", true}},
      {"Secret", {"", "Secret", true}},
      {"Service", {"", "Service", true}},
      {"Pod", {"", "Pod", true}},
      {"PodTemplate", {"", "PodTemplate", true}},
      {"PersistentVolumeClaim", {"", "PersistentVolumeClaim", true}},
      {"PersistentVolume", {"", "PersistentVolume", false}},
      {"ResourceQuota", {"", "ResourceQuota", true}},
      {"Namespace", {"", "Namespace", false}},
      {"Deployment", {"apps", "Deployment", true}},
      {"StatefulSet", {"apps", "StatefulSet", true}},
      {"ControllerRevision", {"apps", "ControllerRevision", true}},
      {"Job", {"batch", "Job", true}},
      {"HorizontalPodAutoscaler", {"autoscaling", "HorizontalPodAutoscaler", true}},
      {"PodDisruptionBudget", {"policy", "PodDisruptionBudget", true}},
      {"Ingress", {"networking.k8s.io", "Ingress", true}},
      {"IngressClass", {"networking.k8s.io", "IngressClass", false}},
      {"StorageClass", {"storage.k8s.io", "StorageClass", false}},
      {"CSIDriver", {"storage.k8s.io", "CSIDriver", false}},
      {"PriorityClass", {"scheduling.k8s.io", "PriorityClass", false}},
      {"Role", {"rbac.authorization.k8s.io", "Role", true}},
      {"RoleBinding", {"rbac.authorization.k8s.io", "RoleBinding", true}},
      {"ClusterRole", {"rbac.authorization.k8s.io", "ClusterRole", false}},
      {"CustomResourceDefinition", {"apiextensions.k8s.io", "CustomResourceDefinition", false}},
      {"CustomResource.namespaced", {"example.com", "Widget", true}},
      {"ValidatingWebhookConfiguration",
       {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", false}},
      {"ValidatingAdmissionPolicy",
       {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy", false}},
      {"Lease", {"coordination.k8s.io", "Lease", true}},
      {"EndpointSlice", {"discovery.k8s.io", "EndpointSlice", true}},
      {"APIService", {"apiregistration.k8s.io", "APIService", false}},
      {"PriorityLevelConfiguration",
       {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", false}},
  };
  return kinds->at(name.substr(0, name.find('+')));
}

// One group of the file.
struct Group {
  Release release;
  UpdateStrategy strategy;
  std::string strategy_name, life;
  std::vector<std::string> kinds;
  VerbSet seen;
  bool creates_unnamed = false;
};

Group LoadGroup(const std::string& release, const YAML::Node& node) {
  Group group{.release = ParseRelease(release).value(),
              .strategy = ParseUpdateStrategy(LoadText(node["strategy"])).value(),
              .strategy_name = LoadText(node["strategy"]),
              .life = LoadText(node["life"]),
              .kinds = LoadList(node["kinds"])};
  for (const std::string& verb : LoadList(node["verbs"])) group.seen |= Verbs(verb);
  for (const auto& phase : node["phases"]) {
    for (const std::string& line : LoadList(phase.second)) {
      // A server-side apply that creates passes the check of create as well.
      if (line == "patch(apply) named 201") group.seen.Add(AgentVerb::kCreate);
      group.creates_unnamed |= absl::StartsWith(line, "create unnamed 201");
    }
  }
  return group;
}

// The input that the life of the group stands for: the object is in each work of one mailbox
// namespace.
AnalysisInput InputOf(const Group& group, const Kind& kind) {
  AnalysisInput input{.crds = {{"example.com", "Widget", "widgets", true}}};
  const std::string resource =
      ResourceMapper(input.crds).ByKind(kind.group, kind.kind, kind.namespaced).resource;
  const std::string ns = kind.namespaced ? "ns" : "";
  const ResourceIdentifier id{kind.group, resource, ns, "x"};
  for (const char* name : {"first", "second"}) {
    const int index = AddWork(input, "wec1", name);
    AddWrapped(input, index, Manifest(kind.group, kind.kind, ns, "x"));
    ManifestWork& work = input.works[index];
    work.configs = {{.id = id, .strategy = group.strategy}};
    if (group.life == "watchfeedback") work.configs[0].feedback_scrape_type = "Watch";
    work.orphan_all = group.life == "orphan";
    if (group.life == "selective") work.orphaning_rules = {id};
    if (group.life != "shared") break;
  }
  return input;
}

ObjectRequirements Derived(const Group& group, const Kind& kind) {
  const std::vector<std::string> lives = {"main",        "dropped",  "shared",
                                          "preexisting", "touched",  "orphan",
                                          "selective",   "executor", "watchfeedback"};
  if (std::find(lives.begin(), lives.end(), group.life) == lives.end())
    ADD_FAILURE() << "unknown life " << group.life;
  const bool preexisting = group.life == "preexisting";
  return DeriveRequirements(InputOf(group, kind), {.release = group.release, .shared = preexisting})
      .objects.at(0);
}

VerbSet All(const ObjectRequirements& r) { return r.apply | r.remove | r.option; }

void CheckGroup(const Group& group) {
  ASSERT_FALSE(group.kinds.empty());
  for (const std::string& name : group.kinds) {
    const ObjectRequirements r = Derived(group, KindOf(name));
    EXPECT_EQ(r.state, ObjectState::kChecked) << name;
    EXPECT_EQ(group.seen - All(r), VerbSet()) << "seen on " << name << " and not derived";
    if (group.creates_unnamed) {
      EXPECT_FALSE(r.create_named) << name << ": POST has no name";
    }
    if (group.strategy == UpdateStrategy::kServerSideApply) {
      EXPECT_TRUE(r.create_named) << name;
    }
  }
}

class TraceGroup : public testing::Test {
 public:
  explicit TraceGroup(Group group) : group_(std::move(group)) {}
  void TestBody() override { CheckGroup(group_); }

 private:
  Group group_;
};

std::vector<Group>& Groups() {
  static auto* groups = new std::vector<Group>;
  return *groups;
}

bool RegisterGroups() {
  try {
    std::map<std::string, int> used;
    for (const auto& release : LoadSource("fixtures/conformance/agent-traces.yaml")["releases"]) {
      for (const YAML::Node& node : release.second["groups"]) {
        const Group group = LoadGroup(release.first.Scalar(), node);
        Groups().push_back(group);
        const std::string suite =
            absl::StrCat("Traces_", absl::StrReplaceAll(release.first.Scalar(), {{".", "_"}}));
        const std::string name = absl::StrCat(group.strategy_name, "_", group.life);
        const int number = ++used[suite + name];
        testing::RegisterTest(suite.c_str(), absl::StrCat(name, "_", number).c_str(), nullptr,
                              nullptr, __FILE__, __LINE__,
                              [group]() -> testing::Test* { return new TraceGroup(group); });
      }
    }
  } catch (const std::exception&) {
    Groups().clear();  // TheFileLoads fails
  }
  return true;
}

const bool kRegistered = RegisterGroups();

TEST(Traces, TheFileLoads) {
  ASSERT_TRUE(kRegistered);
  EXPECT_GE(Groups().size(), 99u);
}

// The derived set is minimal: what it holds was seen, with the exceptions above, each of which is
// still one.
TEST(Traces, EveryDerivedVerbWasSeen) {
  std::map<std::pair<std::string, std::string>, VerbSet> seen, derived;
  for (const Group& group : Groups()) {
    for (const std::string& name : group.kinds) {
      const std::pair<std::string, std::string> key = {group.strategy_name,
                                                       name.substr(0, name.find('+'))};
      seen[key] |= group.seen;
      derived[key] |= All(Derived(group, KindOf(name)));
    }
  }
  std::set<std::string> missing, listed;
  for (const auto& [key, verbs] : derived) {
    (verbs - seen[key]).ForEach([&, key = key](AgentVerb verb) {
      missing.insert(absl::StrCat(key.first, " ", key.second, " ", VerbName(verb)));
    });
  }
  for (const Unseen& u : UnseenVerbs())
    listed.insert(absl::StrCat(u.strategy, " ", u.kind, " ", VerbName(u.verb)));
  EXPECT_EQ(missing, listed);
  EXPECT_GE(derived.size(), 4u * 31u);
}

}  // namespace
}  // namespace wecan
