// SPDX-License-Identifier: Apache-2.0
// The build-time generator: rules/ and policies/ in, constant C++ tables and the generated pages of
// docs/ out.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace wecan {

// All data files, as YAML. Kept as nodes because each is read once, by the one function that turns
// it into a table.
struct Data {
  YAML::Node builtin;                // rules/catalogue/builtin.yaml
  std::vector<YAML::Node> custom;    // rules/catalogue/*.yaml but builtin.yaml
  YAML::Node strategies;             // rules/strategies.yaml
  YAML::Node kinds;                  // rules/kinds.yaml
  YAML::Node refusals;               // rules/refusals.yaml
  YAML::Node agent_requests;         // rules/agent_requests.yaml
  std::vector<YAML::Node> findings;  // rules/findings/*.yaml by id
  std::vector<YAML::Node> ocm;       // policies/ocm/*.yaml, oldest release first
  YAML::Node releases;               // policies/releases.yaml
  YAML::Node user_facing_roles;      // policies/kubernetes/user-facing-roles.yaml
  YAML::Node default_roles;          // policies/kubernetes/default-roles.yaml
  YAML::Node guardrails;             // policies/guardrails.yaml
};

// Reads everything below `root`. Throws std::runtime_error naming the file (and line) that does not
// load.
Data LoadData(const std::string& root);

// The C++ source of all tables.
std::string GenerateTables(const Data& data);

// docs/rules.md and docs/profiles.md.
std::string GenerateRulesPage(const Data& data);
std::string GenerateProfilesPage(const Data& data);

// `node[key]` as text, "" when absent.
std::string Text(const YAML::Node& node, const char* key);
std::vector<std::string> List(const YAML::Node& node, const char* key);

}  // namespace wecan
