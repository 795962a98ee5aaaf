// SPDX-License-Identifier: Apache-2.0
#include "analyzer/denials/refusal.h"

#include <algorithm>

namespace wecan {

const Refusal* FindRefusal(absl::string_view id) {
  const absl::Span<const Refusal> all = Refusals();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Refusal& r) { return r.id == id; });
  return found == all.end() ? nullptr : &*found;
}

absl::string_view RemarkOn(absl::string_view group, absl::string_view resource) {
  for (const RefusalRemark& remark : RefusalRemarks()) {
    if (remark.group == group && remark.resource == resource) return remark.text;
  }
  return "";
}

}  // namespace wecan
