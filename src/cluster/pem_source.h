// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "src/cluster/secret.h"

namespace wecan {

// PEM text, inline or in a file; never both. What was inline stays in memory.
struct PemSource {
  std::string file;  // absolute
  Secret data;       // decoded

  bool empty() const { return file.empty() && data.empty(); }
  friend bool operator==(const PemSource&, const PemSource&) = default;
};

}  // namespace wecan
