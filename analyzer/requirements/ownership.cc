// SPDX-License-Identifier: Apache-2.0
#include "analyzer/requirements/ownership.h"

#include <algorithm>

namespace wecan {
namespace {

bool MayMeet(const Owner& a, const Owner& b) {
  if (a.by_policy && b.by_policy) return true;
  if (a.binding == nullptr || b.binding == nullptr) return true;
  const std::vector<std::string>& x = a.binding->destinations;
  const std::vector<std::string>& y = b.binding->destinations;
  return x.empty() || y.empty() ||
         std::any_of(x.begin(), x.end(), [&](const std::string& destination) {
           return std::find(y.begin(), y.end(), destination) != y.end();
         });
}

}  // namespace

Owner& Owners::Find(const std::string& name) {
  for (Owner& owner : owners_) {
    if (owner.name == name) return owner;
  }
  owners_.push_back({.name = name});
  return owners_.back();
}

void Owners::AddPolicy(const BindingPolicy& policy, const Binding* binding, bool create_only) {
  Owner& owner = Find(policy.name);
  owner.by_policy = true;
  if (!owner.by_binding) owner.create_only |= create_only;
  if (owner.binding == nullptr) owner.binding = binding;
}

void Owners::AddBinding(const Binding& binding, bool create_only) {
  Owner& owner = Find(binding.name);
  owner.create_only = owner.by_binding ? owner.create_only || create_only : create_only;
  owner.by_binding = true;
  owner.binding = &binding;
}

bool Owners::Shared() const {
  for (size_t i = 0; i < owners_.size(); ++i) {
    for (size_t j = i + 1; j < owners_.size(); ++j) {
      if (MayMeet(owners_[i], owners_[j])) return true;
    }
  }
  return false;
}

}  // namespace wecan
