// SPDX-License-Identifier: Apache-2.0
#include "src/cli/command_words.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "src/output/style.h"

namespace wecan {
namespace {

class Words {
 public:
  explicit Words(std::string command) : text_(std::move(command)) {}

  void Add(const std::string& word) { absl::StrAppend(&text_, " ", ShellWord(word)); }
  void Flag(const char* flag, bool set) {
    if (set) absl::StrAppend(&text_, " ", flag);
  }
  void Value(const char* flag, const std::string& value, const std::string& usual = "") {
    if (value != usual) absl::StrAppend(&text_, " ", flag, " ", ShellWord(value));
  }
  void List(const char* flag, const std::vector<std::string>& values) {
    for (const std::string& value : values) Value(flag, value);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void AddAgent(const AgentOptions& agent, Words& words) {
  words.Value("--profile", agent.profile);
  words.Value("--mode", agent.mode, "default");
  words.Value("--kubernetes", agent.kubernetes);
  words.Value("--agent", agent.agent);
  words.Value("--klusterlet", agent.klusterlet);
  words.Value("--executor", agent.executor);
  words.Flag("--shared", agent.shared);
  words.Flag("--no-input-grants", agent.no_input_grants);
  words.Value("--update-strategy", agent.update_strategy);
}

}  // namespace

std::string DiagnoseCommand(const Options& options) {
  const std::vector<std::string>& given = options.diagnose.words;
  const ClusterOptions& cluster = options.cluster;
  const bool live = !cluster.its.empty() || !cluster.contexts.empty();
  const bool piped =
      std::find(given.begin(), given.end(), "-") != given.end() || (given.empty() && !live);
  Words words(absl::StrCat(piped ? "... | " : "", options.program, " diagnose"));
  for (const std::string& word : given) words.Add(word);
  words.List("-f", options.input.paths);
  words.Value("--config", options.global.config);
  words.Flag("--no-config", options.global.no_config);
  words.Value("-n", options.review.namespace_);
  words.Value("--its", cluster.its);
  words.List("--context", cluster.contexts);
  words.Value("--kubeconfig", cluster.kubeconfig);
  AddAgent(options.agent, words);
  words.Value("--strategy", options.fix.strategy);
  words.Value("--name", options.fix.name);
  words.List("--labels", options.fix.labels);
  words.Flag("--any-subject", options.diagnose.any_subject);
  return words.Take();
}

std::string FixCommand(const Options& options) {
  Words words(options.program + " fix");
  const InputOptions& input = options.input;
  for (const std::string& path : input.paths) words.Add(path);
  words.Value("--config", options.global.config);
  words.Flag("--no-config", options.global.no_config);
  words.Value("-l", input.selector);
  words.Value("-n", input.default_namespace, "default");
  words.List("--load", input.load);
  words.List("--crds", input.crds);
  words.List("--binding-policy", input.binding_policies);
  words.List("--exclude", input.exclude);
  words.Value("--wds", options.cluster.wds);
  words.Value("--binding", options.cluster.binding);
  words.Value("--kubeconfig", options.cluster.kubeconfig);
  AddAgent(options.agent, words);
  words.Flag("--no-ignores", options.policy.no_ignores);
  const FixFlags& fix = options.fix;
  words.Value("--strategy", fix.strategy);
  words.Value("--out", fix.out);
  words.Value("--name", fix.name);
  words.List("--labels", fix.labels);
  words.Value("--verbs", fix.verbs, "missing");
  words.Flag("--resource-names", fix.resource_names);
  words.Value("--wrap", fix.wrap, "none");
  words.Flag("--prune", fix.prune);
  words.Flag("--allow-escalation", fix.allow_escalation);
  return words.Take();
}

}  // namespace wecan
