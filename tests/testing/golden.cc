// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/golden.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

#include "tests/testing/run.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

namespace fs = std::filesystem;

void Write(const std::string& relative, const std::string& text) {
  const fs::path path = SourcePath(relative);
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

std::vector<std::string> SplitWords(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  char quote = '\0';
  bool open = false;
  for (const char c : line) {
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      open = true;
    } else if (absl::ascii_isspace(c)) {
      if (open) words.push_back(word);
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(word);
  return words;
}

bool SourceExists(const std::string& relative) { return fs::exists(SourcePath(relative)); }

std::vector<std::string> GoldenCommand(const std::string& name) {
  const std::string cmd = absl::StrCat("fixtures/", name, "/cmd");
  return SplitWords(SourceExists(cmd) ? ReadSource(cmd) : "check input");
}

std::vector<std::string> GoldenCases(const std::vector<std::string>& commands) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(SourcePath("fixtures"))) {
    const std::string name = entry.path().filename();
    if (name == "malformed" || name == "conformance") continue;
    const std::string folder = absl::StrCat("fixtures/", name);
    if (!SourceExists(folder + "/input") && !SourceExists(folder + "/cmd")) continue;
    const std::string command = GoldenCommand(name)[0];
    if (std::find(commands.begin(), commands.end(), command) != commands.end())
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string WithoutVersion(const std::string& text) {
  const std::string line = Run({"version"}).out;
  const auto version = absl::StripAsciiWhitespace(absl::StripPrefix(line, "wecan "));
  const auto field = [](absl::string_view key, absl::string_view value) {
    return absl::StrCat("\"", key, "\": \"", value, "\"");
  };
  return absl::StrReplaceAll(
      text, {{field("version", version), field("version", "0.0.0")},
             {field("semanticVersion", version), field("semanticVersion", "0.0.0")}});
}

bool UpdatingGoldens() { return std::getenv("UPDATE_GOLDENS") != nullptr; }

void CheckGolden(const std::string& name, const std::string& file, const std::string& got) {
  CheckGoldenAt(absl::StrCat("fixtures/", name, "/expected/", file), got);
}

void CheckGoldenAt(const std::string& golden, const std::string& got) {
  if (UpdatingGoldens()) {
    Write(golden, got);
    return;
  }
  ASSERT_TRUE(SourceExists(golden)) << "no " << golden << "; UPDATE_GOLDENS=1 writes it";
  EXPECT_EQ(ReadSource(golden), got)
      << golden << " differs. If the change is meant, run the test with UPDATE_GOLDENS=1 and "
      << "review the diff.";
}

std::map<std::string, std::string> GoldenInput(const std::string& name) {
  std::map<std::string, std::string> files;
  const fs::path root = SourcePath(absl::StrCat("fixtures/", name));
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = fs::relative(entry.path(), root).generic_string();
    if (path == "cmd" || absl::StartsWith(path, "expected/")) continue;
    files[path] = ReadSource(absl::StrCat("fixtures/", name, "/", path));
  }
  return files;
}

}  // namespace wecan
