// SPDX-License-Identifier: Apache-2.0
// Who holds an object: BindingPolicies and Bindings in a WDS, ManifestWorks in a mailbox namespace.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "analyzer/model/object.h"

namespace wecan {

// One owner in the WDS. A Binding and the BindingPolicy of the same name are one owner, and the
// Binding decides.
struct Owner {
  std::string name;
  bool by_policy = false;
  bool by_binding = false;
  bool create_only = false;
  const Binding* binding = nullptr;  // the Binding of that name, if the input has one
};

class Owners {
 public:
  // `binding` is the Binding of the policy's name, or nullptr.
  void AddPolicy(const BindingPolicy& policy, const Binding* binding, bool create_only);
  void AddBinding(const Binding& binding, bool create_only);

  const std::vector<Owner>& all() const { return owners_; }

  // Whether two owners may meet on one WEC: any two policies, or destinations that intersect or are
  // not named.
  bool Shared() const;

 private:
  Owner& Find(const std::string& name);
  std::vector<Owner> owners_;
};

}  // namespace wecan
