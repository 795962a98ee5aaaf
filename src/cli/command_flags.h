// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include <CLI/CLI.hpp>

#include "src/cli/options.h"

namespace wecan {

// Adds the flags and words of command `name`, which put what is given into `o`.
void AddCommand(CLI::App& app, absl::string_view name, Options& o);

}  // namespace wecan
