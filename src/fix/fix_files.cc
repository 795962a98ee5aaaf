// SPDX-License-Identifier: Apache-2.0
#include "src/fix/fix_files.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "src/edit/unified_diff.h"
#include "src/fix/edit_of.h"
#include "src/input/find_files.h"
#include "src/input/load.h"

namespace wecan {
namespace {

constexpr uint64_t kNoLimit = uint64_t{1} << 40;

struct Changes {
  std::vector<RoleEdit> edits;
  std::vector<NewDocument> documents;
  std::vector<const Role*> roles;  // what is edited, as it was when the plan was made
};

RbacPolicy ReadRbac(const std::string& path, const std::string& text) {
  const std::string name = path.empty() ? "stdout.yaml" : path;
  const MemoryFileSystem files(std::map<std::string, std::string>{{name, text}});
  std::istringstream nothing;
  return Load({.paths = {name}, .threads = 1}, files, nothing).input.rbac;
}

class FileMaker {
 public:
  FileMaker(const FixPlan& plan, const AnalysisInput& input, const Requirements& requirements,
            const AnalyzeOptions& analyze, const FixFileOptions& options, const FileSystem& files)
      : plan_(plan),
        input_(input),
        requirements_(requirements),
        analyze_(analyze),
        options_(options),
        files_(files) {}

  absl::StatusOr<std::vector<FixFile>> Run() {
    for (const RoleGrant& grant : plan_.grants) {
      if (grant.changes()) WECAN_RETURN_IF_ERROR(Place(grant));
    }
    AddBindingPolicy();
    std::vector<FixFile> made;
    for (const auto& [path, changes] : changes_) {
      WECAN_ASSIGN_OR_RETURN(FixFile file, Make(path, changes));
      made.push_back(std::move(file));
    }
    return made;
  }

 private:
  // Whether the role stands in a cluster, so that its manifest is to be written as a whole.
  bool IsLive(const Role* role) const {
    return role != nullptr && input_.files[role->origin.location.file].live;
  }

  absl::Status Place(const RoleGrant& grant) {
    const auto annotations = GrantAnnotations(grant, input_, requirements_, analyze_);
    std::string path = NewPath();
    if (options_.print || IsLive(grant.existing)) {
      RoleGrant whole = grant;
      whole.existing = nullptr;
      AddDocuments(whole, annotations, path);
      return absl::OkStatus();
    }
    if (grant.existing != nullptr) {
      path = input_.files[grant.existing->origin.location.file].path;
      if (!options_.out.empty() && NormalPath(path) != NormalPath(options_.out)) {
        return absl::FailedPreconditionError(absl::StrCat(
            "--out ", options_.out, ": ", RoleKindName(grant.role.kind), " ", grant.role.name,
            " stands in ", path, " already; name that file, or give the grant another --name"));
      }
      if (path == "-") {
        return absl::FailedPreconditionError(absl::StrCat(
            RoleKindName(grant.role.kind), " ", grant.role.name,
            " comes from standard input and cannot be changed there; name the file that holds it"));
      }
      Changes& changes = changes_[path];
      changes.roles.push_back(grant.existing);
      if (!grant.change.empty()) {
        RoleEdit edit = EditOf(*grant.existing, grant.change);
        edit.annotations.insert(annotations.begin(), annotations.end());
        changes.edits.push_back(std::move(edit));
      }
    }
    AddDocuments(grant, annotations, path);
    return absl::OkStatus();
  }

  void AddDocuments(const RoleGrant& grant,
                    const std::vector<std::pair<std::string, std::string>>& annotations,
                    const std::string& path) {
    for (Json& json : GrantDocuments(grant, annotations, options_.wrap, options_.mailbox)) {
      std::string yaml = DumpManifestYaml(json);
      changes_[path].documents.push_back({std::move(json), std::move(yaml)});
    }
  }

  // Where new roles go: to the file that is named, or to where our other roles are.
  std::string NewPath() const {
    if (options_.print) return "";
    if (!options_.out.empty()) return options_.out;
    for (const Role& role : input_.rbac.roles) {
      if (!IsOurs(role)) continue;
      const InputFile& file = input_.files[role.origin.location.file];
      if (file.is_file()) return file.path;
    }
    return options_.fallback;
  }

  void AddBindingPolicy() {
    if (options_.wrap != GrantWrap::kBindingPolicy || changes_.empty()) return;
    Json json = GrantBindingPolicy(plan_.grants, input_.policies);
    const std::string name = json["metadata"]["name"];
    const bool there = std::any_of(input_.policies.begin(), input_.policies.end(),
                                   [&](const BindingPolicy& p) { return p.name == name; });
    if (there) return;
    std::string yaml = DumpManifestYaml(json);
    changes_[NewPath()].documents.push_back({std::move(json), std::move(yaml)});
  }

  absl::StatusOr<FixFile> Make(const std::string& path, const Changes& changes) const {
    FixFile file{.path = path};
    if (!path.empty()) {
      absl::StatusOr<std::string> text = files_.Read(path, kNoLimit);
      if (text.ok()) {
        file.before = *std::move(text);
      } else if (!absl::IsNotFound(text.status()) || !changes.roles.empty()) {
        return text.status();
      }
    }
    WECAN_RETURN_IF_ERROR(CheckUnchanged(path, file.before.value_or(""), changes.roles));
    WECAN_ASSIGN_OR_RETURN(
        file.after, SpliceFile(path.empty() ? "standard output" : path, file.before.value_or(""),
                               changes.edits, changes.documents));
    return file;
  }

  // The plan was made from what the file said when the input was read.
  static absl::Status CheckUnchanged(const std::string& path, const std::string& text,
                                     const std::vector<const Role*>& roles) {
    if (roles.empty()) return absl::OkStatus();
    const RbacPolicy now = ReadRbac(path, text);
    for (const Role* role : roles) {
      const bool same = std::any_of(now.roles.begin(), now.roles.end(), [&](const Role& r) {
        return r.kind == role->kind && r.namespace_ == role->namespace_ && r.name == role->name &&
               r.rules == role->rules;
      });
      if (!same) {
        return absl::AbortedError(
            absl::StrCat(path, ": changed since it was read; run the command again"));
      }
    }
    return absl::OkStatus();
  }

  const FixPlan& plan_;
  const AnalysisInput& input_;
  const Requirements& requirements_;
  const AnalyzeOptions& analyze_;
  const FixFileOptions& options_;
  const FileSystem& files_;
  std::map<std::string, Changes> changes_;  // by path
};

// What of the plan no file had to be changed for: with --no-input-grants a role that is there
// counts for nothing, and may be all that is needed.
void AddUnchanged(const FixPlan& plan, const std::string& default_namespace, RbacPolicy& written) {
  for (const RoleGrant& g : plan.grants) {
    if (g.existing == nullptr) continue;
    Role role = *g.existing;
    role.namespace_ = NamespaceOf(role, default_namespace);
    const bool has_role =
        std::any_of(written.roles.begin(), written.roles.end(), [&](const Role& r) {
          return r.kind == role.kind && r.namespace_ == role.namespace_ && r.name == role.name;
        });
    if (!has_role && g.change.empty()) written.roles.push_back(std::move(role));
    if (!g.binding || !g.binding_exists) continue;
    const RoleBinding& binding = *g.binding;
    const bool has_binding =
        std::any_of(written.bindings.begin(), written.bindings.end(), [&](const RoleBinding& b) {
          return b.cluster == binding.cluster && b.namespace_ == binding.namespace_ &&
                 b.name == binding.name;
        });
    if (!has_binding) written.bindings.push_back(binding);
  }
}

}  // namespace

absl::StatusOr<std::vector<FixFile>> MakeFixFiles(const FixPlan& plan, const AnalysisInput& input,
                                                  const Requirements& requirements,
                                                  const AnalyzeOptions& analyze,
                                                  const FixFileOptions& options,
                                                  const FileSystem& files) {
  return FileMaker(plan, input, requirements, analyze, options, files).Run();
}

std::string DiffOf(const std::vector<FixFile>& files, const Style& style) {
  std::string text;
  for (const FixFile& f : files) {
    absl::StrAppend(
        &text, UnifiedDiff(f.before ? f.path : "", f.path, f.before.value_or(""), f.after, style));
  }
  return text;
}

std::vector<std::string> LinesOf(absl::string_view text) {
  std::vector<std::string> lines;
  absl::ConsumeSuffix(&text, "\n");
  if (text.empty()) return lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::ConsumeSuffix(&line, "\r");
    lines.push_back(Printable(line));
  }
  return lines;
}

std::vector<std::string> DiffLines(const std::vector<FixFile>& files) {
  return LinesOf(DiffOf(files, {}));
}

RbacPolicy ReadBack(const FixPlan& plan, const std::vector<FixFile>& files,
                    const std::string& default_namespace) {
  const auto planned = [&](RoleKind kind, const std::string& ns, const std::string& name) {
    return std::any_of(plan.grants.begin(), plan.grants.end(), [&](const RoleGrant& g) {
      return g.role.kind == kind && g.role.name == name &&
             NamespaceOf(g.role, default_namespace) == ns;
    });
  };
  RbacPolicy written;
  for (const FixFile& file : files) {
    RbacPolicy rbac = ReadRbac(file.path, file.after);
    for (Role& role : rbac.roles) {
      role.namespace_ = NamespaceOf(role, default_namespace);
      if (planned(role.kind, role.namespace_, role.name)) written.roles.push_back(std::move(role));
    }
    for (RoleBinding& b : rbac.bindings) {
      b.namespace_ = NamespaceOf(b, default_namespace);
      const RoleKind kind = b.cluster ? RoleKind::kClusterRole : RoleKind::kRole;
      if (planned(kind, b.namespace_, b.name)) written.bindings.push_back(std::move(b));
    }
  }
  AddUnchanged(plan, default_namespace, written);
  return written;
}

}  // namespace wecan
