// SPDX-License-Identifier: Apache-2.0
// Answers of API servers on any bytes: discovery documents, pages of RBAC objects and of what a WDS
// holds. Properties: what is read can be asked for and named; an error is InvalidArgument on one
// line, and a page with one adds nothing; parts of the input refer to objects that are there.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

#include "src/cluster/discovery_document.h"
#include "src/cluster/list_objects.h"
#include "src/cluster/rbac_objects.h"
#include "src/cluster/wds_items.h"
#include "src/input/contents.h"
#include "tests/fuzz/check.h"

namespace {

void CheckError(const absl::Status& status) {
  FUZZ_CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  FUZZ_CHECK(!absl::StrContains(status.message(), '\n'));
}

void CheckIndex(int index, size_t size) {
  FUZZ_CHECK(index >= 0 && static_cast<size_t>(index) < size);
}

void ReadItems(absl::string_view text) {
  wecan::Contents contents;
  wecan::Extraction extraction(contents, "", 0, "");
  const wecan::DiscoveredResource type{
      .group = wecan::kRbacGroup, .version = "v1", .kind = "ClusterRole"};
  wecan::ForEachItem({std::string(text)}, [&](const wecan::Value& item) {
    wecan::AddBindingPolicy(item, extraction);
    wecan::AddBinding(item, extraction);
    wecan::AddObject(wecan::ObjectOf(type, item, extraction), item, extraction);
  });
  const wecan::AnalysisInput& input = contents.input;
  for (const wecan::Object& o : input.objects) {
    if (o.binding >= 0) CheckIndex(o.binding, input.bindings.size());
    FUZZ_CHECK(o.binding < 0 || wecan::IsResourceName(o.resource));
  }
  for (const wecan::Role& role : input.rbac.roles)
    CheckIndex(role.origin.object, input.objects.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = wecan::ReadDiscoveryDocument(text);
  if (!document.ok()) CheckError(document.status());
  if (document.ok()) {
    for (const wecan::DiscoveredVersion& version : document->versions) {
      FUZZ_CHECK(!version.version.empty() && !absl::StrContains(version.version, '/'));
      FUZZ_CHECK(!absl::StrContains(version.group, '/'));
      for (const wecan::DiscoveredResource& resource : version.resources) {
        FUZZ_CHECK(wecan::IsResourceName(resource.resource));
        FUZZ_CHECK(resource.group == version.group && resource.version == version.version);
      }
    }
  }
  ReadItems(text);
  wecan::RbacPolicy policy;
  const absl::Status status = wecan::ReadRbacPage("wec1", text, policy);
  if (!status.ok()) {
    CheckError(status);
    FUZZ_CHECK(policy.roles.empty() && policy.bindings.empty());
  }
  return 0;
}
