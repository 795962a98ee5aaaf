// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/conformance.h"

#include <cctype>
#include <exception>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "tests/testing/load.h"

namespace wecan {
namespace {

class ConformanceCase : public testing::Test {
 public:
  ConformanceCase(ConformanceCheck check, YAML::Node c) : check_(check), case_(std::move(c)) {}

  void TestBody() override {
    check_(case_);
    if (HasFailure()) ADD_FAILURE() << "the case:\n" << YAML::Dump(case_);
  }

 private:
  ConformanceCheck check_;
  YAML::Node case_;
};

class BrokenCaseFile : public testing::Test {
 public:
  explicit BrokenCaseFile(std::string error) : error_(std::move(error)) {}
  void TestBody() override { FAIL() << error_; }

 private:
  std::string error_;
};

// A name that gtest accepts; `used` makes it unique.
std::string TestName(const std::string& text, std::set<std::string>& used) {
  std::string name;
  for (char c : text) {
    const bool keep = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (keep || (!name.empty() && name.back() != '_')) name += keep ? c : '_';
  }
  std::string unique = name;
  for (int i = 2; !used.insert(unique).second; ++i) unique = absl::StrCat(name, "_", i);
  return unique;
}

std::map<std::string, int>& Counts() {
  static auto* counts = new std::map<std::string, int>;
  return *counts;
}

}  // namespace

int RegisterConformance(const ConformanceChecks& checks) {
  int registered = 0;
  std::map<std::string, std::set<std::string>> used;
  try {
    for (const YAML::Node& c : LoadSource("fixtures/conformance/rbac-cases.yaml")["cases"]) {
      const std::string check = c["check"].Scalar();
      const auto it = checks.find(check);
      if (it == checks.end()) continue;
      ++Counts()[check];
      ++registered;
      testing::RegisterTest(
          absl::StrCat("Conformance_", check).c_str(),
          TestName(c["name"].Scalar(), used[check]).c_str(), nullptr, nullptr, __FILE__, __LINE__,
          [fn = it->second, c]() -> testing::Test* { return new ConformanceCase(fn, c); });
    }
  } catch (const std::exception& e) {
    testing::RegisterTest(
        "Conformance", "CasesLoad", nullptr, nullptr, __FILE__, __LINE__,
        [error = std::string(e.what())]() -> testing::Test* { return new BrokenCaseFile(error); });
  }
  return registered;
}

int CountConformance(const std::string& check) {
  const auto it = Counts().find(check);
  return it == Counts().end() ? 0 : it->second;
}

}  // namespace wecan
