// SPDX-License-Identifier: Apache-2.0
#include "analyzer/grants/profile.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "analyzer/grants/aggregate.h"
#include "analyzer/grants/authorizer.h"
#include "analyzer/grants/compact.h"
#include "analyzer/grants/covers.h"
#include "tests/testing/builders.h"
#include "tests/testing/load.h"
#include "tests/testing/status.h"

namespace wecan {
namespace {

using testing::Contains;
using testing::HasSubstr;

using Atoms = std::set<std::string>;

void AddAtoms(const PolicyRule& rule, Atoms& atoms) {
  for (const PolicyRule& atom : BreakdownRule(rule)) atoms.insert(CompactString(atom));
}

Profile Build(const ProfileOptions& options) {
  absl::StatusOr<Profile> profile = BuildProfile(options);
  if (!profile.ok()) throw std::runtime_error(profile.status().ToString());
  AggregateClusterRoles(profile->policy);
  return *std::move(profile);
}

// What OCM itself grants the agent in one scope: not `admin`, and not what every account holds.
Atoms OwnAtoms(const Profile& profile, const std::string& ns) {
  const Authorizer authorizer(profile.policy);
  Atoms atoms;
  for (const Grant& grant : authorizer.RulesFor(Agent().User(), ns).grants) {
    if (grant.binding->cluster != ns.empty()) continue;
    if (grant.role->name == "admin" || absl::StartsWith(grant.role->name, "system:")) continue;
    AddAtoms(*grant.rule, atoms);
  }
  return atoms;
}

// fixtures/conformance/profiles.yaml was read from OCM's manifests, independently of policies/ocm.
TEST(Profile, EffectiveRulesByReleaseAndMode) {
  int entries = 0;
  for (const YAML::Node& entry : LoadSource("fixtures/conformance/profiles.yaml")) {
    const std::string release = LoadText(entry["release"]), mode = LoadText(entry["mode"]);
    std::map<std::string, Atoms> expected = {{"", {}}};
    for (const YAML::Node& rule : entry["rules"]) {
      absl::string_view scope = rule["scope"].Scalar();
      if (!absl::ConsumePrefix(&scope, "namespace:")) scope = "";
      AddAtoms(LoadRule(rule), expected[std::string(scope)]);
    }
    const Profile profile =
        Build({.name = absl::StrCat("ocm-", absl::StripPrefix(release, "v")),
               .mode = mode == "singleton" ? AgentMode::kSingleton : AgentMode::kDefault});
    EXPECT_EQ(absl::StrCat("v", ReleaseName(profile.release)), release);
    for (const auto& [ns, atoms] : expected) {
      EXPECT_EQ(OwnAtoms(profile, ns), atoms) << release << " " << mode << " in \"" << ns << "\"";
    }
    for (const std::string& ns : Authorizer(profile.policy).NamespacesOf(Agent().User())) {
      EXPECT_EQ(expected.count(ns), 1u)
          << release << " " << mode << ": nothing is expected in " << ns;
    }
    ++entries;
  }
  EXPECT_GE(entries, 11);
}

// admin, edit and view of 1.36, aggregated, are those of a real kube-apiserver.
TEST(Profile, UserFacingRolesEqualThoseOfAServer) {
  RbacPolicy server;
  AddRbacList(LoadSource("fixtures/conformance/sar/001/rbac.yaml"), server);
  const Profile profile = Build({.kubernetes = "1.36"});
  int compared = 0;
  for (const Role& role : profile.policy.roles) {
    if (role.name != "admin" && role.name != "edit" && role.name != "view") continue;
    for (const Role& real : server.roles) {
      if (real.kind != RoleKind::kClusterRole || real.name != role.name) continue;
      Atoms ours, theirs;
      for (const PolicyRule& rule : role.rules) AddAtoms(rule, ours);
      for (const PolicyRule& rule : real.rules) AddAtoms(rule, theirs);
      EXPECT_EQ(ours, theirs) << role.name;
      EXPECT_GT(ours.size(), 50u) << role.name;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 3);
}

TEST(Profile, AdminCoversEditAndEditCoversView) {
  for (const std::string& version : KubernetesVersions()) {
    const Profile profile = Build({.kubernetes = version});
    std::map<std::string, std::vector<PolicyRule>> rules;
    for (const Role& role : profile.policy.roles) rules[role.name] = role.rules;
    EXPECT_THAT(Uncovered(rules["admin"], rules["edit"]), testing::IsEmpty()) << version;
    EXPECT_THAT(Uncovered(rules["edit"], rules["view"]), testing::IsEmpty()) << version;
    EXPECT_THAT(Uncovered(rules["view"], rules["edit"]), testing::Not(testing::IsEmpty()))
        << version;
    EXPECT_THAT(Uncovered(rules["edit"], rules["admin"]), testing::Not(testing::IsEmpty()))
        << version;
  }
}

struct NameCase {
  std::string asked, shown, release;
};

TEST(Profile, Names) {
  const std::vector<NameCase> cases = {
      {"", "ocm-1.3", "1.3.1"},
      {"ocm-1.3", "ocm-1.3", "1.3.1"},
      {"ocm-1.3.1", "ocm-1.3.1", "1.3.1"},
      {"ocm-v1.3.0", "ocm-1.3.0", "1.3.0"},
      {"ocm-0.11", "ocm-0.11", "0.11.0"},
      {"ocm-0.13", "ocm-0.13", "0.13.3"},
      {"ocm-0.13.1", "ocm-0.13.1", "0.13.1"},
      {"kubestellar-0.30", "ocm-1.0.0", "1.0.0"},
      {"kubestellar-0.30.0", "ocm-1.0.0", "1.0.0"},
      {"kubestellar-v0.20", "ocm-0.12.0", "0.12.0"},
      {"kubestellar-0.27", "ocm-0.15.2", "0.15.2"},
      {"kubestellar-0.27.0", "ocm-0.14.0", "0.14.0"},
      {"kubestellar-0.27.2", "ocm-0.15.2", "0.15.2"},
  };
  for (const NameCase& c : cases) {
    ASSERT_OK_AND_ASSIGN(const Profile profile, BuildProfile({.name = c.asked}));
    EXPECT_EQ(profile.name, c.shown) << c.asked;
    EXPECT_EQ(ReleaseName(profile.release), c.release) << c.asked;
    EXPECT_EQ(profile.kubernetes, "1.33");
    EXPECT_EQ(profile.source, "builtin");
  }
}

TEST(Profile, UnknownNames) {
  const auto invalid = [](absl::string_view text) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(std::string(text)));
  };
  EXPECT_THAT(BuildProfile({.name = "ocm-0.10"}),
              invalid("no profile \"ocm-0.10\"; did you mean \"ocm-0.1"));
  for (const char* name : {"ocm-1.3.99", "ocm-2.0", "ocm-", "ocm", "1.3", "OCM-1.3",
                           "kubestellar-9.9", "kubestellar-", "file:x", "ocm-1.3 "}) {
    EXPECT_THAT(BuildProfile({.name = name}), invalid(absl::StrCat("no profile \"", name, "\"")))
        << name;
  }
  EXPECT_THAT(BuildProfile({.kubernetes = "1.18"}),
              invalid("--kubernetes: no version \"1.18\" (known: 1.19 to 1.36)"));
  EXPECT_THAT(BuildProfile({.kubernetes = "v1.33"}), invalid("--kubernetes: no version"));
  EXPECT_THAT(BuildProfile({.name = "ocm-0.11", .mode = AgentMode::kSingleton}),
              invalid("has no singleton mode"));
  EXPECT_THAT(BuildProfile({.name = "ocm-0.12", .mode = AgentMode::kSingleton}), IsOk());
}

TEST(Profile, EveryNameAndVersionBuilds) {
  EXPECT_THAT(ProfileNames(), Contains("ocm-0.11"));
  EXPECT_THAT(ProfileNames(), Contains("ocm-1.3"));
  EXPECT_THAT(ProfileNames(), Contains("kubestellar-0.30"));
  for (const std::string& name : ProfileNames())
    EXPECT_THAT(BuildProfile({.name = name}), IsOk()) << name;
  EXPECT_EQ(KubernetesVersions().front(), "1.19");
  EXPECT_EQ(KubernetesVersions().back(), "1.36");
  EXPECT_THAT(KubernetesVersions(), Contains(DefaultKubernetesVersion()));
  for (const std::string& version : KubernetesVersions()) {
    EXPECT_THAT(BuildProfile({.kubernetes = version}), IsOk()) << version;
  }
  for (const ProfileSummary& summary : ListProfiles()) {
    EXPECT_EQ(summary.singleton, summary.releases.front() != "v0.11.0") << summary.releases.front();
  }
}

bool MayGet(const Profile& profile, const UserInfo& user, absl::string_view group,
            absl::string_view resource) {
  const Authorizer authorizer(profile.policy);
  return authorizer.Authorize(user, Request("get").Group(group).Resource(resource).Name("x"))
      .allowed;
}

TEST(Profile, AnotherAgentHoldsTheSame) {
  const Agent agent{.namespace_ = "agents", .service_account = "worker", .klusterlet = "edge"};
  const Profile profile = Build({.agent = agent});
  EXPECT_TRUE(MayGet(profile, agent.User(), "scheduling.k8s.io", "priorityclasses"));
  EXPECT_FALSE(MayGet(profile, Agent().User(), "scheduling.k8s.io", "priorityclasses"));
  EXPECT_FALSE(MayGet(profile, agent.User(), "storage.k8s.io", "storageclasses"));
  for (const Role& role : profile.policy.roles)
    EXPECT_THAT(role.name, testing::Not(HasSubstr("${"))) << role.name;
  for (const RoleBinding& b : profile.policy.bindings) {
    EXPECT_THAT(absl::StrCat(b.name, b.namespace_, b.role_ref.name), testing::Not(HasSubstr("${")));
    for (const Subject& s : b.subjects) {
      EXPECT_THAT(absl::StrCat(s.namespace_, s.name), testing::Not(HasSubstr("${"))) << b.name;
    }
  }
}

// No binding of a profile may point to a role that the profile lacks: its answers would be
// "unknown".
TEST(Profile, EveryRoleThatIsBoundExists) {
  for (const std::string& name : ProfileNames()) {
    for (const AgentMode mode : {AgentMode::kDefault, AgentMode::kSingleton}) {
      const absl::StatusOr<Profile> profile = BuildProfile({.name = name, .mode = mode});
      if (!profile.ok()) continue;  // no singleton mode
      const Authorizer authorizer(profile->policy);
      for (const std::string& ns :
           {std::string(), std::string("kube-system"), Agent().namespace_}) {
        EXPECT_THAT(authorizer.RulesFor(Agent().User(), ns).errors, testing::IsEmpty())
            << name << " in " << ns;
      }
    }
  }
}

TEST(Profile, AllOfItIsMarkedAsProfile) {
  const Profile profile = Build({});
  for (const Role& role : profile.policy.roles) EXPECT_TRUE(role.origin.profile) << role.name;
  for (const RoleBinding& binding : profile.policy.bindings)
    EXPECT_TRUE(binding.origin.profile) << binding.name;
}

}  // namespace
}  // namespace wecan
