// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/resource_catalog.h"

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"

namespace wecan {
namespace {

TEST(ResourceCatalog, IsSortedAndComplete) {
  const CatalogEntry* before = nullptr;
  int builtin = 0;
  for (const CatalogEntry& e : CatalogTable()) {
    if (before != nullptr) {
      EXPECT_LT(std::tie(before->group, before->kind), std::tie(e.group, e.kind));
    }
    before = &e;
    EXPECT_FALSE(e.plural.empty()) << e.kind;
    EXPECT_FALSE(e.source.empty()) << e.kind;
    builtin += e.builtin;
  }
  EXPECT_GE(builtin, 70);
  EXPECT_GT(CatalogTable().size(), static_cast<size_t>(builtin));
  EXPECT_FALSE(VirtualResources().empty());
}

struct KindCase {
  std::string group, kind, plural;
  bool namespaced, builtin;
};

TEST(ResourceCatalog, KnowsKinds) {
  const std::vector<KindCase> cases = {
      {"", "Pod", "pods", true, true},
      {"", "Endpoints", "endpoints", true, true},
      {"", "Namespace", "namespaces", false, true},
      {"", "PersistentVolume", "persistentvolumes", false, true},
      {"networking.k8s.io", "NetworkPolicy", "networkpolicies", true, true},
      {"storage.k8s.io", "StorageClass", "storageclasses", false, true},
      {"gateway.networking.k8s.io", "Gateway", "gateways", true, false},
      {"argoproj.io", "Application", "applications", true, false},
  };
  const ResourceMapper mapper({});
  for (const KindCase& c : cases) {
    // A manifest's namespace does not change what the catalogue knows.
    for (const bool names_namespace : {false, true}) {
      const ResourceType type = mapper.ByKind(c.group, c.kind, names_namespace);
      EXPECT_EQ(type.resource, c.plural) << c.kind;
      EXPECT_EQ(type.namespaced, c.namespaced) << c.kind;
      EXPECT_EQ(type.builtin, c.builtin) << c.kind;
      EXPECT_EQ(type.source, ResourceSource::kCatalog) << c.kind;
    }
    EXPECT_EQ(mapper.KindOf(c.group, c.plural), c.kind);
  }
}

TEST(ResourceCatalog, KindsAreKeyedByGroup) {
  const ResourceMapper mapper({});
  EXPECT_EQ(mapper.ByKind("example.com", "Pod", true).source, ResourceSource::kGuess);
  EXPECT_EQ(mapper.ByKind("", "Gateway", true).source, ResourceSource::kGuess);
  EXPECT_EQ(mapper.ByKind("", "pod", true).source, ResourceSource::kGuess)
      << "kinds are case-sensitive";
  EXPECT_EQ(mapper.KindOf("example.com", "pods"), "");
  EXPECT_EQ(mapper.KindOf("", "po"), "") << "no short names";
  EXPECT_EQ(mapper.KindOf("", "pod"), "") << "no singulars";
}

TEST(ResourceCatalog, UnknownKindsAreGuessed) {
  const ResourceMapper mapper({});
  const ResourceType in_namespace = mapper.ByKind("example.com", "Policy", true);
  EXPECT_EQ(in_namespace.resource, "policies");
  EXPECT_TRUE(in_namespace.namespaced);
  EXPECT_FALSE(in_namespace.builtin);
  EXPECT_TRUE(in_namespace.downsyncable);
  EXPECT_EQ(in_namespace.source, ResourceSource::kGuess);
  EXPECT_FALSE(mapper.ByKind("example.com", "Policy", false).namespaced);
}

TEST(ResourceCatalog, DefinitionsOfTheInputComeFirst) {
  const std::vector<CustomResource> crds = {
      {"example.com", "Gateway", "gateways", true},
      {"example.com", "Mesh", "meshen", false},
      {"gateway.networking.k8s.io", "Gateway", "gws", false},
      {"", "Pod", "podlings", false},
  };
  const ResourceMapper mapper(crds);
  EXPECT_EQ(mapper.ByKind("example.com", "Gateway", false).resource, "gateways");
  EXPECT_TRUE(mapper.ByKind("example.com", "Gateway", false).namespaced);
  EXPECT_EQ(mapper.ByKind("example.com", "Mesh", true).resource, "meshen");
  EXPECT_FALSE(mapper.ByKind("example.com", "Mesh", true).namespaced);
  EXPECT_EQ(mapper.ByKind("example.com", "Mesh", true).source, ResourceSource::kInput);
  EXPECT_EQ(mapper.ByKind("gateway.networking.k8s.io", "Gateway", true).resource, "gws");
  EXPECT_FALSE(mapper.ByKind("", "Pod", true).builtin);
  EXPECT_EQ(mapper.KindOf("example.com", "meshen"), "Mesh");
  EXPECT_EQ(mapper.KindOf("example.com", "meshs"), "");
}

TEST(ResourceCatalog, TheSmallestKindStandsForAPluralOfTwo) {
  const std::vector<CustomResource> crds = {
      {"x.io", "B", "things"}, {"x.io", "A", "things"}, {"x.io", "C", "things"}};
  EXPECT_EQ(ResourceMapper(crds).KindOf("x.io", "things"), "A");
}

struct NameCase {
  std::string name, group;
  bool any_group;
  std::string expected;  // group/kind, "" for none
};

TEST(ResourceCatalog, FindsByResourceName) {
  const std::vector<NameCase> cases = {
      {"pods", "", true, "/Pod"},
      {"pod", "", true, "/Pod"},
      {"po", "", true, "/Pod"},
      {"Pods", "", true, ""},
      {"deploy", "", true, "apps/Deployment"},
      {"deployments", "apps", false, "apps/Deployment"},
      {"deployments", "", false, ""},
      {"events", "", true, "/Event"},
      {"events", "events.k8s.io", false, "events.k8s.io/Event"},
      {"services", "", true, "/Service"},
      {"crd", "", true, "apiextensions.k8s.io/CustomResourceDefinition"},
      {"nothing", "", true, ""},
      {"", "", true, ""},
  };
  for (const NameCase& c : cases) {
    const CatalogEntry* entry = FindByResourceName(c.name, c.group, c.any_group);
    const std::string found =
        entry == nullptr ? "" : std::string(entry->group) + "/" + std::string(entry->kind);
    EXPECT_EQ(found, c.expected) << c.name;
  }
}

TEST(ResourceCatalog, ReviewsCannotBeDownsynced) {
  EXPECT_FALSE(FindInCatalog("authorization.k8s.io", "SubjectAccessReview")->lists_and_watches);
  EXPECT_TRUE(FindInCatalog("", "ConfigMap")->lists_and_watches);
  EXPECT_EQ(FindInCatalog("authorization.k8s.io", "Nothing"), nullptr);
}

}  // namespace
}  // namespace wecan
