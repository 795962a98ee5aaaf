// SPDX-License-Identifier: Apache-2.0
// What the readers hand to the analysis: manifests and the objects that steer how they are applied.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/base/diagnostic.h"
#include "analyzer/base/source_location.h"
#include "analyzer/model/labels.h"
#include "analyzer/model/rbac.h"
#include "analyzer/model/request.h"
#include "analyzer/model/resource_catalog.h"
#include "analyzer/model/suppression.h"

namespace wecan {

enum class UpdateStrategy { kUpdate, kCreateOnly, kServerSideApply, kReadOnly };

// What a ManifestWork's configuration and orphaning rules name an object by. `resource` is the
// lower-case plural.
struct ResourceIdentifier {
  std::string group;
  std::string resource;
  std::string namespace_;
  std::string name;

  friend bool operator==(const ResourceIdentifier&, const ResourceIdentifier&) = default;
};

struct ManifestConfig {
  ResourceIdentifier id;
  std::optional<UpdateStrategy> strategy;
  std::string feedback_scrape_type;  // "", "Poll" or "Watch"
};

// A ManifestWork, or the template of a ManifestWorkReplicaSet.
struct ManifestWork {
  std::string namespace_;  // the mailbox namespace
  std::string name;
  bool replica_set = false;
  std::vector<ManifestConfig> configs;
  bool orphan_all = false;                          // deleteOption Orphan
  std::vector<ResourceIdentifier> orphaning_rules;  // deleteOption SelectivelyOrphan
  std::optional<ServiceAccountRef> executor;        // spec.executor.subject
  SourceLocation location;
};

// KubeStellar's Binding: what a BindingPolicy resolved to. Its objects are AnalysisInput::objects
// with `binding` set.
struct Binding {
  std::string name;
  std::vector<std::string> destinations;  // clusterIds; empty: not named
  SourceLocation location;
};

// One clause of BindingPolicy.spec.downsync; an empty list matches everything.
struct DownsyncClause {
  std::optional<std::string> api_group;  // nothing: any group
  std::vector<std::string> resources;
  std::vector<std::string> namespaces;
  std::vector<std::string> object_names;
  std::vector<LabelSelector> object_selectors;
  std::vector<LabelSelector> namespace_selectors;
  bool create_only = false;
};

struct BindingPolicy {
  std::string name;
  std::vector<LabelSelector> cluster_selectors;  // ManagedClusters that match any of them
  std::vector<DownsyncClause> downsync;
  SourceLocation location;
};

// One manifest: a document of a file, an item of a List, a manifest inside a ManifestWork, or an
// entry of a Binding.
struct Object {
  std::string group;
  std::string version;
  std::string kind;
  std::string namespace_;  // as written; "" when absent or null
  std::string name;
  Labels labels;
  SourceLocation location;  // of its `kind:` line
  std::string source;       // chart file from Helm's "# Source:" comment, or ""

  int work = -1;             // index into AnalysisInput::works when wrapped
  int binding = -1;          // index into AnalysisInput::bindings when an entry of one
  std::string resource;      // entries of a Binding only: its plural, already resolved
  bool create_only = false;  // entries of a Binding only
  bool loaded = false;       // from --load: context, never checked
  bool generate_name = false;
  bool expand_templates = false;      // control.kubestellar.io/expand-templates
  bool recreated_by_default = false;  // a StorageClass without reclaimPolicy or volumeBindingMode
};

enum class FileStatus { kOk, kSkipped, kTemplate, kError };

struct InputFile {
  std::string path;   // as given or found, "-" for standard input
  bool live = false;  // read from a cluster: `path` is "CONTEXT: WHAT", and no line is known
  int objects = 0;    // manifests in it, steering ones left out
  FileStatus status = FileStatus::kOk;
  bool requested = true;  // false: read as context only (--load, --crds, --binding-policy)

  // Whether there is something at `path` to be read again, changed or kept from being overwritten.
  bool is_file() const { return path != "-" && !live; }
};

struct AnalysisInput {
  std::vector<InputFile> files;
  std::vector<Object> objects;  // in file order, then document order
  std::vector<ManifestWork> works;
  std::vector<Binding> bindings;
  std::vector<BindingPolicy> policies;
  std::vector<CustomResource> crds;
  RbacPolicy rbac;  // Roles, ClusterRoles and their bindings among the objects, and those of --load
  std::vector<Suppression> suppressions;
  std::vector<Diagnostic> diagnostics;
};

}  // namespace wecan
