// SPDX-License-Identifier: Apache-2.0
// SpliceFile on any bytes, with edits of the roles that the manifest reader finds in them, chosen
// by the bytes too. Properties: what is written is what was asked for (SpliceFile checks that
// itself, and says kInternal when it is not); the same additions once more change nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "src/edit/splice.h"
#include "src/input/manifest_reader.h"
#include "tests/fuzz/check.h"

namespace wecan {
namespace {

constexpr Budgets kBudgets{.depth = 100, .nodes = 20'000};

// A few of the bits of the text, one choice after the other.
class Choices {
 public:
  explicit Choices(absl::string_view text) {
    for (unsigned char c : text) state_ = (state_ ^ c) * 0x100000001b3;
  }
  bool Take() {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return (state_ >> 40) % 2 == 0;
  }

 private:
  uint64_t state_ = 0xcbf29ce484222325;
};

std::vector<RoleEdit> EditsOf(absl::string_view text, Choices& choices) {
  Contents contents;
  if (LooksLikeJson(text)) {
    ReadJson(text, false, kBudgets, contents);
  } else {
    ReadYaml(SplitDocuments(text), true, kBudgets, contents);
  }
  std::vector<RoleEdit> edits;
  std::set<std::tuple<RoleKind, std::string, std::string>> seen;
  for (const Role& role : contents.input.rbac.roles) {
    if (!seen.emplace(role.kind, role.namespace_, role.name).second) continue;
    RoleEdit edit{.kind = role.kind, .namespace_ = role.namespace_, .name = role.name};
    for (size_t i = 0; i < role.rules.size(); ++i) {
      const PolicyRule& rule = role.rules[i];
      RuleEdit change{.rule = static_cast<int>(i), .drop = choices.Take() && choices.Take()};
      if (choices.Take()) change.add_verbs = {"create", "*"};
      if (choices.Take()) change.add_resources = {"a/b"};
      if (choices.Take()) change.remove_verbs = rule.verbs;
      if (choices.Take() && !rule.resources.empty())
        change.remove_resources = {rule.resources.back()};
      edit.rules.push_back(std::move(change));
    }
    if (choices.Take()) edit.append = {{.verbs = {"get"}, .api_groups = {""}, .resources = {"x"}}};
    if (choices.Take()) edit.annotations["k"] = "v: w";
    edits.push_back(std::move(edit));
  }
  return edits;
}

// What of the edits holds when they are made a second time.
std::vector<RoleEdit> AdditionsOf(std::vector<RoleEdit> edits) {
  for (RoleEdit& edit : edits) {
    edit.append.clear();
    std::vector<RuleEdit> rules;
    for (RuleEdit& rule : edit.rules) {
      if (rule.drop) continue;
      rule.rule = static_cast<int>(rules.size());
      rule.remove_verbs.clear();
      rule.remove_resources.clear();
      rules.push_back(std::move(rule));
    }
    edit.rules = std::move(rules);
  }
  return edits;
}

void Run(absl::string_view path, absl::string_view text) {
  Choices choices(text);
  const std::vector<RoleEdit> edits = EditsOf(text, choices);
  std::vector<NewDocument> added;
  if (choices.Take()) added.push_back({.json = {{"a", "b"}}});
  const absl::StatusOr<std::string> once = SpliceFile(path, text, edits, added, kBudgets);
  FUZZ_CHECK(once.ok() || !once.status().message().empty());
  FUZZ_CHECK(once.status().code() != absl::StatusCode::kInternal);
  if (!once.ok()) return;
  const absl::StatusOr<std::string> twice =
      SpliceFile(path, *once, AdditionsOf(edits), {}, kBudgets);
  FUZZ_CHECK(twice.ok());
  FUZZ_CHECK(*twice == *once);
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  wecan::Run("f.yaml", text);
  return 0;
}
