// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/rbac_objects.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/base/status_macros.h"
#include "src/cluster/list_objects.h"
#include "src/input/contents.h"
#include "src/input/document.h"
#include "src/input/parse.h"
#include "src/output/style.h"

namespace wecan {
namespace {

constexpr std::array<absl::string_view, 4> kCollections = {"clusterroles", "clusterrolebindings",
                                                           "roles", "rolebindings"};
constexpr char kApiPath[] = "/apis/rbac.authorization.k8s.io/v1/";

// Lives as long as one page is read.
class PageReader {
 public:
  explicit PageReader(absl::string_view page) : extraction_(contents_, page, 0, "") {}

  void Read(const Value& list) {
    absl::string_view kind = list["kind"].text();
    absl::ConsumeSuffix(&kind, "List");
    const Value items = list["items"];
    if (!items.IsSequence() && !items.IsNull()) extraction_.Error(list, "the page holds no items");
    items.ForEachItem([&](const Value& item) {
      const Value own = item["kind"];
      ReadObject(item, own ? own.text() : kind);
    });
  }

  // Moves what was read to `policy`, unless something could not be.
  absl::Status Finish(RbacPolicy& policy) {
    for (const Diagnostic& d : contents_.input.diagnostics) {
      if (d.level == Level::kError) return absl::InvalidArgumentError(d.message);
    }
    RbacPolicy& read = contents_.input.rbac;
    if (read.roles.size() + read.bindings.size() != contents_.input.objects.size()) {
      return absl::InvalidArgumentError("an object is no Role, ClusterRole or binding of one");
    }
    for (Role& role : read.roles) {
      role.origin = {};
      policy.roles.push_back(std::move(role));
    }
    for (RoleBinding& binding : read.bindings) {
      binding.origin = {};
      policy.bindings.push_back(std::move(binding));
    }
    return absl::OkStatus();
  }

 private:
  void ReadObject(const Value& item, absl::string_view kind) {
    const Value metadata = item["metadata"];
    if (!item.IsMapping() || metadata["name"].text().empty()) {
      extraction_.Error(item, "an item is no object with a name");
      return;
    }
    Object object{.group = kRbacGroup, .version = "v1", .kind = std::string(kind)};
    object.name = extraction_.String(metadata, "name", "metadata.name").value_or("");
    object.namespace_ =
        extraction_.String(metadata, "namespace", "metadata.namespace").value_or("");
    object.labels = extraction_.StringMap(metadata["labels"], "label");
    const int index = static_cast<int>(contents_.input.objects.size());
    contents_.input.objects.push_back(std::move(object));
    ExtractRbac(extraction_, item, index);
  }

  Contents contents_;
  Extraction extraction_;
};

// The four lists of one server. Kept alive by those that are under way.
struct RbacListing {
  std::string label;
  std::function<void(absl::StatusOr<RbacPolicy>)> then;
  std::array<absl::StatusOr<std::vector<std::string>>, kCollections.size()> pages;
  size_t waiting = kCollections.size();

  absl::StatusOr<RbacPolicy> Read() {
    RbacPolicy policy;
    for (size_t i = 0; i < pages.size(); ++i) {
      if (!pages[i].ok()) return pages[i].status();
      for (std::string& page : *pages[i]) {
        WECAN_RETURN_IF_ERROR(
            ReadRbacPage(absl::StrCat(label, ": ", kCollections[i]), page, policy));
        page = std::string();
      }
    }
    return policy;
  }
};

}  // namespace

absl::Status ReadRbacPage(absl::string_view label, absl::string_view page, RbacPolicy& policy) {
  const auto fail = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(label), ": cannot be read: ", Printable(what),
                     "; look at what kubectl get -o json shows of it"));
  };
  PageReader reader(page);
  Document document{Budgets{}};
  bool any = false;
  const std::optional<SyntaxError> error = ParseJson(page, document, [&](const Document& d) {
    reader.Read(d.root());
    any = true;
  });
  if (error) return fail(error->message);
  if (!any) return fail("the page is empty");
  const absl::Status status = reader.Finish(policy);
  return status.ok() ? status : fail(status.message());
}

void ListRbac(HttpExchange& exchange, size_t server, std::string label,
              std::function<void(absl::StatusOr<RbacPolicy>)> then) {
  auto listing = std::make_shared<RbacListing>();
  listing->label = std::move(label);
  listing->then = std::move(then);
  for (size_t i = 0; i < kCollections.size(); ++i) {
    ListObjects(exchange, server, listing->label, absl::StrCat(kApiPath, kCollections[i]),
                [listing, i](absl::StatusOr<std::vector<std::string>> pages) {
                  listing->pages[i] = std::move(pages);
                  if (--listing->waiting == 0) listing->then(listing->Read());
                });
  }
}

}  // namespace wecan
