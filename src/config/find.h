// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "src/input/file_system.h"

namespace wecan {

struct ConfigRequest {
  std::string file;        // --config
  bool no_config = false;  // --no-config
};

// The value of an environment variable; nothing when unset or empty.
using Variables = std::function<std::optional<std::string>(const std::string&)>;

// The configuration of the project, "" if there is none: --config, else WECAN_CONFIG, else
// .wecan.yaml or .wecan.yml in the working folder or the nearest folder above it, up to the root of
// the git repository and no further. Outside of a repository only the working folder counts.
// InvalidArgument when one folder holds both names.
absl::StatusOr<std::string> FindProjectConfig(const ConfigRequest& request,
                                              const Variables& variable, const FileSystem& files);

// wecan/config.yaml in XDG_CONFIG_HOME or ~/.config; "" if there is none or --no-config is set.
std::string FindUserConfig(const ConfigRequest& request, const Variables& variable,
                           const FileSystem& files);

}  // namespace wecan
