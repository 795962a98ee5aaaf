// SPDX-License-Identifier: Apache-2.0
// The cases of fixtures/conformance/rbac-cases.yaml, each as a test: Conformance_<check>.<name>.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <string>

namespace wecan {

// What is to hold for a case, by its `check`.
using ConformanceCheck = void (*)(const YAML::Node& c);
using ConformanceChecks = std::map<std::string, ConformanceCheck>;

// Registers the cases of these checks; call it once for each check, before the tests run. How many
// those are.
int RegisterConformance(const ConformanceChecks& checks);

// How many cases of a check are registered.
int CountConformance(const std::string& check);

}  // namespace wecan
