// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/generate.h"

#include <sstream>

#include "absl/strings/str_cat.h"

namespace wecan {
namespace {

constexpr int kNamespaces = 50;

std::string Deployment(int i, const std::string& ns) {
  const std::string name = absl::StrCat("web-", i);
  return absl::StrCat("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ", name,
                      "\n  namespace: ", ns, "\n  labels:\n    app: ", name,
                      "\nspec:\n  replicas: ", i % 9,
                      "\n  selector:\n    matchLabels:\n      app: ", name,
                      "\n  template:\n    metadata:\n      labels:\n        app: ", name,
                      "\n    spec:\n      containers:\n      - name: main\n        image: "
                      "\"registry.example/web:1.",
                      i % 11,
                      "\"\n        args: [\"--port=8080\", \"--level=info\"]\n        ports:\n"
                      "        - containerPort: 8080\n");
}

std::string ConfigMap(int i, const std::string& ns) {
  return absl::StrCat("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-", i,
                      "\n  namespace: ", ns, "\ndata:\n  key: \"value ", i,
                      "\"\n  app.conf: |\n    [server]\n    port = ", 1024 + i % 60000, "\n");
}

std::string Service(int i, const std::string& ns) {
  return absl::StrCat("apiVersion: v1\nkind: Service\nmetadata: {name: svc-", i,
                      ", namespace: ", ns, "}\nspec:\n  ports:\n  - port: ", 80 + i % 1000,
                      "\n    protocol: TCP\n");
}

std::string Widget(int i, const std::string& ns) {
  return absl::StrCat("apiVersion: group", i % 10, ".example.com/v1\nkind: Widget", i % 40,
                      "\nmetadata:\n  name: widget-", i, "\n  namespace: ", ns,
                      "\nspec:\n  size: ", i % 100, "\n");
}

std::string Manifest(int i) {
  const std::string ns = absl::StrCat("ns-", i * 7 % kNamespaces);
  switch (i % 4) {
    case 0:
      return Deployment(i, ns);
    case 1:
      return ConfigMap(i, ns);
    case 2:
      return Service(i, ns);
    default:
      return Widget(i, ns);
  }
}

}  // namespace

std::string ManifestStream(int objects) {
  std::string text;
  for (int i = 0; i < objects; ++i) absl::StrAppend(&text, i == 0 ? "" : "---\n", Manifest(i));
  return text;
}

std::string ManifestJson(int objects) {
  std::string text = R"({"apiVersion": "v1", "kind": "List", "items": [)";
  for (int i = 0; i < objects; ++i) {
    absl::StrAppend(&text, i == 0 ? "\n" : ",\n",
                    R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "config-)", i,
                    R"(", "namespace": "ns-)", i * 7 % kNamespaces,
                    R"(", "labels": {"app": "web"}}, "data": {"key": "value \"quoted\" )", i,
                    R"("}})");
  }
  return text + "]}\n";
}

std::map<std::string, std::string> ManifestFiles(int objects, int files) {
  std::map<std::string, std::string> found;
  for (int i = 0; i < objects; ++i) {
    std::string& text = found[absl::StrCat("corpus/", i % files, ".yaml")];
    absl::StrAppend(&text, text.empty() ? "" : "---\n", Manifest(i));
  }
  return found;
}

Loaded LoadedManifests(int objects) {
  const MemoryFileSystem files({{"corpus/all.yaml", ManifestStream(objects)}});
  std::istringstream in;
  return Load({.paths = {"corpus"}, .threads = 1}, files, in);
}

RbacPolicy ManyBindings(int bindings) {
  RbacPolicy policy;
  for (int i = 0; i < bindings; ++i) {
    Role role{.kind = RoleKind::kClusterRole, .name = absl::StrCat("role-", i)};
    for (int r = 0; r < 10; ++r) {
      role.rules.push_back({.verbs = {"get", "list", "watch"},
                            .api_groups = {absl::StrCat("group", r, ".example.com")},
                            .resources = {absl::StrCat("widgets", i % 50), "gadgets"}});
    }
    policy.roles.push_back(std::move(role));
    RoleBinding binding{.cluster = i % 11 == 0,
                        .name = absl::StrCat("binding-", i),
                        .role_ref = {kRbacGroup, "ClusterRole", absl::StrCat("role-", i)}};
    if (!binding.cluster) binding.namespace_ = absl::StrCat("ns-", i / 5 % 200);
    binding.subjects = {{.kind = "User", .name = absl::StrCat("user-", i % 500)},
                        {.kind = "Group", .name = absl::StrCat("group-", i / 7 % 100)}};
    policy.bindings.push_back(std::move(binding));
  }
  return policy;
}

}  // namespace wecan
