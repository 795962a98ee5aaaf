// SPDX-License-Identifier: Apache-2.0
// Names as Kubernetes wants most of them: "rbac.authorization.k8s.io".
// Source: apimachinery v0.36 pkg/util/validation/validation.go.
#pragma once

#include "absl/strings/string_view.h"

namespace wecan {

inline constexpr int kMaxDns1123Label = 63, kMaxDns1123Subdomain = 253;

// Lower-case letters, digits and inner dashes; the length is not looked at.
bool IsDns1123Label(absl::string_view text);

// Such labels joined by dots; whatever the length, and of at most 253 bytes.
bool AreDns1123Labels(absl::string_view text);
bool IsDns1123Subdomain(absl::string_view text);

}  // namespace wecan
