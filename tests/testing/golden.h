// SPDX-License-Identifier: Apache-2.0
// Goldens of whole runs: folders of fixtures/ with a command, its input and what it gives.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace wecan {

// Splits as a shell does, as far as a `cmd` file needs it: blanks separate, quotes keep together.
std::vector<std::string> SplitWords(const std::string& line);

// Whether the file or folder is there; the path starts at the root of the source tree.
bool SourceExists(const std::string& relative);

// The words of fixtures/NAME/cmd; "check input" where there is none.
std::vector<std::string> GoldenCommand(const std::string& name);

// The folders of fixtures/ whose command is one of `commands`, sorted.
std::vector<std::string> GoldenCases(const std::vector<std::string>& commands);

// `text` with the version of wecan blanked: a new one is no reason to change every golden.
std::string WithoutVersion(const std::string& text);

// Compares `got` with fixtures/NAME/expected/FILE, or writes it when UPDATE_GOLDENS is set.
void CheckGolden(const std::string& name, const std::string& file, const std::string& got);
void CheckGoldenAt(const std::string& path, const std::string& got);  // from the source tree's root
bool UpdatingGoldens();

// The files below fixtures/NAME without its expected/, by their path from there.
std::map<std::string, std::string> GoldenInput(const std::string& name);

}  // namespace wecan
