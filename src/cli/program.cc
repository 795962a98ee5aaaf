// SPDX-License-Identifier: Apache-2.0
#include "src/cli/program.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <ostream>

#include "analyzer/fixes/fix.h"
#include "src/cli/clusters.h"
#include "src/cli/command_line.h"
#include "src/cli/command_words.h"
#include "src/cli/commands.h"
#include "src/cli/completion.h"
#include "src/cli/settings.h"
#include "src/cli/setup.h"
#include "src/output/version.h"

namespace wecan {
namespace {

// Paths as -C sees them.
class RebasedFileSystem : public FileSystem {
 public:
  RebasedFileSystem(FileSystem& base, const std::string& folder)
      : base_(base), folder_(folder + "/") {}

  absl::StatusOr<std::string> Read(const std::string& path, uint64_t limit_bytes) const override {
    return base_.Read(Place(path), limit_bytes);
  }
  absl::StatusOr<std::unique_ptr<std::istream>> Open(const std::string& path) const override {
    return base_.Open(Place(path));
  }
  absl::StatusOr<bool> IsDirectory(const std::string& path) const override {
    return base_.IsDirectory(Place(path));
  }
  absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) const override {
    return base_.List(Place(path));
  }
  std::string Absolute(const std::string& path) const override {
    return base_.Absolute(Place(path));
  }
  absl::Status Write(const std::string& path, absl::string_view data) override {
    return base_.Write(Place(path), data);
  }
  absl::Status Replace(const std::string& path, const std::optional<std::string>& expected,
                       absl::string_view data) override {
    return base_.Replace(Place(path), expected, data);
  }

 private:
  std::string Place(const std::string& path) const {
    return path.empty() || path[0] == '/' ? path : folder_ + path;
  }

  FileSystem& base_;
  const std::string folder_;
};

using Runner = ExitCode (*)(const Options&, Environment&);

Runner RunnerOf(const std::string& command) {
  if (command == "check") return RunCheck;
  if (command == "fix") return RunFix;
  if (command == "can-i") return RunCanI;
  if (command == "diagnose") return RunDiagnose;
  if (command == "audit") return RunAudit;
  if (command == "merge") return RunMerge;
  if (command == "explain") return RunExplain;
  if (command == "who-can") return RunWhoCan;
  if (command == "rules") return RunRules;
  if (command == "profiles") return RunProfiles;
  if (command == "completion") return RunCompletion;
  if (command == "man") return RunMan;
  if (command == "config") return RunConfig;
  return RunVersion;
}

// Whether .wecan.yaml has a say in the command; `wecan config` only looks at it.
bool IsConfigured(const std::string& command) {
  return std::any_of(Commands().begin(), Commands().end(),
                     [&](const Command& c) { return c.name == command && c.configured; });
}

// The commands that reports tell people to run: what stands on the command line, without what the
// configuration says anyway.
void NameFixCommands(Options words, Options& options) {
  // Where a hook gives a few files, the paths of the configuration are what the grant is for.
  if (!options.input.config_paths.empty()) words.input.paths.clear();
  options.fix_command = FixCommand(words);
  words.fix.strategy = std::string(GrantStrategyName(GrantStrategy::kRoleBinding));
  options.role_binding_command = FixCommand(words);
}

ExitCode RunCommand(Options options, Environment& environment) {
  const Options words = options;
  if (IsConfigured(options.command)) {
    const absl::StatusOr<Settings> settings = ResolveSettings(options, environment);
    if (!settings.ok()) return Fail(settings.status(), environment);
    ApplySettings(*settings, options);
  }
  if (const absl::Status flags = CheckClusterFlags(options.cluster); !flags.ok())
    return Fail(flags, environment);
  NameFixCommands(words, options);
  return RunnerOf(options.command)(options, environment);
}

ExitCode Run(const std::vector<std::string>& args, Environment& environment) {
  if (environment.program == "kubectl_complete-wecan") {
    *environment.out << KubectlCompletion(DescribeCommands(), args);
    return ExitCode::kOk;
  }
  const bool plugin = environment.program == "kubectl-wecan";
  const absl::StatusOr<ParsedCommandLine> parsed =
      ParseCommandLine(args, plugin ? "kubectl wecan" : "wecan");
  if (!parsed.ok()) return Fail(parsed.status(), environment);
  if (!parsed->text.empty()) {
    *environment.out << parsed->text;
    return ExitCode::kOk;
  }
  const Options& options = parsed->options;
  const std::string& folder = options.global.directory;
  if (folder.empty()) return RunCommand(options, environment);
  RebasedFileSystem rebased(*environment.files, folder);
  Environment there = environment;
  there.files = &rebased;
  return RunCommand(options, there);
}

}  // namespace

ExitCode RunProgram(const std::vector<std::string>& args, Environment& environment) {
  try {
    return Run(args, environment);
  } catch (const std::exception& e) {
    *environment.err
        << "wecan " << kVersion << ": internal error: " << e.what()
        << "\nThis is a bug of wecan. Please report it with the input that shows it.\n";
    return ExitCode::kInternal;
  }
}

}  // namespace wecan
