// SPDX-License-Identifier: Apache-2.0
#include "analyzer/requirements/ownership.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {
namespace {

using testing::SizeIs;

struct DestinationCase {
  std::string name;
  std::vector<std::string> one, other;
  bool shared;
};

TEST(Ownership, TwoBindingsMeetWhereTheirDestinationsDo) {
  const std::vector<DestinationCase> cases = {
      {"disjoint", {"wec1"}, {"wec2"}, false},
      {"equal", {"wec1"}, {"wec1"}, true},
      {"intersecting", {"wec1", "wec2"}, {"wec2", "wec3"}, true},
      {"disjoint lists", {"wec1", "wec2"}, {"wec3", "wec4"}, false},
      {"one names none", {}, {"wec1"}, true},
      {"both name none", {}, {}, true},
      {"prefix is no match", {"wec"}, {"wec1"}, false},
  };
  for (const DestinationCase& c : cases) {
    const Binding one{.name = "one", .destinations = c.one},
        other{.name = "other", .destinations = c.other};
    Owners owners;
    owners.AddBinding(one, false);
    owners.AddBinding(other, false);
    EXPECT_EQ(owners.Shared(), c.shared) << c.name;
  }
}

TEST(Ownership, OneOwnerSharesWithNobody) {
  Owners owners;
  EXPECT_FALSE(owners.Shared());
  const Binding binding{.name = "one"};
  owners.AddBinding(binding, false);
  owners.AddBinding(binding, false);
  EXPECT_THAT(owners.all(), SizeIs(1));
  EXPECT_FALSE(owners.Shared());
}

TEST(Ownership, AnyTwoPoliciesMeet) {
  const Binding one{.name = "one", .destinations = {"wec1"}},
      other{.name = "other", .destinations = {"wec2"}};
  Owners owners;
  owners.AddPolicy({.name = "one"}, &one, false);
  owners.AddPolicy({.name = "other"}, &other, false);
  EXPECT_TRUE(owners.Shared());
}

TEST(Ownership, ABindingAndThePolicyOfItsNameAreOneOwner) {
  const Binding binding{.name = "one", .destinations = {"wec1"}};
  Owners owners;
  owners.AddPolicy({.name = "one"}, &binding, true);
  owners.AddBinding(binding, false);
  ASSERT_THAT(owners.all(), SizeIs(1));
  EXPECT_TRUE(owners.all()[0].by_policy);
  EXPECT_TRUE(owners.all()[0].by_binding);
  EXPECT_FALSE(owners.all()[0].create_only) << "the Binding decides";
  EXPECT_FALSE(owners.Shared());
}

TEST(Ownership, TheBindingDecidesWhicheverComesFirst) {
  for (const bool binding_says : {false, true}) {
    const Binding binding{.name = "one"};
    Owners owners;
    owners.AddBinding(binding, binding_says);
    owners.AddPolicy({.name = "one"}, &binding, !binding_says);
    ASSERT_THAT(owners.all(), SizeIs(1));
    EXPECT_EQ(owners.all()[0].create_only, binding_says);
  }
}

TEST(Ownership, APolicyAndABindingOfAnotherName) {
  const Binding of_policy{.name = "p", .destinations = {"wec1"}};
  const Binding near{.name = "b", .destinations = {"wec1"}},
      far{.name = "b", .destinations = {"wec2"}};
  for (const auto& [binding, destination_known, shared] :
       {std::make_tuple(&near, true, true), std::make_tuple(&far, true, false),
        std::make_tuple(&far, false, true)}) {
    Owners owners;
    owners.AddPolicy({.name = "p"}, destination_known ? &of_policy : nullptr, false);
    owners.AddBinding(*binding, false);
    EXPECT_EQ(owners.Shared(), shared) << binding->destinations[0] << " " << destination_known;
  }
}

TEST(Ownership, OneBindingNamingTheObjectTwice) {
  const Binding binding{.name = "one"};
  Owners owners;
  owners.AddBinding(binding, false);
  owners.AddBinding(binding, true);
  ASSERT_THAT(owners.all(), SizeIs(1));
  EXPECT_TRUE(owners.all()[0].create_only);
}

}  // namespace
}  // namespace wecan
