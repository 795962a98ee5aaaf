// SPDX-License-Identifier: Apache-2.0
#include "analyzer/model/plural.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wecan {
namespace {

struct PluralCase {
  absl::string_view kind, plural, singular;
};

// Also where the guess is wrong: it has to be Kubernetes' own.
TEST(Plural, Guesses) {
  const std::vector<PluralCase> cases = {{"Pod", "pods", "pod"},
                                         {"Policy", "policies", "policy"},
                                         {"Ingress", "ingresses", "ingress"},
                                         {"Endpoints", "endpoints", "endpoints"},
                                         {"MyEndpoints", "myendpoints", "myendpoints"},
                                         {"Endpoint", "endpoints", "endpoint"},
                                         {"Gateway", "gatewaies", "gateway"},
                                         {"Y", "ies", "y"},
                                         {"S", "ses", "s"},
                                         {"KÄSE", "kÄses", "kÄse"},
                                         {"", "", ""}};
  for (const PluralCase& c : cases) {
    EXPECT_EQ(GuessPlural(c.kind).plural, c.plural) << c.kind;
    EXPECT_EQ(GuessPlural(c.kind).singular, c.singular) << c.kind;
  }
}

}  // namespace
}  // namespace wecan
