// SPDX-License-Identifier: Apache-2.0
// The flags of each command, for CLI11. A vector option of it swallows positionals unless told not
// to (2.1.2).
#include "src/cli/command_flags.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "src/output/formats.h"

namespace wecan {
namespace {

CLI::Option* AddList(CLI::App& app, const std::string& flags, std::vector<std::string>& list,
                     const std::string& help, const std::string& type) {
  return app.add_option(flags, list, help)
      ->allow_extra_args(false)
      ->take_all()
      ->delimiter(',')
      ->type_name(type);
}

void AddGlobalOptions(CLI::App& app, GlobalOptions& o) {
  app.set_help_flag("-h,--help", "show this help");
  app.add_flag("-v,--verbose", o.verbose, "list every object and file");
  app.add_flag("-q,--quiet", o.quiet, "print nothing, the exit code tells");
  app.add_option("--color", o.color, "colours: auto, always or never")->type_name("WHEN");
  app.add_option("-C", o.directory, "work in this folder")->type_name("DIR");
  app.add_option("--config", o.config,
                 "the configuration (otherwise .wecan.yaml, up to the root of the repository)")
      ->type_name("FILE");
  app.add_flag("--no-config", o.no_config, "read no configuration");
}

void AddInputOptions(CLI::App& app, InputOptions& o, bool positional) {
  if (positional) {
    app.add_option("PATH", o.paths, "files and folders of manifests; - for standard input")
        ->type_name("");
  }
  AddList(app, "-f,--filename", o.filenames, "the same as PATH, as kubectl spells it", "PATH");
  app.add_flag("-R,--recursive", o.recursive,
               "folders are always read recursively; accepted for kubectl users");
  app.add_option("-l,--selector", o.selector, "check only objects with these labels")
      ->type_name("SELECTOR");
  AddList(app, "--binding-policy", o.binding_policies,
          "check only what the BindingPolicies in this file select", "FILE");
  AddList(app, "--load", o.load, "context: its grants and CRDs count, nothing in it is reported",
          "PATH");
  AddList(app, "--crds", o.crds, "take CustomResourceDefinitions from here", "PATH");
  AddList(app, "--exclude", o.exclude,
          "leave out files of folders that match: * in a name, ** across folders", "GLOB");
  app.add_flag("--require-objects", o.require_objects, "a folder without objects is an error");
  app.add_option("--max-file-size", o.max_file_size, "refuse larger files (default 256Mi)")
      ->type_name("SIZE");
  app.add_option("--max-document-size", o.max_document_size,
                 "refuse larger documents (default 64Mi)")
      ->type_name("SIZE");
  app.add_option("--max-depth", o.max_depth, "refuse deeper nesting (default 512)")->type_name("N");
  app.add_option("--max-nodes", o.max_nodes,
                 "refuse more nodes per document after aliases (default 10000000)")
      ->type_name("N");
}

void AddAgentOptions(CLI::App& app, AgentOptions& o) {
  app.add_option("--profile", o.profile,
                 "what the agent holds: ocm-X.Y[.Z], kubestellar-X.Y, file:RBAC_DUMP, or "
                 "context:NAME (live)")
      ->type_name("NAME");
  app.add_option("--mode", o.mode, "klusterlet mode: default or singleton")->type_name("MODE");
  app.add_option("--kubernetes", o.kubernetes, "version of the WEC, for its admin role")
      ->type_name("X.Y");
  app.add_option("--agent", o.agent, "the work agent's ServiceAccount")->type_name("NS:SA");
  app.add_option("--klusterlet", o.klusterlet, "name of the Klusterlet")->type_name("NAME");
}

void AddExecutorOption(CLI::App& app, AgentOptions& o) {
  app.add_option("--executor", o.executor,
                 "executor of every object, in place of those that ManifestWorks name")
      ->type_name("NS:SA");
}

void AddRequirementOptions(CLI::App& app, AgentOptions& o) {
  app.add_flag("--shared", o.shared, "every object may have two owners: patch is needed");
  app.add_flag("--no-input-grants", o.no_input_grants,
               "RBAC objects of the input do not count as grants");
  app.add_option("--update-strategy", o.update_strategy,
                 "Update, CreateOnly, ServerSideApply or ReadOnly for all objects")
      ->type_name("NAME");
}

void AddOutputOptions(CLI::App& app, OutputOptions& o, const std::string& formats) {
  AddList(app, "-o,--output", o.outputs,
          "output format, repeatable, to a file if one is named: " + formats, "FORMAT[=FILE]");
}

void AddNamespaceOption(CLI::App& app, std::string& value, const std::string& help) {
  app.add_option("-n,--namespace", value, help)->type_name("NAME");
}

void AddLevelOptions(CLI::App& app, PolicyOptions& o) {
  app.add_option("--fail-on", o.fail_on, "exit 1 from this level on: error, warning, note or never")
      ->type_name("LEVEL");
  AddList(app, "--rule", o.rules, "give a rule another level: error, warning, note or off",
          "ID=LEVEL");
}

// What check and fix share: the manifests, the agent, and what applying them takes.
void AddAnalysisOptions(CLI::App& app, Options& o) {
  AddInputOptions(app, o.input, true);
  AddNamespaceOption(app, o.input.default_namespace,
                     "for namespaced objects that name none (otherwise default)");
  AddAgentOptions(app, o.agent);
  AddRequirementOptions(app, o.agent);
  AddExecutorOption(app, o.agent);
  app.add_flag("--no-ignores", o.policy.no_ignores,
               "suppressions by comments, annotations and the configuration do not count");
}

void AddBaselineOption(CLI::App& app, PolicyOptions& o) {
  app.add_option("--baseline", o.baseline, "report only what this file of known findings lacks")
      ->type_name("FILE");
}

// How clusters are reached.
void AddConnectionOptions(CLI::App& app, ClusterOptions& o) {
  app.add_option("--kubeconfig", o.kubeconfig,
                 "the kubeconfig (otherwise KUBECONFIG, then ~/.kube/config)")
      ->type_name("FILE");
  app.add_option("--exec-plugins", o.exec_plugins,
                 "allow (default) or deny plugins of the kubeconfig for credentials")
      ->type_name("WHICH");
  app.add_option("--request-timeout", o.request_timeout, "for one request (default 10s)")
      ->type_name("TIME");
  app.add_option("-j,--parallel", o.parallel, "requests at a time (default 8)")->type_name("N");
}

void AddWdsOptions(CLI::App& app, ClusterOptions& o) {
  app.add_option("--wds", o.wds, "take what is to be applied from this context's Bindings")
      ->type_name("CONTEXT");
  app.add_option("--binding", o.binding, "with --wds: this Binding alone")->type_name("NAME");
}

void AddMethodOptions(CLI::App& app, ClusterOptions& o) {
  app.add_option(
         "--method", o.method,
         "how to ask: auto (default), impersonate, sar (SubjectAccessReview) or local (list "
         "RBAC objects)")
      ->type_name("HOW");
  AddList(app, "--map", o.map, "the context of a cluster that the ITS calls otherwise",
          "CLUSTER=CONTEXT");
}

void AddContextOption(CLI::App& app, ClusterOptions& o, const std::string& help) {
  AddList(app, "--context", o.contexts, help + "; * and ? stand for any text", "CONTEXT");
}

// Which clusters are asked.
void AddWecOptions(CLI::App& app, ClusterOptions& o) {
  AddContextOption(app, o, "ask these contexts, live");
  app.add_flag("--all-contexts", o.all_contexts,
               "ask all contexts of wecs.contexts, or of the kubeconfig");
  AddWdsOptions(app, o);
  app.add_option("--its", o.its, "check the clusters against the ManagedClusters of this context")
      ->type_name("CONTEXT");
  app.add_option("--shard", o.shard, "ask only the K-th of N parts of the clusters")
      ->type_name("K/N");
  AddMethodOptions(app, o);
  AddConnectionOptions(app, o);
  app.add_option("--server", o.server, "ask this API server, without a kubeconfig")
      ->type_name("URL");
  app.add_option("--token", o.token, "with --server: the bearer token")->type_name("TOKEN");
  app.add_option("--certificate-authority", o.certificate_authority,
                 "with --server: whom its certificate is from (otherwise as the system trusts)")
      ->type_name("FILE");
  app.add_option("--tls-server-name", o.tls_server_name,
                 "with --server: the name in its certificate")
      ->type_name("NAME");
  app.add_flag("--insecure-skip-tls-verify", o.insecure,
               "with --server: do not verify its certificate");
}

void AddCheck(CLI::App& app, Options& o) {
  AddAnalysisOptions(app, o);
  AddOutputOptions(app, o.output, absl::StrJoin(kReportFormats, ", "));
  app.add_flag("--no-headers", o.output.no_headers, "text without summary");
  app.add_flag("--exit-zero", o.policy.exit_zero, "exit 0 whatever is found");
  AddLevelOptions(app, o.policy);
  AddList(app, "--select", o.policy.select, "report only these rules", "IDS");
  AddList(app, "--ignore", o.policy.ignore, "do not report these rules", "IDS");
  app.add_flag("--sarif-suppressed", o.output.sarif_suppressed,
               "SARIF holds what is suppressed or in the baseline, marked so");
  AddWdsOptions(app, o.cluster);
  AddConnectionOptions(app, o.cluster);
  AddBaselineOption(app, o.policy);
  app.add_option("--write-baseline", o.policy.write_baseline,
                 "write what is found to this file; of one that is there, drop what is gone")
      ->type_name("FILE");
  app.add_flag("--accept-new", o.policy.accept_new,
               "with --write-baseline: add what an existing file does not know");
}

// What the grant is made of.
void AddRoleOptions(CLI::App& app, FixFlags& o) {
  app.add_option("--strategy", o.strategy, "aggregate, cluster-binding or role-binding")
      ->type_name("NAME");
  app.add_option("--name", o.name, "name of the roles")->type_name("NAME");
  AddList(app, "--labels", o.labels, "labels for the roles, so that a BindingPolicy selects them",
          "KEY=VALUE");
}

// The form of the grant.
void AddGrantOptions(CLI::App& app, FixFlags& o) {
  app.add_option("--out", o.out,
                 "the file for new roles (otherwise beside those of an earlier fix)")
      ->type_name("FILE");
  AddRoleOptions(app, o);
  app.add_option("--verbs", o.verbs, "missing (default) or full: also those that the profile holds")
      ->type_name("WHICH");
  app.add_flag("--resource-names", o.resource_names,
               "only for the names of the objects; create cannot be narrowed");
  app.add_option("--wrap", o.wrap, "none (default), manifestwork or bindingpolicy")
      ->type_name("HOW");
}

void AddFix(CLI::App& app, Options& o) {
  AddAnalysisOptions(app, o);
  app.add_flag("--diff", o.fix.diff,
               "show what would change as a unified diff; exit 1 if anything");
  app.add_flag("--write", o.fix.write, "change or create the file");
  app.add_flag("--check", o.fix.check,
               "print nothing; exit 1 if anything would change; with --write, write it as well");
  AddGrantOptions(app, o.fix);
  app.add_flag("--prune", o.fix.prune,
               "take what nothing needs any more from roles of an earlier fix");
  app.add_flag("--allow-escalation", o.fix.allow_escalation,
               "grant even wildcards, escalate, bind and impersonate where nothing less helps");
  AddOutputOptions(app, o.output, absl::StrJoin(kFixFormats, ", "));
  AddWdsOptions(app, o.cluster);
  AddConnectionOptions(app, o.cluster);
}

// One request.
void AddRequestOptions(CLI::App& app, ReviewOptions& o) {
  AddNamespaceOption(app, o.namespace_, "namespace of the request (otherwise default)");
  app.add_flag("-A,--all-namespaces", o.all_namespaces, "ask for all namespaces at once");
  app.add_option("--subresource", o.subresource, "subresource of the request")->type_name("NAME");
}

void AddRequestWords(CLI::App& app, ReviewOptions& o) {
  app.add_option("WORDS", o.words, "VERB RESOURCE[.GROUP][/SUBRESOURCE] [NAME], or VERB /path")
      ->type_name("");
}

void AddDumpOption(CLI::App& app, ReviewOptions& o) {
  AddList(app, "--rbac", o.rbac,
          "answer from this dump of RBAC objects, as it is, and nothing else", "PATH");
}

void AddAggregateFlag(CLI::App& app, ReviewOptions& o) {
  app.add_flag("--aggregate", o.aggregate, "with --rbac: fill aggregated ClusterRoles first");
}

void AddSubjectOptions(CLI::App& app, ReviewOptions& o) {
  app.add_option("--as", o.as, "the user that asks (default the work agent)")->type_name("USER");
  AddList(app, "--as-group", o.as_groups,
          "groups of the user; given once, none is added but system:authenticated", "GROUP");
}

void AddCanI(CLI::App& app, Options& o) {
  AddRequestWords(app, o.review);
  AddRequestOptions(app, o.review);
  AddDumpOption(app, o.review);
  AddSubjectOptions(app, o.review);
  app.add_option("--reviews", o.review.reviews,
                 "answer a stream of SubjectAccessReviews (YAML or JSON)")
      ->type_name("FILE");
  AddAggregateFlag(app, o.review);
  app.add_flag("--list", o.review.list, "list all rules that hold in the namespace");
  AddInputOptions(app, o.input, false);
  AddAgentOptions(app, o.agent);
  AddRequirementOptions(app, o.agent);
  AddOutputOptions(app, o.output, absl::StrJoin(kCanIFormats, ", "));
  app.add_flag("--no-headers", o.output.no_headers, "text without its first line");
  AddWecOptions(app, o.cluster);
}

void AddDiagnose(CLI::App& app, Options& o) {
  app.add_option("TEXT", o.diagnose.words,
                 "errors, logs or ManifestWorks as they are; - or nothing for standard input; "
                 "behind it folders and manifests of the workload")
      ->type_name("");
  AddInputOptions(app, o.input, false);
  AddNamespaceOption(app, o.review.namespace_,
                     "with --its: this mailbox alone; else for manifests that name none");
  app.add_flag("--any-subject", o.diagnose.any_subject,
               "grant to the account that was refused, even if it is no work agent");
  AddRoleOptions(app, o.fix);
  AddAgentOptions(app, o.agent);
  AddRequirementOptions(app, o.agent);
  app.add_option("--its", o.cluster.its, "read the ManifestWorks of this context, live")
      ->type_name("CONTEXT");
  AddContextOption(app, o.cluster, "read the AppliedManifestWorks of these WECs, and ask them");
  AddMethodOptions(app, o.cluster);
  AddConnectionOptions(app, o.cluster);
  AddOutputOptions(app, o.output, "text, json, yaml");
}

void AddAudit(CLI::App& app, Options& o) {
  AddAnalysisOptions(app, o);
  AddList(app, "--rbac", o.review.rbac, "what the agent holds: this dump of RBAC objects", "PATH");
  AddContextOption(app, o.cluster, "what the agent holds: the RBAC objects of these WECs, live");
  AddList(app, "--audit-log", o.audit.logs,
          "what the agent did: audit logs of kube-apiserver, also gzip; - for standard input",
          "FILE");
  app.add_option("--check", o.audit.record,
                 "print nothing; exit 1 if this record, of -o markdown, is out of date")
      ->type_name("FILE");
  app.add_flag("--all", o.audit.all, "the rules of the profile as well");
  AddLevelOptions(app, o.policy);
  AddConnectionOptions(app, o.cluster);
  AddOutputOptions(app, o.output, "text, json, yaml, markdown");
}

void AddWhoCan(CLI::App& app, Options& o) {
  AddRequestWords(app, o.review);
  AddRequestOptions(app, o.review);
  AddDumpOption(app, o.review);
  AddAggregateFlag(app, o.review);
  AddAgentOptions(app, o.agent);
  AddContextOption(app, o.cluster, "look at the RBAC objects of these clusters, live");
  AddConnectionOptions(app, o.cluster);
  AddOutputOptions(app, o.output, "text, json, yaml");
}

// All flags that a key of .wecan.yaml stands for, to show that they beat it.
void AddConfig(CLI::App& app, Options& o) {
  app.add_flag("--keys", o.keys, "list all keys of .wecan.yaml");
  app.add_flag("--schema", o.schema, "print the JSON Schema of .wecan.yaml");
  AddInputOptions(app, o.input, true);
  AddAgentOptions(app, o.agent);
  AddExecutorOption(app, o.agent);
  AddGrantOptions(app, o.fix);
  AddMethodOptions(app, o.cluster);
  AddConnectionOptions(app, o.cluster);
  AddLevelOptions(app, o.policy);
  AddBaselineOption(app, o.policy);
  AddOutputOptions(app, o.output, "text, json, yaml");
}

void AddTopic(CLI::App& app, Options& o, const std::string& name, const std::string& help,
              bool required) {
  CLI::Option* option = app.add_option(name, o.topic, help)->type_name("");
  if (required) option->required();
}

}  // namespace

void AddCommand(CLI::App& app, absl::string_view name, Options& o) {
  AddGlobalOptions(app, o.global);
  if (name == "check") {
    AddCheck(app, o);
  } else if (name == "fix") {
    AddFix(app, o);
  } else if (name == "can-i") {
    AddCanI(app, o);
  } else if (name == "diagnose") {
    AddDiagnose(app, o);
  } else if (name == "audit") {
    AddAudit(app, o);
  } else if (name == "who-can") {
    AddWhoCan(app, o);
  } else if (name == "merge") {
    app.add_option("REPORT", o.reports, "reports of wecan can-i -o json, of clusters")
        ->type_name("")
        ->required();
    AddOutputOptions(app, o.output, absl::StrJoin(kCanIFormats, ", "));
    app.add_flag("--no-headers", o.output.no_headers, "text without its first line");
  } else if (name == "config") {
    AddConfig(app, o);
  } else if (name == "explain") {
    AddTopic(app, o, "TOPIC",
             "a rule (WEC101, missing-permission), a refusal (missing-crd), or a resource or kind: "
             "why the agent may do what --verb says with it, or why not",
             true);
    app.add_option("--verb", o.review.verb, "with a resource: this verb alone")->type_name("VERB");
    AddRequestOptions(app, o.review);
    AddDumpOption(app, o.review);
    AddAggregateFlag(app, o.review);
    AddSubjectOptions(app, o.review);
    AddAgentOptions(app, o.agent);
    AddContextOption(app, o.cluster, "look at the RBAC objects of these clusters, live");
    AddConnectionOptions(app, o.cluster);
    AddOutputOptions(app, o.output, "text, json, yaml");
  } else if (name == "profiles") {
    app.add_option("NAME", o.profile_words,
                   "print this profile as RBAC objects; capture CONTEXT prints what concerns the "
                   "agent on a WEC, diff A B what it gains and loses from A to B")
        ->type_name("");
    AddAgentOptions(app, o.agent);
    AddConnectionOptions(app, o.cluster);
    AddOutputOptions(app, o.output, "text, json, yaml");
  } else if (name == "completion") {
    AddTopic(app, o, "SHELL", "bash, zsh or fish", true);
  } else if (name != "man") {
    AddOutputOptions(app, o.output, "text, json, yaml");
  }
}

}  // namespace wecan
