// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/wds.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/requirements/kind_rules.h"
#include "analyzer/requirements/selection.h"
#include "src/cluster/discovery.h"
#include "src/cluster/http_exchange.h"
#include "src/cluster/list_objects.h"
#include "src/cluster/wds_items.h"
#include "src/output/style.h"

namespace wecan {
namespace {

using Pages = absl::StatusOr<std::vector<std::string>>;

constexpr char kBindings[] = "/apis/control.kubestellar.io/v1alpha1/bindings";
constexpr char kPolicies[] = "/apis/control.kubestellar.io/v1alpha1/bindingpolicies";
constexpr absl::string_view kRbacKinds[] = {"clusterrolebindings", "clusterroles", "rolebindings",
                                            "roles"};

std::string PathOf(const DiscoveredResource& r) {
  return r.group.empty() ? absl::StrCat("/api/", r.version, "/", r.resource)
                         : absl::StrCat("/apis/", r.group, "/", r.version, "/", r.resource);
}

std::string QualifiedName(const DiscoveredResource& r) {
  return absl::StrCat(r.resource, r.group.empty() ? "" : ".", r.group);
}

// The resources that KubeStellar watches in a WDS, each in the version that the server prefers, as
// far as it copies them to WECs.
std::vector<const DiscoveredResource*> WatchedResources(const Discovery& discovery) {
  std::vector<const DiscoveredResource*> watched;
  absl::flat_hash_set<std::pair<absl::string_view, absl::string_view>> seen;
  for (const DiscoveredResource& r : discovery.resources()) {
    if (r.kind.empty() || !seen.emplace(r.group, r.resource).second) continue;
    const bool never = IsNeverDownsynced({.group = r.group,
                                          .kind = r.kind,
                                          .resource = r.resource,
                                          .downsyncable = r.lists_and_watches});
    if (!never && !IsSteering(r.group, r.kind)) watched.push_back(&r);
  }
  return watched;
}

// An entry of a Binding: which part of the result, and which object of it.
struct Entry {
  size_t part;
  int object;
};

std::string EntryKey(absl::string_view resource, absl::string_view ns, absl::string_view name) {
  return absl::StrCat(resource, "/", ns, "/", name);
}

// Lives as long as ReadWds. Each step waits for its answers, so that the order in which they come
// leaves no trace in the result.
class WdsReader {
 public:
  WdsReader(HttpClient& client, const std::string& context, const std::string& binding)
      : exchange_(client), context_(context), binding_(binding) {}

  absl::StatusOr<std::vector<LiveContents>> Run() {
    WECAN_RETURN_IF_ERROR(ListControlObjects());
    whole_.name = context_;
    whole_.contents.input.crds = CustomResourcesOf(*discovery_);
    ReadPolicies();
    WECAN_RETURN_IF_ERROR(ReadBindings());
    if (parts_.empty()) {
      ListNamespaceLabels();
      ListSelected();
    } else {
      ListGrants();
      RemarkPoliciesWithoutBinding();
    }
    RemarkIfEmpty();
    parts_.insert(parts_.begin(), std::move(whole_));
    std::move(unread_.begin(), unread_.end(), std::back_inserter(parts_));
    return std::move(parts_);
  }

 private:
  // ---- what decides

  absl::Status ListControlObjects() {
    absl::Status discovered;
    Discover(exchange_, 0, context_, cache_,
             [&](absl::StatusOr<std::shared_ptr<const Discovery>> discovery) {
               discovered = discovery.status();
               if (discovery.ok()) discovery_ = *std::move(discovery);
             });
    List(kBindings, bindings_);
    List(kPolicies, policies_);
    exchange_.Run();
    WECAN_RETURN_IF_ERROR(discovered);
    const absl::Status& status = bindings_.status();
    if (absl::IsNotFound(status)) {
      return absl::NotFoundError(absl::StrCat(
          "--wds: ", Printable(context_),
          " serves no bindings.control.kubestellar.io/v1alpha1, so it is no WDS; name the context "
          "of one"));
    }
    if (status.ok() || (absl::IsPermissionDenied(status) && binding_.empty()))
      return absl::OkStatus();
    return status;
  }

  void List(std::string path, Pages& pages) {
    ListObjects(exchange_, 0, context_, std::move(path), [&](Pages p) { pages = std::move(p); });
  }

  void ReadPolicies() {
    if (!policies_.ok())
      return AddUnread("bindingpolicies.control.kubestellar.io", policies_.status());
    Extraction extraction(whole_.contents, "", 0, "");
    ForEachItem(*policies_, [&](const Value& item) {
      if (binding_.empty() || NameOf(item) == binding_) AddBindingPolicy(item, extraction);
    });
  }

  absl::Status ReadBindings() {
    if (!bindings_.ok()) {
      AddUnread("bindings.control.kubestellar.io", bindings_.status());
      return absl::OkStatus();
    }
    std::vector<std::string> names;
    ForEachItem(*bindings_, [&](const Value& item) {
      names.push_back(NameOf(item));
      if (!binding_.empty() && names.back() != binding_) return;
      Extraction extraction(AddPart(absl::StrCat("Binding/", names.back())).contents, "", 0, "");
      AddBinding(item, extraction);
    });
    if (binding_.empty() || !parts_.empty()) return absl::OkStatus();
    const std::vector<absl::string_view> candidates(names.begin(), names.end());
    return absl::NotFoundError(absl::StrCat("--binding: ", Printable(context_),
                                            " has no Binding \"", Printable(binding_), "\"",
                                            DidYouMean(binding_, candidates)));
  }

  // ---- with Bindings

  // The RBAC objects that they hold count as grants, and only those.
  void ListGrants() {
    absl::flat_hash_map<std::string, Entry> entries;
    absl::flat_hash_set<std::string> resources;
    for (size_t part = 0; part < parts_.size(); ++part) {
      const std::vector<Object>& objects = parts_[part].contents.input.objects;
      for (size_t i = 0; i < objects.size(); ++i) {
        const Object& o = objects[i];
        if (o.binding < 0 || o.group != kRbacGroup) continue;
        entries.try_emplace(EntryKey(o.resource, o.namespace_, o.name),
                            Entry{part, static_cast<int>(i)});
        resources.insert(o.resource);
      }
    }
    std::vector<std::pair<absl::string_view, Pages>> lists;
    for (absl::string_view kind : kRbacKinds) {
      if (resources.contains(kind)) lists.emplace_back(kind, Pages());
    }
    for (auto& [resource, pages] : lists)
      List(absl::StrCat("/apis/", kRbacGroup, "/v1/", resource), pages);
    exchange_.Run();
    for (const auto& [resource, pages] : lists) TakeGrants(resource, pages, entries);
  }

  void TakeGrants(absl::string_view resource, const Pages& pages,
                  const absl::flat_hash_map<std::string, Entry>& entries) {
    if (!pages.ok()) return AddUnread(absl::StrCat(resource, ".", kRbacGroup), pages.status());
    ForEachItem(*pages, [&](const Value& item) {
      const Value metadata = item["metadata"];
      const auto entry =
          entries.find(EntryKey(resource, metadata["namespace"].text(), metadata["name"].text()));
      if (entry == entries.end()) return;
      Extraction extraction(parts_[entry->second.part].contents, "", 0, "");
      CompleteEntry(entry->second.object, item, extraction);
    });
  }

  // KubeStellar makes a Binding for each policy at once; where it did not, its objects are unknown.
  void RemarkPoliciesWithoutBinding() {
    absl::flat_hash_set<std::string> names;
    for (const LiveContents& part : parts_) {
      for (const Binding& b : part.contents.input.bindings) names.insert(b.name);
    }
    for (const BindingPolicy& policy : policies()) {
      if (names.contains(policy.name)) continue;
      Remark("", absl::StrCat("BindingPolicy ", policy.name,
                              " has no Binding, so what it selects is not looked at; look at the "
                              "log of KubeStellar's controller-manager"));
    }
  }

  // ---- without Bindings

  // Namespaces are matched by labels only where a clause does so.
  void ListNamespaceLabels() {
    const bool wanted = std::any_of(policies().begin(), policies().end(), [](const auto& policy) {
      return std::any_of(
          policy.downsync.begin(), policy.downsync.end(),
          [](const DownsyncClause& clause) { return !clause.namespace_selectors.empty(); });
    });
    if (!wanted) return;
    const DiscoveredResource type{.version = "v1", .kind = "Namespace", .resource = "namespaces"};
    Pages pages;
    ListMetadata(exchange_, 0, context_, PathOf(type), [&](Pages p) { pages = std::move(p); });
    exchange_.Run();
    if (!pages.ok()) return AddUnread(type.resource, pages.status());
    LiveContents& part = AddPart("labels of namespaces");
    part.context = true;
    Extraction extraction(part.contents, "", 0, "");
    ForEachItem(*pages, [&](const Value& item) {
      Object o = ObjectOf(type, item, extraction);
      namespaces_[o.name] = o.labels;
      extraction.input().objects.push_back(std::move(o));
    });
  }

  void ListSelected() {
    for (const std::string& error : discovery_->errors())
      AddUnread("discovery", absl::UnavailableError(error));
    std::vector<const DiscoveredResource*> wanted;
    for (const DiscoveredResource* r : WatchedResources(*discovery_)) {
      if (MayBeSelected(*r)) wanted.push_back(r);
    }
    std::vector<std::optional<LiveContents>> lists(wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      const DiscoveredResource& type = *wanted[i];
      const auto take = [&, i](const Pages& pages) { lists[i] = Selected(*wanted[i], pages); };
      if (type.group == kRbacGroup) {
        ListObjects(exchange_, 0, context_, PathOf(type), take);
      } else {
        ListMetadata(exchange_, 0, context_, PathOf(type), take);
      }
    }
    exchange_.Run();
    for (std::optional<LiveContents>& list : lists) {
      if (list) parts_.push_back(*std::move(list));
    }
  }

  bool MayBeSelected(const DiscoveredResource& r) const {
    return std::any_of(policies().begin(), policies().end(), [&](const BindingPolicy& policy) {
      return std::any_of(policy.downsync.begin(), policy.downsync.end(),
                         [&](const DownsyncClause& clause) {
                           return MayMatch(clause, r.group, r.resource, r.namespaced);
                         });
    });
  }

  // Nothing if there is none, and none that is unread.
  std::optional<LiveContents> Selected(const DiscoveredResource& type, const Pages& pages) const {
    LiveContents list{.name = absl::StrCat(context_, ": ", QualifiedName(type))};
    if (!pages.ok()) {
      list.contents.input.diagnostics.push_back(Unread(pages.status()));
      return list;
    }
    Extraction extraction(list.contents, "", 0, "");
    ForEachItem(*pages, [&](const Value& item) {
      Object o = ObjectOf(type, item, extraction);
      const Selectable selectable{o.group, type.resource, o.namespace_, o.name, &o.labels};
      const bool selected =
          std::any_of(policies().begin(), policies().end(), [&](const BindingPolicy& policy) {
            return Select(policy, selectable, namespaces_).selected;
          });
      if (selected) AddObject(std::move(o), item, extraction);
    });
    const AnalysisInput& input = list.contents.input;
    if (input.objects.empty() && input.diagnostics.empty()) return std::nullopt;
    return list;
  }

  // ---- remarks

  const std::vector<BindingPolicy>& policies() const { return whole_.contents.input.policies; }

  LiveContents& AddPart(const std::string& what) {
    parts_.push_back({.name = absl::StrCat(context_, ": ", what)});
    return parts_.back();
  }

  // Without the context, which the place has.
  Diagnostic Unread(const absl::Status& status) const {
    absl::string_view message = status.message();
    absl::ConsumePrefix(&message, absl::StrCat(Printable(context_), ": "));
    return {.rule = "WEC901", .level = Level::kError, .message = std::string(message)};
  }

  void AddUnread(absl::string_view what, const absl::Status& status) {
    std::string name = absl::StrCat(context_, ": ", what);
    if (unread_.empty() || unread_.back().name != name)
      unread_.push_back({.name = std::move(name)});
    unread_.back().contents.input.diagnostics.push_back(Unread(status));
  }

  void RemarkIfEmpty() {
    const auto holds_workload = [](const LiveContents& part) {
      const AnalysisInput& input = part.contents.input;
      return !input.diagnostics.empty() ||
             std::any_of(input.objects.begin(), input.objects.end(),
                         [](const Object& o) { return !IsSteering(o.group, o.kind); });
    };
    if (!unread_.empty() || std::any_of(parts_.begin(), parts_.end(), holds_workload)) return;
    Remark("WEC905", policies().empty() ? "no Binding and no BindingPolicy here holds an object"
                                        : "no BindingPolicy here selects an object");
  }

  void Remark(absl::string_view rule, std::string message) {
    whole_.contents.input.diagnostics.push_back(
        {.rule = std::string(rule), .level = Level::kWarning, .message = std::move(message)});
  }

  HttpExchange exchange_;
  DiscoveryCache cache_;
  const std::string& context_;
  const std::string& binding_;
  std::shared_ptr<const Discovery> discovery_;
  Pages bindings_, policies_;
  NamespaceLabels namespaces_;
  LiveContents whole_;
  std::vector<LiveContents> parts_, unread_;
};

}  // namespace

absl::StatusOr<std::vector<LiveContents>> ReadWds(HttpClient& client, const std::string& context,
                                                  const std::string& binding) {
  return WdsReader(client, context, binding).Run();
}

}  // namespace wecan
