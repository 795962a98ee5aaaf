// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/workload.h"

#include <utility>
#include <vector>

namespace wecan {

Object Manifest(absl::string_view group, absl::string_view kind, absl::string_view ns,
                absl::string_view name) {
  return {.group = std::string(group),
          .version = "v1",
          .kind = std::string(kind),
          .namespace_ = std::string(ns),
          .name = std::string(name)};
}

int AddWork(AnalysisInput& input, absl::string_view mailbox, absl::string_view name) {
  input.works.push_back({.namespace_ = std::string(mailbox), .name = std::string(name)});
  return static_cast<int>(input.works.size()) - 1;
}

Object& AddWrapped(AnalysisInput& input, int work, Object object) {
  input.objects.push_back(std::move(object));
  input.objects.back().work = work;
  return input.objects.back();
}

int AddBinding(AnalysisInput& input, absl::string_view name,
               std::vector<std::string> destinations) {
  input.bindings.push_back({.name = std::string(name), .destinations = std::move(destinations)});
  return static_cast<int>(input.bindings.size()) - 1;
}

Object& AddEntry(AnalysisInput& input, int binding, absl::string_view group,
                 absl::string_view resource, absl::string_view ns, absl::string_view name) {
  input.objects.push_back(Manifest(group, "", ns, name));
  input.objects.back().binding = binding;
  input.objects.back().resource = std::string(resource);
  return input.objects.back();
}

BindingPolicy SelectResource(absl::string_view name, absl::string_view resource, bool create_only) {
  return {.name = std::string(name),
          .downsync = {{.resources = {std::string(resource)}, .create_only = create_only}}};
}

ManifestConfig Config(absl::string_view group, absl::string_view resource, absl::string_view ns,
                      absl::string_view name) {
  return {.id = {std::string(group), std::string(resource), std::string(ns), std::string(name)}};
}

}  // namespace wecan
