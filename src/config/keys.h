// SPDX-License-Identifier: Apache-2.0
// The keys of .wecan.yaml: one table for the reader, `wecan config`, the JSON Schema and the docs.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace wecan {

// What may stand behind a key.
enum class KeyType {
  kSection,  // a mapping of further keys of the table
  kText,     // a string
  kNumber,   // a whole number of 1 or more
  kVersion,  // X.Y, with or without quotes
  kFlag,     // true or false
  kList,     // a string, or a list of strings
  kMap,      // a mapping of names to strings
  kItems,    // a list of mappings; their keys stand in the table as "KEY[].NAME"
};

// Which part of a value is a path that starts at the folder of the file.
enum class PathUse {
  kNone,
  kPath,     // all of it
  kGlob,     // all of it, unless it starts with **
  kProfile,  // what stands behind "file:"
  kOutput,   // what stands behind FORMAT=
};

struct ConfigKey {
  absl::string_view name;  // "agent.profile"
  KeyType type;
  absl::string_view description;
  absl::string_view flag;      // the long name of the flag it stands for, "" if there is none
  absl::string_view variable;  // the environment variable that beats it, "" if there is none
  absl::string_view values;    // the only ones allowed, separated by blanks; "": any
  absl::string_view fallback;  // what holds when nobody says
  PathUse path;
  bool user;  // allowed in the user's own file, too
  // Why a value (of a map: its name) is none, in words that stand behind the key; or OK.
  absl::Status (*check)(absl::string_view value);
};

// In the order in which people write them; a section stands before its keys.
absl::Span<const ConfigKey> ConfigKeys();

// The key with this full name, or nullptr.
const ConfigKey* FindConfigKey(absl::string_view name);

// What holds when nobody says: the fallback, or what it stands for ("the newest release").
std::string FallbackText(const ConfigKey& key);

}  // namespace wecan
