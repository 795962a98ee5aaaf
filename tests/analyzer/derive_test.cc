// SPDX-License-Identifier: Apache-2.0
// What each manifest needs. The verbs are those that were observed on real agents; traces_test.cc
// compares with the traces.
#include "analyzer/requirements/derive.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/requirements/strategy.h"
#include "tests/testing/builders.h"
#include "tests/testing/workload.h"

namespace wecan {
namespace {

constexpr Release kNewest{1, 3, 1};

DeriveOptions Options() { return {.release = kNewest}; }

// The requirements of the only object of `input`, or of its first one.
ObjectRequirements First(const AnalysisInput& input, const DeriveOptions& options = Options()) {
  return DeriveRequirements(input, options).objects.at(0);
}

std::string Text(const ObjectRequirements& r) {
  return absl::StrCat(r.apply.Join(","), " | ", r.remove.Join(","), " | ", r.option.Join(","));
}

constexpr char kUpdate[] = "create,get,update | delete | ";
constexpr char kUpdateShared[] = "create,get,update | delete | patch";
constexpr char kCreateOnly[] = "create,get | delete | ";
constexpr char kCreateOnlyShared[] = "create,get | delete | patch";
constexpr char kServerSideApply[] = "create,get,patch | delete | ";
constexpr char kReadOnly[] = "get |  | ";

TEST(Derive, APlainManifestIsUpdated) {
  const ObjectRequirements r = First({.objects = {Manifest("apps", "Deployment", "shop", "web")}});
  EXPECT_EQ(Text(r), kUpdate);
  EXPECT_EQ(r.state, ObjectState::kChecked);
  EXPECT_EQ(r.scope, ScopeKind::kNamespace);
  EXPECT_EQ(r.namespace_, "shop");
  EXPECT_FALSE(r.create_named);
  EXPECT_FALSE(r.read_only);
  EXPECT_FALSE(r.selected);
  EXPECT_FALSE(r.recreated_each_sync);
}

TEST(Derive, NothingFromNothing) {
  EXPECT_THAT(DeriveRequirements({}, Options()).objects, testing::IsEmpty());
}

struct StrategyCase {
  UpdateStrategy strategy;
  bool shared;
  std::string deployment, storage_class;
  bool create_named, read_only;
};

// The table of strategies, by --update-strategy and by the manifestConfigs of a ManifestWork alike.
TEST(Derive, Strategies) {
  const std::vector<StrategyCase> cases = {
      {UpdateStrategy::kUpdate, false, kUpdate, "create,delete,get,update |  | ", false, false},
      {UpdateStrategy::kUpdate, true, kUpdateShared, "create,delete,get,update |  | patch", false,
       false},
      {UpdateStrategy::kCreateOnly, false, kCreateOnly, kCreateOnly, false, false},
      {UpdateStrategy::kCreateOnly, true, kCreateOnlyShared, kCreateOnlyShared, false, false},
      {UpdateStrategy::kServerSideApply, false, kServerSideApply, kServerSideApply, true, false},
      {UpdateStrategy::kServerSideApply, true, kServerSideApply, kServerSideApply, true, false},
      {UpdateStrategy::kReadOnly, false, kReadOnly, kReadOnly, false, true},
      {UpdateStrategy::kReadOnly, true, kReadOnly, kReadOnly, false, true},
  };
  for (const StrategyCase& c : cases) {
    SCOPED_TRACE(absl::StrCat(RuleOf(c.strategy).name, c.shared ? ", shared" : ""));
    for (const bool by_flag : {true, false}) {
      AnalysisInput input;
      const int work = AddWork(input, "wec1", "w");
      for (Object object :
           {Manifest("apps", "Deployment", "shop"), Manifest("storage.k8s.io", "StorageClass")}) {
        AddWrapped(input, work, std::move(object));
      }
      DeriveOptions options = Options();
      options.shared = c.shared;
      if (by_flag) {
        options.update_strategy = c.strategy;
      } else {
        input.works[work].configs = {Config("apps", "deployments", "*", "*"),
                                     Config("storage.k8s.io", "storageclasses", "", "x")};
        for (ManifestConfig& config : input.works[work].configs) config.strategy = c.strategy;
      }
      const Requirements r = DeriveRequirements(input, options);
      EXPECT_EQ(Text(r.objects[0]), c.deployment);
      EXPECT_EQ(Text(r.objects[1]), c.storage_class);
      if (c.strategy != UpdateStrategy::kReadOnly) {
        EXPECT_EQ(r.objects[0].create_named, c.create_named);
      }
      EXPECT_EQ(r.objects[0].read_only, c.read_only);
    }
  }
}

TEST(Derive, TheFlagOverridesEverything) {
  AnalysisInput input;
  const int work = AddWork(input, "wec1", "w");
  AddWrapped(input, work, Manifest("apps", "Deployment", "shop"));
  input.works[0].configs = {Config("apps", "deployments", "shop", "x")};
  input.works[0].configs[0].strategy = UpdateStrategy::kReadOnly;
  input.objects.push_back(Manifest("apps", "Deployment", "shop", "y"));
  input.policies = {SelectResource("p", "deployments", true)};
  DeriveOptions options = Options();
  options.update_strategy = UpdateStrategy::kServerSideApply;
  const Requirements r = DeriveRequirements(input, options);
  EXPECT_EQ(Text(r.objects[0]), kServerSideApply);
  EXPECT_EQ(Text(r.objects[1]), kServerSideApply);
}

// ---- kinds that Update changes by delete and create

struct KindCase {
  std::string group, kind, needs;
};

TEST(Derive, RecreatedKinds) {
  const std::vector<KindCase> cases = {
      {"storage.k8s.io", "StorageClass", "create,delete,get,update |  | "},
      {"storage.k8s.io", "CSIDriver", "create,delete,get,update |  | "},
      {"", "Secret", kUpdate},
      {"storage.k8s.io", "VolumeAttributesClass", kUpdate},
      {"", "PersistentVolume", kUpdate},
  };
  for (const KindCase& c : cases)
    EXPECT_EQ(Text(First({.objects = {Manifest(c.group, c.kind)}})), c.needs) << c.kind;
}

TEST(Derive, RecreationNeedsDeleteWhateverTheDeleteOption) {
  AnalysisInput input;
  const int work = AddWork(input, "wec1", "w");
  AddWrapped(input, work, Manifest("storage.k8s.io", "StorageClass"));
  input.works[0].orphan_all = true;
  EXPECT_EQ(Text(First(input)), "create,delete,get,update |  | ");
  DeriveOptions options = Options();
  options.update_strategy = UpdateStrategy::kCreateOnly;
  EXPECT_EQ(Text(First(input, options)), "create,get |  | ");
}

// ---- deleteOption

TEST(Derive, Orphans) {
  AnalysisInput input;
  const int work = AddWork(input, "wec1", "w");
  AddWrapped(input, work, Manifest("apps", "Deployment", "shop", "kept"));
  AddWrapped(input, work, Manifest("apps", "Deployment", "shop", "removed"));
  input.works[0].orphaning_rules = {{"apps", "deployments", "shop", "kept"}};
  Requirements r = DeriveRequirements(input, Options());
  EXPECT_EQ(Text(r.objects[0]), "create,get,update |  | ");
  EXPECT_EQ(Text(r.objects[1]), kUpdate);
  input.works[0].orphan_all = true;
  r = DeriveRequirements(input, Options());
  EXPECT_EQ(Text(r.objects[1]), "create,get,update |  | ");
}

TEST(Derive, OneOfTwoWorksThatOrphansIsNotEnough) {
  AnalysisInput input;
  AddWrapped(input, AddWork(input, "wec1", "a"), Manifest("apps", "Deployment", "shop"));
  AddWrapped(input, AddWork(input, "wec1", "b"), Manifest("apps", "Deployment", "shop"));
  input.works[0].orphan_all = true;
  EXPECT_EQ(Text(First(input)), kUpdateShared);
  input.works[1].orphan_all = true;
  EXPECT_EQ(Text(First(input)), "create,get,update |  | patch");
}

// ---- two owners

TEST(Derive, TheFlagShares) {
  DeriveOptions options = Options();
  options.shared = true;
  EXPECT_EQ(Text(First({.objects = {Manifest("", "ConfigMap", "shop")}}, options)), kUpdateShared);
}

struct WorksCase {
  std::string name, mailbox_a, work_a, mailbox_b, work_b;
  bool replica_sets, shared;
};

TEST(Derive, ManifestWorksShareWithinOneMailbox) {
  const std::vector<WorksCase> cases = {
      {"one mailbox", "wec1", "a", "wec1", "b", false, true},
      {"two mailboxes", "wec1", "a", "wec2", "b", false, false},
      {"the same work twice", "wec1", "a", "wec1", "a", false, false},
      {"replica sets", "default", "a", "default", "b", true, false},
  };
  for (const WorksCase& c : cases) {
    AnalysisInput input;
    AddWrapped(input, AddWork(input, c.mailbox_a, c.work_a), Manifest("", "ConfigMap", "shop"));
    AddWrapped(input, AddWork(input, c.mailbox_b, c.work_b), Manifest("", "ConfigMap", "shop"));
    for (ManifestWork& work : input.works) work.replica_set = c.replica_sets;
    const Requirements r = DeriveRequirements(input, Options());
    EXPECT_EQ(Text(r.objects[0]), c.shared ? kUpdateShared : kUpdate) << c.name;
    EXPECT_EQ(Text(r.objects[1]), c.shared ? kUpdateShared : kUpdate) << c.name;
  }
}

struct OtherCase {
  std::string name;
  Object other;
};

TEST(Derive, OnlyTheSameObjectIsShared) {
  const std::vector<OtherCase> cases = {
      {"other name", Manifest("", "ConfigMap", "shop", "y")},
      {"other namespace", Manifest("", "ConfigMap", "dev", "x")},
      {"other kind", Manifest("", "Secret", "shop", "x")},
      {"other group", Manifest("example.com", "ConfigMap", "shop", "x")}};
  for (const OtherCase& c : cases) {
    AnalysisInput input;
    AddWrapped(input, AddWork(input, "wec1", "a"), Manifest("", "ConfigMap", "shop", "x"));
    AddWrapped(input, AddWork(input, "wec1", "b"), c.other);
    EXPECT_EQ(Text(First(input)), kUpdate) << c.name;
  }
}

TEST(Derive, WorksThatDisagreeAreUnited) {
  AnalysisInput input;
  AddWrapped(input, AddWork(input, "wec1", "a"), Manifest("", "ConfigMap", "shop"));
  AddWrapped(input, AddWork(input, "wec1", "b"), Manifest("", "ConfigMap", "shop"));
  input.works[1].configs = {Config("", "configmaps", "shop", "x")};
  const auto with = [&](UpdateStrategy strategy) {
    input.works[1].configs[0].strategy = strategy;
    return First(input);
  };
  EXPECT_EQ(Text(with(UpdateStrategy::kServerSideApply)), "create,get,patch,update | delete | ");
  EXPECT_FALSE(with(UpdateStrategy::kServerSideApply).create_named)
      << "Update creates without a name";
  EXPECT_EQ(Text(with(UpdateStrategy::kReadOnly)), kUpdateShared);
  EXPECT_FALSE(with(UpdateStrategy::kReadOnly).read_only);
  input.works[0].configs = {Config("", "configmaps", "shop", "x")};
  input.works[0].configs[0].strategy = UpdateStrategy::kReadOnly;
  EXPECT_TRUE(with(UpdateStrategy::kReadOnly).read_only);
  EXPECT_EQ(Text(with(UpdateStrategy::kServerSideApply)), kServerSideApply);
  EXPECT_TRUE(with(UpdateStrategy::kServerSideApply).create_named)
      << "only ServerSideApply creates here";
}

struct PoliciesCase {
  std::string name;
  std::vector<BindingPolicy> policies;
  std::string needs;
  bool selected;
};

TEST(Derive, BindingPolicies) {
  const std::vector<PoliciesCase> cases = {
      {"none", {}, kUpdate, false},
      {"one", {SelectResource("p", "deployments")}, kUpdate, true},
      {"one of another resource", {SelectResource("p", "pods")}, kUpdate, false},
      {"createOnly", {SelectResource("p", "deployments", true)}, kCreateOnly, true},
      {"createOnly of another resource", {SelectResource("p", "pods", true)}, kUpdate, false},
      {"two",
       {SelectResource("p", "deployments"), SelectResource("q", "deployments")},
       kUpdateShared,
       true},
      {"two, one elsewhere",
       {SelectResource("p", "deployments"), SelectResource("q", "pods")},
       kUpdate,
       true},
      {"two that disagree",
       {SelectResource("p", "deployments"), SelectResource("q", "deployments", true)},
       kUpdateShared,
       true},
      {"two with createOnly",
       {SelectResource("p", "deployments", true), SelectResource("q", "deployments", true)},
       kCreateOnlyShared,
       true},
      {"the same name twice",
       {SelectResource("p", "deployments"), SelectResource("p", "deployments")},
       kUpdate,
       true},
  };
  for (const PoliciesCase& c : cases) {
    const ObjectRequirements r =
        First({.objects = {Manifest("apps", "Deployment", "shop", "web")}, .policies = c.policies});
    EXPECT_EQ(Text(r), c.needs) << c.name;
    EXPECT_EQ(r.selected, c.selected) << c.name;
    EXPECT_EQ(r.state, ObjectState::kChecked) << c.name;
  }
}

TEST(Derive, PoliciesLookAtTheEffectiveNamespace) {
  const BindingPolicy policy{.name = "p", .downsync = {{.namespaces = {"team"}}}};
  DeriveOptions options = Options();
  options.default_namespace = "team";
  EXPECT_TRUE(
      First({.objects = {Manifest("apps", "Deployment")}, .policies = {policy}}, options).selected);
  EXPECT_FALSE(First({.objects = {Manifest("apps", "Deployment")}, .policies = {policy}}).selected);
  EXPECT_FALSE(
      First({.objects = {Manifest("", "PersistentVolume", "team")}, .policies = {policy}}).selected)
      << "cluster-scoped whatever the manifest says";
}

TEST(Derive, PoliciesDoNotConcernWrappedManifests) {
  AnalysisInput input{.policies = {SelectResource("p", "configmaps", true),
                                   SelectResource("q", "configmaps", true)}};
  AddWrapped(input, AddWork(input, "wec1", "w"), Manifest("", "ConfigMap", "shop"));
  EXPECT_EQ(Text(First(input)), kUpdate);
}

struct BindingsCase {
  std::string name;
  std::vector<std::string> one, other;
  bool shared;
};

TEST(Derive, BindingsShareWhereTheirDestinationsMeet) {
  const std::vector<BindingsCase> cases = {{"disjoint", {"wec1"}, {"wec2"}, false},
                                           {"intersecting", {"wec1", "wec2"}, {"wec2"}, true},
                                           {"one names none", {"wec1"}, {}, true},
                                           {"both name none", {}, {}, true}};
  for (const BindingsCase& c : cases) {
    AnalysisInput input;
    const int one = AddBinding(input, "one", c.one), other = AddBinding(input, "other", c.other);
    AddEntry(input, one, "apps", "deployments", "shop", "web");
    AddEntry(input, other, "apps", "deployments", "shop", "web");
    const Requirements r = DeriveRequirements(input, Options());
    for (const ObjectRequirements& object : r.objects) {
      EXPECT_EQ(Text(object), c.shared ? kUpdateShared : kUpdate) << c.name;
      EXPECT_TRUE(object.selected) << c.name;
    }
    EXPECT_EQ(r.types[r.objects[0].type].kind, "Deployment");
  }
}

TEST(Derive, ABindingAndItsPolicyAreOneOwnerAndTheBindingDecides) {
  AnalysisInput input{.objects = {Manifest("apps", "Deployment", "shop", "web")},
                      .policies = {SelectResource("one", "deployments", true)}};
  AddEntry(input, AddBinding(input, "one", {"wec1"}), "apps", "deployments", "shop", "web");
  Requirements r = DeriveRequirements(input, Options());
  EXPECT_EQ(Text(r.objects[0]), kUpdate);
  EXPECT_EQ(Text(r.objects[1]), kUpdate);
  input.objects[1].create_only = true;
  r = DeriveRequirements(input, Options());
  EXPECT_EQ(Text(r.objects[0]), kCreateOnly) << "the manifest is the same object";
  EXPECT_EQ(Text(r.objects[1]), kCreateOnly);
  input.policies[0].name = "two";
  r = DeriveRequirements(input, Options());
  EXPECT_EQ(Text(r.objects[0]), kCreateOnlyShared) << "a policy of another name is another owner";
}

TEST(Derive, TheBindingNamesTheResource) {
  AnalysisInput input;
  const int binding = AddBinding(input, "b", {});
  AddEntry(input, binding, "example.com", "meshen", "shop", "m");
  AddEntry(input, binding, "example.com", "planets", "", "p");
  AddEntry(input, binding, "", "persistentvolumes", "", "pv");
  const Requirements r = DeriveRequirements(input, Options());
  const auto type = [&](int i) { return r.types[r.objects[i].type]; };
  EXPECT_EQ(type(0).resource, "meshen");
  EXPECT_NE(type(0).source, ResourceSource::kGuess);
  EXPECT_EQ(r.objects[0].namespace_, "shop");
  EXPECT_EQ(type(1).resource, "planets");
  EXPECT_EQ(r.objects[1].scope, ScopeKind::kCluster);
  EXPECT_EQ(type(2).kind, "PersistentVolume");
  EXPECT_EQ(r.objects[2].scope, ScopeKind::kCluster);
}

// ---- --binding-policy

TEST(Derive, AnExplicitPolicyRestrictsAndReplaces) {
  const std::vector<BindingPolicy> explicit_policies = {SelectResource("mine", "deployments")};
  DeriveOptions options = Options();
  options.binding_policies = &explicit_policies;
  AnalysisInput input{
      .objects = {Manifest("apps", "Deployment", "shop"), Manifest("", "ConfigMap", "shop")},
      .policies = {SelectResource("p", "deployments", true), SelectResource("q", "configmaps")}};
  AddWrapped(input, AddWork(input, "wec1", "w"), Manifest("", "ConfigMap", "shop"));
  Requirements r = DeriveRequirements(input, options);
  EXPECT_EQ(r.objects[0].state, ObjectState::kChecked);
  EXPECT_EQ(Text(r.objects[0]), kUpdate)
      << "createOnly and sharing come from the explicit one alone";
  EXPECT_EQ(r.objects[1].state, ObjectState::kUnselected);
  EXPECT_TRUE(r.objects[1].apply.empty());
  EXPECT_EQ(r.objects[2].state, ObjectState::kChecked)
      << "wrapped manifests are not selected by policies";
  r = DeriveRequirements(input, Options());
  EXPECT_EQ(r.objects[1].state, ObjectState::kChecked) << "policies of the input restrict nothing";
}

// ---- feedbackScrapeType Watch and the releases of OCM

struct FeedbackCase {
  std::string name;
  Release release;
  std::string config_name, needs;
};

TEST(Derive, WatchFeedback) {
  const std::vector<FeedbackCase> cases = {
      {"newest", kNewest, "web", "create,get,update | delete | list,watch"},
      {"wildcard", kNewest, "w*", "create,get,update | delete | list,watch"},
      {"another object", kNewest, "db", kUpdate},
      {"first release with it", {1, 2, 0}, "web", "create,get,update | delete | list,watch"},
      {"last release without it", {1, 1, 3}, "web", kUpdate},
  };
  for (const FeedbackCase& c : cases) {
    AnalysisInput input;
    AddWrapped(input, AddWork(input, "wec1", "w"), Manifest("apps", "Deployment", "shop", "web"));
    input.works[0].configs = {Config("apps", "deployments", "shop", c.config_name)};
    input.works[0].configs[0].feedback_scrape_type = "Watch";
    EXPECT_EQ(Text(First(input, {.release = c.release})), c.needs) << c.name;
    input.works[0].configs[0].feedback_scrape_type = "Poll";
    EXPECT_EQ(Text(First(input, {.release = c.release})), kUpdate) << c.name;
  }
}

TEST(Derive, WatchFeedbackAndSharing) {
  AnalysisInput input;
  AddWrapped(input, AddWork(input, "wec1", "a"), Manifest("apps", "Deployment", "shop"));
  AddWrapped(input, AddWork(input, "wec1", "b"), Manifest("apps", "Deployment", "shop"));
  input.works[0].configs = {Config("apps", "deployments", "shop", "x")};
  input.works[0].configs[0].feedback_scrape_type = "Watch";
  const Requirements r = DeriveRequirements(input, Options());
  for (const ObjectRequirements& object : r.objects) {
    EXPECT_EQ(Text(object), "create,get,update | delete | list,patch,watch");
  }
}

struct ConfigCase {
  std::string name;
  Release release;
  std::string config_namespace, config_name;
  bool matches;
};

TEST(Derive, ReleasesMatchManifestConfigsDifferently) {
  const std::vector<ConfigCase> namespaced = {
      {"exact, oldest", {0, 11, 0}, "shop", "x", true},
      {"exact, newest", kNewest, "shop", "x", true},
      {"wildcard before", {0, 15, 2}, "shop", "*", false},
      {"wildcard since", {0, 16, 0}, "shop", "*", true},
      {"other namespace", kNewest, "dev", "x", false},
  };
  const std::vector<ConfigCase> cluster_scoped = {
      // The manifest names the namespace "shop", which a cluster-scoped kind has none of.
      {"blank before", {0, 12, 0}, "", "x", false},
      {"as written before", {0, 12, 0}, "shop", "x", true},
      {"blank since", {0, 13, 0}, "", "x", true},
      {"as written since", {0, 13, 0}, "shop", "x", false},
      {"star", kNewest, "*", "x", true},
  };
  const auto run = [](const ConfigCase& c, const char* group, const char* kind,
                      const char* resource) {
    AnalysisInput input;
    AddWrapped(input, AddWork(input, "wec1", "w"), Manifest(group, kind, "shop"));
    input.works[0].configs = {Config(group, resource, c.config_namespace, c.config_name)};
    input.works[0].configs[0].strategy = UpdateStrategy::kReadOnly;
    EXPECT_EQ(First(input, {.release = c.release}).read_only, c.matches) << kind << ", " << c.name;
  };
  for (const ConfigCase& c : namespaced) run(c, "", "ConfigMap", "configmaps");
  for (const ConfigCase& c : cluster_scoped) run(c, "", "PersistentVolume", "persistentvolumes");
}

// ---- scope

struct ScopeCase {
  std::string name;
  Object object;
  ScopeKind scope;
  std::string namespace_;
};

TEST(Derive, Scopes) {
  const std::vector<ScopeCase> cases = {
      {"namespaced", Manifest("", "ConfigMap", "shop"), ScopeKind::kNamespace, "shop"},
      {"namespaced, none named", Manifest("", "ConfigMap"), ScopeKind::kNamespace, "default"},
      {"cluster-scoped", Manifest("", "PersistentVolume"), ScopeKind::kCluster, ""},
      {"cluster-scoped, one named", Manifest("", "PersistentVolume", "shop"), ScopeKind::kCluster,
       ""},
      {"Namespace", Manifest("", "Namespace", "", "shop"), ScopeKind::kCluster, ""},
      {"unknown, none named", Manifest("example.com", "Planet"), ScopeKind::kCluster, ""},
      {"unknown, one named", Manifest("example.com", "Planet", "shop"), ScopeKind::kNamespace,
       "shop"},
      {"braces without the annotation", Manifest("", "ConfigMap", "{{.ns}}"), ScopeKind::kNamespace,
       "{{.ns}}"},
  };
  for (const ScopeCase& c : cases) {
    const ObjectRequirements r = First({.objects = {c.object}});
    EXPECT_EQ(r.scope, c.scope) << c.name;
    EXPECT_EQ(r.namespace_, c.namespace_) << c.name;
    EXPECT_EQ(r.state, ObjectState::kChecked) << c.name;
  }
}

TEST(Derive, TheFlagNamesTheDefaultNamespace) {
  DeriveOptions options = Options();
  options.default_namespace = "team";
  EXPECT_EQ(First({.objects = {Manifest("", "ConfigMap")}}, options).namespace_, "team");
  EXPECT_EQ(First({.objects = {Manifest("", "ConfigMap", "shop")}}, options).namespace_, "shop");
  EXPECT_EQ(First({.objects = {Manifest("", "PersistentVolume")}}, options).namespace_, "");
}

TEST(Derive, ExpandedTemplates) {
  Object object = Manifest("", "ConfigMap", "{{.clusterName}}-shop");
  object.expand_templates = true;
  EXPECT_EQ(First({.objects = {object}}).scope, ScopeKind::kEachWec);
  EXPECT_EQ(First({.objects = {object}}).namespace_, "{{.clusterName}}-shop");
  object.namespace_ = "shop";
  EXPECT_EQ(First({.objects = {object}}).scope, ScopeKind::kNamespace);
  object.namespace_ = "";
  EXPECT_EQ(First({.objects = {object}}).scope, ScopeKind::kNamespace);
  object = Manifest("", "PersistentVolume", "{{.x}}");
  object.expand_templates = true;
  EXPECT_EQ(First({.objects = {object}}).scope, ScopeKind::kCluster);
}

TEST(Derive, DefinitionsOfTheInputDecideTheScope) {
  AnalysisInput input{.objects = {Manifest("example.com", "Planet", "shop")},
                      .crds = {{"example.com", "Planet", "planets", false}}};
  const Requirements r = DeriveRequirements(input, Options());
  EXPECT_EQ(r.objects[0].scope, ScopeKind::kCluster);
  EXPECT_EQ(r.types[r.objects[0].type].resource, "planets");
  EXPECT_EQ(r.types[r.objects[0].type].source, ResourceSource::kInput);
}

// ---- objects that are not checked

struct StateCase {
  std::string name;
  Object object;
  ObjectState plain, wrapped;
};

Object Changed(Object object, const std::function<void(Object&)>& change) {
  change(object);
  return object;
}

TEST(Derive, States) {
  const std::vector<StateCase> cases = {
      {"ordinary", Manifest("", "ConfigMap", "shop"), ObjectState::kChecked, ObjectState::kChecked},
      {"WEC202", Manifest("", "ConfigMap"), ObjectState::kChecked, ObjectState::kRefused},
      {"cluster-scoped needs none", Manifest("", "PersistentVolume"), ObjectState::kChecked,
       ObjectState::kChecked},
      {"WEC203, no name", Manifest("", "ConfigMap", "shop", ""), ObjectState::kChecked,
       ObjectState::kRefused},
      {"WEC203, generateName",
       Changed(Manifest("", "ConfigMap", "shop"), [](Object& o) { o.generate_name = true; }),
       ObjectState::kChecked, ObjectState::kRefused},
      {"WEC204", Manifest("control.kubestellar.io", "BindingPolicy"), ObjectState::kSteering,
       ObjectState::kNotForAWec},
      {"WEC204 of OCM", Manifest("cluster.open-cluster-management.io", "ManagedCluster"),
       ObjectState::kSteering, ObjectState::kNotForAWec},
      {"ClusterClaim", Manifest("cluster.open-cluster-management.io", "ClusterClaim"),
       ObjectState::kChecked, ObjectState::kChecked},
      {"AppliedManifestWork", Manifest("work.open-cluster-management.io", "AppliedManifestWork"),
       ObjectState::kChecked, ObjectState::kChecked},
      {"WEC205", Manifest("coordination.k8s.io", "Lease", "shop"), ObjectState::kNeverDownsynced,
       ObjectState::kChecked},
      {"WEC205 of a review", Manifest("authorization.k8s.io", "SelfSubjectAccessReview"),
       ObjectState::kNeverDownsynced, ObjectState::kChecked},
      {"loaded", Changed(Manifest("", "ConfigMap", "shop"), [](Object& o) { o.loaded = true; }),
       ObjectState::kLoaded, ObjectState::kLoaded},
      {"loaded and steering",
       Changed(Manifest("control.kubestellar.io", "BindingPolicy"),
               [](Object& o) { o.loaded = true; }),
       ObjectState::kLoaded, ObjectState::kLoaded},
  };
  for (const StateCase& c : cases) {
    EXPECT_EQ(First({.objects = {c.object}}).state, c.plain) << c.name;
    AnalysisInput input;
    AddWrapped(input, AddWork(input, "wec1", "w"), c.object);
    const ObjectRequirements wrapped = First(input);
    EXPECT_EQ(wrapped.state, c.wrapped) << c.name;
    const bool needs_nothing =
        c.wrapped == ObjectState::kRefused || c.wrapped == ObjectState::kNotForAWec;
    EXPECT_EQ((wrapped.apply | wrapped.remove | wrapped.option).empty(), needs_nothing) << c.name;
  }
}

TEST(Derive, RefusedManifestsSayWhy) {
  AnalysisInput input;
  const int work = AddWork(input, "wec1", "w");
  AddWrapped(input, work, Manifest("", "ConfigMap", "", ""));
  AddWrapped(input, work, Manifest("", "ConfigMap", "shop", ""));
  AddWrapped(input, work, Manifest("", "ConfigMap", "", "x"));
  AddWrapped(input, work, Manifest("", "ConfigMap", "shop", "x"));
  const std::vector<ObjectRequirements> r = DeriveRequirements(input, Options()).objects;
  EXPECT_TRUE(r[0].missing_namespace && r[0].missing_name);
  EXPECT_TRUE(!r[1].missing_namespace && r[1].missing_name);
  EXPECT_TRUE(r[2].missing_namespace && !r[2].missing_name);
  EXPECT_TRUE(!r[3].missing_namespace && !r[3].missing_name);
}

TEST(Derive, ARefusedManifestIsNoSecondOwner) {
  AnalysisInput input;
  AddWrapped(input, AddWork(input, "wec1", "a"), Manifest("", "ConfigMap", "default"));
  AddWrapped(input, AddWork(input, "wec1", "b"), Manifest("", "ConfigMap"));
  EXPECT_EQ(Text(First(input)), kUpdate);
}

TEST(Derive, ABindingEntryIsCheckedEvenOfANeverDownsyncedKind) {
  AnalysisInput input;
  AddEntry(input, AddBinding(input, "b", {}), "coordination.k8s.io", "leases", "shop", "l");
  EXPECT_EQ(First(input).state, ObjectState::kChecked);
}

// ---- WEC206

TEST(Derive, RecreatedAtEverySync) {
  const auto recreated = [](bool wrapped, bool by_default, std::optional<UpdateStrategy> strategy) {
    AnalysisInput input;
    Object object = Manifest("storage.k8s.io", "StorageClass");
    object.recreated_by_default = by_default;
    if (wrapped) {
      AddWrapped(input, AddWork(input, "wec1", "w"), object);
    } else {
      input.objects.push_back(object);
    }
    DeriveOptions options = Options();
    options.update_strategy = strategy;
    return First(input, options).recreated_each_sync;
  };
  EXPECT_TRUE(recreated(true, true, std::nullopt));
  EXPECT_FALSE(recreated(true, false, std::nullopt));
  EXPECT_FALSE(recreated(false, true, std::nullopt))
      << "KubeStellar downsyncs the defaulted object";
  EXPECT_FALSE(recreated(true, true, UpdateStrategy::kCreateOnly));
  EXPECT_FALSE(recreated(true, true, UpdateStrategy::kServerSideApply));
  EXPECT_FALSE(recreated(true, true, UpdateStrategy::kReadOnly));
}

TEST(Derive, ObjectsOfOneTypeShareItsEntry) {
  AnalysisInput input;
  for (int i = 0; i < 10; ++i)
    input.objects.push_back(Manifest("", "ConfigMap", absl::StrCat("ns", i % 3), "x"));
  EXPECT_EQ(DeriveRequirements(input, Options()).types.size(), 1u);
}

// ---- executors

constexpr char kExecutor[] = "create,get,patch,update";
constexpr char kExecutorOwned[] = "create,delete,get,patch,update";

TEST(Derive, NoExecutorUnlessNamed) {
  AnalysisInput input{.objects = {Manifest("apps", "Deployment", "shop", "web")}};
  const Requirements requirements = DeriveRequirements(input, Options());
  EXPECT_THAT(requirements.executors, testing::IsEmpty());
  EXPECT_EQ(requirements.objects[0].executor, -1);
  EXPECT_TRUE(requirements.objects[0].executor_verbs.empty());
}

TEST(Derive, TheExecutorIsAskedForAllVerbsWhateverTheStrategy) {
  for (const StrategyRule& rule : StrategyRules()) {
    AnalysisInput input;
    const int work = AddWork(input, "wec1", "w");
    AddWrapped(input, work, Manifest("", "ConfigMap", "shop", "c"));
    input.works[work].configs = {Config("", "configmaps", "shop", "c")};
    input.works[work].configs[0].strategy = rule.strategy;
    input.works[work].executor = {"shop", "deployer"};
    const ObjectRequirements r = First(input);
    EXPECT_EQ(r.executor_verbs.Join(","), kExecutorOwned) << rule.name;
    EXPECT_EQ(r.apply, rule.apply) << "what the agent needs stays";
  }
}

TEST(Derive, ExecutorsOfOrphansAreNotAskedForDelete) {
  AnalysisInput input;
  const int work = AddWork(input, "wec1", "w");
  AddWrapped(input, work, Manifest("", "ConfigMap", "shop", "kept"));
  AddWrapped(input, work, Manifest("", "ConfigMap", "shop", "owned"));
  input.works[work].executor = {"shop", "deployer"};
  input.works[work].orphaning_rules = {{"", "configmaps", "shop", "kept"}};
  const Requirements requirements = DeriveRequirements(input, Options());
  EXPECT_EQ(requirements.objects[0].executor_verbs.Join(","), kExecutor);
  EXPECT_EQ(requirements.objects[1].executor_verbs.Join(","), kExecutorOwned);
  input.works[work].orphan_all = true;
  EXPECT_EQ(First(input).executor_verbs.Join(","), kExecutor);
}

TEST(Derive, ExecutorsAreIndexedOnce) {
  AnalysisInput input;
  const std::vector<std::optional<ServiceAccountRef>> executors = {
      ServiceAccountRef{"a", "x"}, std::nullopt, ServiceAccountRef{"b", "x"},
      ServiceAccountRef{"a", "x"}};
  for (size_t i = 0; i < executors.size(); ++i) {
    const int work = AddWork(input, "wec1", absl::StrCat("w", i));
    input.works[work].executor = executors[i];
    AddWrapped(input, work, Manifest("", "ConfigMap", "shop", "same"));
  }
  const Requirements requirements = DeriveRequirements(input, Options());
  EXPECT_THAT(requirements.executors,
              testing::ElementsAre(ServiceAccountRef{"a", "x"}, ServiceAccountRef{"b", "x"}));
  std::vector<int> indices;
  for (const ObjectRequirements& r : requirements.objects) indices.push_back(r.executor);
  EXPECT_THAT(indices, testing::ElementsAre(0, -1, 1, 0));
}

TEST(Derive, TheFlagNamesTheExecutorOfEveryCheckedObject) {
  AnalysisInput input{
      .objects = {Manifest("", "ConfigMap", "shop", "c"), Manifest("", "Event", "shop", "e")}};
  const int work = AddWork(input, "wec1", "w");
  input.works[work].executor = {"a", "x"};
  AddWrapped(input, work, Manifest("", "ConfigMap", "shop", "c"));
  AddWrapped(input, work, Manifest("", "ConfigMap", "", "refused"));
  DeriveOptions options = Options();
  options.executor = {"b", "y"};
  const Requirements requirements = DeriveRequirements(input, options);
  EXPECT_THAT(requirements.executors, testing::ElementsAre(ServiceAccountRef{"b", "y"}));
  std::vector<int> indices;
  for (const ObjectRequirements& r : requirements.objects) indices.push_back(r.executor);
  EXPECT_THAT(indices, testing::ElementsAre(0, -1, 0, -1));
}

}  // namespace
}  // namespace wecan
