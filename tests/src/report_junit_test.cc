// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/testing/check.h"

namespace wecan {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Junit(const std::string& manifests, std::vector<std::string> flags = {}) {
  flags.insert(flags.end(), {"-o", "junit"});
  return CheckFiles({{"in.yaml", manifests}}, flags);
}

TEST(ReportJunit, ASuiteForEachFileACaseForEachObject) {
  EXPECT_EQ(Junit(StorageClassYaml("a") + kCleanYaml),
            R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="wecan" tests="2" failures="1" errors="0" skipped="0" time="0">
  <testsuite name="in.yaml" tests="2" failures="1" errors="0" skipped="0" time="0" file="in.yaml">
    <testcase classname="storage.k8s.io/v1.StorageClass" name="a" file="in.yaml" line="2" time="0">
      <failure type="WEC101" message="klusterlet-work-sa cannot create, delete, get, update storageclasses.storage.k8s.io at cluster scope">error WEC101: klusterlet-work-sa cannot create, delete, get, update storageclasses.storage.k8s.io at cluster scope
Fix: wecan fix in.yaml --diff
</failure>
    </testcase>
    <testcase classname="v1.ConfigMap" name="default/x" file="in.yaml" line="8" time="0"/>
  </testsuite>
</testsuites>
)");
}

TEST(ReportJunit, WhatIsBelowTheLevelToFailOnDoesNotFail) {
  const std::string hook =
      "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
      "metadata: {name: hook}\n";
  const std::string passed = Junit(hook);
  EXPECT_THAT(passed, HasSubstr("<system-out>warning WEC103: "));
  EXPECT_THAT(passed, HasSubstr("failures=\"0\""));
  EXPECT_THAT(Junit(hook, {"--fail-on", "warning"}), HasSubstr("<failure type=\"WEC103\""));
  EXPECT_THAT(Junit(StorageClassYaml("a"), {"--fail-on", "never"}), Not(HasSubstr("<failure")));
}

TEST(ReportJunit, WhatCannotBeReadIsAnError) {
  const std::string xml = Junit("kind: [\n");
  EXPECT_THAT(xml, HasSubstr("tests=\"1\" failures=\"0\" errors=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<error type=\"WEC901\""));
}

}  // namespace
}  // namespace wecan
