// SPDX-License-Identifier: Apache-2.0
// What the command line says, as plain values. One struct per group of flags; a command uses the
// groups it needs.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "src/config/read.h"

namespace wecan {

struct GlobalOptions {
  int verbose = 0;
  bool quiet = false;
  std::string color = "auto";  // auto, always, never
  std::string directory;       // -C
  std::string config;          // --config
  bool no_config = false;
};

struct InputOptions {
  std::vector<std::string> paths;      // positional and -f alike
  std::vector<std::string> filenames;  // -f, until the command line is parsed
  std::string selector;                // -l
  std::string default_namespace = "default";
  std::vector<std::string> load, crds, binding_policies, exclude;
  std::vector<std::string> config_paths;  // paths of the configuration beside those given: context
  bool recursive = true;                  // folders always are
  bool require_objects = false;
  std::string max_file_size, max_document_size;
  uint32_t max_depth = 512;
  uint64_t max_nodes = 10'000'000;
};

struct AgentOptions {
  std::string profile;  // a name, file:PATH or context:NAME
  std::string mode = "default";
  std::string kubernetes;
  std::string agent;                        // NS:SA
  std::string namespace_, service_account;  // of the configuration; --agent beats both
  std::string klusterlet;
  bool shared = false;
  bool no_input_grants = false;
  std::string update_strategy;
  std::string executor;  // NS:SA
};

struct PolicyOptions {
  std::string fail_on = "error";
  bool exit_zero = false;
  std::vector<std::string> rules;         // ID=LEVEL
  std::vector<std::string> config_rules;  // the same, of the configuration; weaker than --select
  std::vector<std::string> select, ignore;
  bool no_ignores = false;  // no suppression counts
  IgnoreRules ignores;      // of the configuration
  std::string baseline, write_baseline;
  bool accept_new = false;
};

struct OutputOptions {
  std::vector<std::string> outputs;  // FORMAT[=FILE]
  // Who asks for them. But for the flag, formats that a command does not have are passed over.
  std::string source = "--output";
  bool no_headers = false;
  bool sarif_suppressed = false;
};

// The offline evaluator of can-i.
struct ReviewOptions {
  std::vector<std::string> words;  // VERB RESOURCE[.GROUP][/SUB] [NAME]
  std::string namespace_;
  bool all_namespaces = false;
  std::string subresource;
  std::vector<std::string> rbac;
  std::string as;
  std::vector<std::string> as_groups;
  std::string reviews;
  bool aggregate = false;
  bool list = false;
  std::string verb;  // explain RESOURCE --verb
};

// Live clusters: which, how they are reached, how they are asked.
struct ClusterOptions {
  std::string kubeconfig;
  std::vector<std::string> contexts;  // with * and ?
  bool all_contexts = false;
  std::vector<std::string> config_contexts;  // what --all-contexts means, of the configuration
  std::string wds, its;                      // contexts
  std::string binding;                       // the only Binding of the WDS that counts
  std::vector<std::string> map;              // CLUSTER=CONTEXT
  std::string shard;                         // K/N
  std::string method = "auto";               // auto, impersonate, sar, local
  std::string exec_plugins = "allow";        // allow, deny
  std::string request_timeout = "10s";
  std::string parallel = "8";
  std::string server, token, certificate_authority, tls_server_name;
  bool insecure = false;
};

struct FixFlags {
  bool diff = false, write = false, check = false;
  std::string strategy;  // "": what suits the profile and the roles that are there
  std::string out, name;
  std::vector<std::string> labels;  // KEY=VALUE
  std::string verbs = "missing";    // missing, full
  bool resource_names = false;
  std::string wrap = "none";  // none, manifestwork, bindingpolicy
  bool prune = false;
  bool allow_escalation = false;
};

struct DiagnoseFlags {
  std::vector<std::string> words;  // the text, then the workload; see RunDiagnose
  bool any_subject = false;        // grants for accounts that are no work agent, too
};

struct AuditFlags {
  std::vector<std::string> logs;  // kube-apiserver audit logs, "-" for standard input
  std::string record;             // --check: the record that is to be up to date
  bool all = false;               // the default rules as well
};

struct Options {
  std::string program = "wecan";  // as usage texts call it; "kubectl wecan" as a plugin
  std::string command;
  GlobalOptions global;
  InputOptions input;
  AgentOptions agent;
  PolicyOptions policy;
  OutputOptions output;
  ReviewOptions review;
  ClusterOptions cluster;
  FixFlags fix;
  DiagnoseFlags diagnose;
  AuditFlags audit;
  std::string topic;                       // explain RULE | RESOURCE, completion SHELL
  std::vector<std::string> profile_words;  // profiles [NAME | capture CONTEXT | diff A B]
  std::vector<std::string> reports;        // merge REPORT...
  std::set<std::string> given;             // the long names of the flags on the command line
  // What `wecan fix` is called with: FixCommand() of the command line alone, and of it with
  // --strategy role-binding.
  std::string fix_command, role_binding_command;
  bool keys = false, schema = false;  // config --keys, --schema
};

}  // namespace wecan
