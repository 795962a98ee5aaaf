// SPDX-License-Identifier: Apache-2.0
// Two small rule sets decoded from bytes. Properties: Uncovered() and CoverIndex give the atoms
// that the definition in loops gives; what is covered allows no request that its owner does not;
// compacted rules and the originals cover each other; and compacting twice changes nothing.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

#include "analyzer/grants/compact.h"
#include "analyzer/grants/cover_index.h"
#include "analyzer/grants/covers.h"
#include "analyzer/grants/rule_allows.h"
#include "tests/fuzz/check.h"

namespace wecan {
namespace {

using Words = std::vector<std::string>;

const Words kVerbs = {"get", "list", "create", "*", ""};
const Words kGroups = {"", "apps", "x.io", "*"};
const Words kResources = {"pods", "pods/log", "*/log", "*", "pods/*", "/", "secrets", ""};
const Words kNames = {"a", "b", "", "*"};
const Words kUrls = {"/healthz", "/healthz/*", "*", "/", "/a**", "/a", "", "/healthz*"};

class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint8_t Next() { return at_ < size_ ? data_[at_++] : uint8_t{0}; }
  bool done() const { return at_ >= size_; }

  // The words whose bits are set, in order; sometimes the first of them twice.
  Words Pick(const Words& words) {
    const uint8_t bits = Next();
    Words picked;
    for (size_t i = 0; i < words.size(); ++i) {
      if ((bits >> i & 1) != 0) picked.push_back(words[i]);
    }
    if (bits % 7 == 3 && !picked.empty()) picked.push_back(picked[0]);
    return picked;
  }

  std::vector<PolicyRule> Rules() {
    std::vector<PolicyRule> rules(Next() % 4);
    for (PolicyRule& rule : rules) {
      rule.verbs = Pick(kVerbs);
      rule.api_groups = Pick(kGroups);
      rule.resources = Pick(kResources);
      // Never both: Kubernetes refuses such a rule, and one limited to names holds no URL.
      const int more = Next() % 4;
      if (more == 1) rule.resource_names = Pick(kNames);
      if (more == 2) rule.non_resource_urls = Pick(kUrls);
    }
    return rules;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

bool In(const Words& list, const std::string& word) {
  for (const std::string& w : list) {
    if (w == word) return true;
  }
  return false;
}

bool UrlCovered(const std::string& owner, const std::string& url) {
  if (owner == url) return true;
  const size_t last = owner.find_last_not_of('*');
  const std::string prefix = last == std::string::npos ? "" : owner.substr(0, last + 1);
  return prefix.size() < owner.size() && url.compare(0, prefix.size(), prefix) == 0;
}

bool ResourceAtomCovered(const PolicyRule& owner, const std::string& group,
                         const std::string& resource, const std::string& verb,
                         const std::string* name) {
  const size_t slash = resource.find('/');
  const bool resource_held =
      In(owner.resources, "*") || In(owner.resources, resource) ||
      (slash != std::string::npos && In(owner.resources, "*" + resource.substr(slash)));
  return (In(owner.verbs, "*") || In(owner.verbs, verb)) &&
         (In(owner.api_groups, "*") || In(owner.api_groups, group)) && resource_held &&
         (owner.resource_names.empty() || (name != nullptr && In(owner.resource_names, *name)));
}

bool UrlAtomCovered(const PolicyRule& owner, const std::string& verb, const std::string& url) {
  if (!In(owner.verbs, "*") && !In(owner.verbs, verb)) return false;
  if (!owner.resource_names.empty()) return false;
  for (const std::string& o : owner.non_resource_urls) {
    if (UrlCovered(o, url)) return true;
  }
  return false;
}

std::vector<PolicyRule> NaiveUncovered(const std::vector<PolicyRule>& owner,
                                       const std::vector<PolicyRule>& servant) {
  std::vector<PolicyRule> missing;
  for (const PolicyRule& rule : servant) {
    std::vector<const std::string*> names = {nullptr};
    if (!rule.resource_names.empty()) names.clear();
    for (const std::string& name : rule.resource_names) names.push_back(&name);
    for (const std::string& group : rule.api_groups) {
      for (const std::string& resource : rule.resources) {
        for (const std::string& verb : rule.verbs) {
          for (const std::string* name : names) {
            bool covered = false;
            for (const PolicyRule& o : owner)
              covered |= ResourceAtomCovered(o, group, resource, verb, name);
            if (covered) continue;
            missing.push_back({.verbs = {verb}, .api_groups = {group}, .resources = {resource}});
            if (name != nullptr) missing.back().resource_names = {*name};
          }
        }
      }
    }
    for (const std::string& url : rule.non_resource_urls) {
      for (const std::string& verb : rule.verbs) {
        bool covered = false;
        for (const PolicyRule& o : owner) covered |= UrlAtomCovered(o, verb, url);
        if (!covered) missing.push_back({.verbs = {verb}, .non_resource_urls = {url}});
      }
    }
  }
  return missing;
}

std::vector<RequestAttributes> Requests() {
  std::vector<RequestAttributes> requests;
  for (const char* verb : {"get", "create", "other"}) {
    for (const char* group : {"", "apps", "other"}) {
      for (const char* resource : {"pods", "secrets", "other"}) {
        for (const char* subresource : {"", "log", "*"}) {
          for (const char* name : {"", "a", "other"}) {
            requests.push_back({.verb = verb,
                                .api_group = group,
                                .resource = resource,
                                .subresource = subresource,
                                .name = name});
          }
        }
      }
    }
    for (const char* path : {"/", "/a", "/abc", "/healthz", "/healthz/x", "/other"})
      requests.push_back({.resource_request = false, .verb = verb, .path = path});
  }
  return requests;
}

bool Allows(const std::vector<PolicyRule>& rules, const RequestAttributes& request) {
  for (const PolicyRule& rule : rules) {
    if (RuleAllows(request, rule)) return true;
  }
  return false;
}

void Check(const std::vector<PolicyRule>& owner, const std::vector<PolicyRule>& servant) {
  static const std::vector<RequestAttributes> requests = Requests();
  const std::vector<PolicyRule> missing = Uncovered(owner, servant);
  FUZZ_CHECK(missing == NaiveUncovered(owner, servant));
  std::vector<const PolicyRule*> rules;
  for (const PolicyRule& rule : owner) rules.push_back(&rule);
  CoverBudget budget;
  FUZZ_CHECK(CoverIndex(rules).Uncovered(servant, budget).atoms == missing);
  const std::vector<PolicyRule> compacted = CompactRules(servant);
  FUZZ_CHECK(compacted.size() <= servant.size());
  FUZZ_CHECK(CompactRules(compacted).size() == compacted.size());
  FUZZ_CHECK(Uncovered(compacted, servant).empty());
  FUZZ_CHECK(Uncovered(servant, compacted).empty());
  for (const RequestAttributes& request : requests) {
    const bool allowed = Allows(servant, request);
    FUZZ_CHECK(allowed == Allows(compacted, request));
    if (missing.empty() && allowed) FUZZ_CHECK(Allows(owner, request));
  }
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  wecan::Bytes bytes(data, size);
  const std::vector<wecan::PolicyRule> owner = bytes.Rules();
  wecan::Check(owner, bytes.Rules());
  return 0;
}
