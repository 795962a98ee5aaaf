// SPDX-License-Identifier: Apache-2.0
// What holds in the end, and who says so: flag > environment > project file > user file > default.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "src/cli/options.h"
#include "src/cli/program.h"
#include "src/config/read.h"

namespace wecan {

enum class OriginKind { kDefault, kFile, kVariable, kFlag };

// Where a value comes from.
struct SettingOrigin {
  OriginKind kind = OriginKind::kDefault;
  std::string name;  // the file, the variable, the flag
  uint32_t line = 0;

  friend bool operator==(const SettingOrigin&, const SettingOrigin&) = default;
};

// One scalar of a key: its value, an item of its list, or with a `name` an entry of its map.
struct SettingValue {
  std::string name;
  std::string text;
  SettingOrigin origin;

  friend bool operator==(const SettingValue&, const SettingValue&) = default;
};

struct Setting {
  const ConfigKey* key = nullptr;  // in the static table
  std::vector<SettingValue> values;
};

struct Settings {
  std::vector<std::string> files;  // the project's before the user's
  IgnoreRules ignores;             // of the project's
  std::vector<Setting> settings;   // every key but sections and version, in the order of the table
};

// ".wecan.yaml:3", "WECAN_PROFILE", "--profile" or "default".
std::string OriginText(const SettingOrigin& origin);

// Finds and reads the files. InvalidArgument, NotFound and so on for one that cannot be taken, or
// for a variable that holds no good value.
absl::StatusOr<Settings> ResolveSettings(const Options& options, const Environment& environment);

// Puts what files and variables say into `options`, where no flag says otherwise.
void ApplySettings(const Settings& settings, Options& options);

}  // namespace wecan
