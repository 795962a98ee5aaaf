// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/discovery_document.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/dns1123.h"
#include "src/input/contents.h"
#include "src/input/document.h"
#include "src/input/parse.h"

namespace wecan {
namespace {

// A server with a thousand CustomResourceDefinitions answers with about 1 MB.
constexpr Budgets kBudgets = {.file_bytes = uint64_t{32} << 20,
                              .document_bytes = uint64_t{32} << 20,
                              .depth = 32,
                              .nodes = 2'000'000};
// A server answers with all of them one by one when it does not know aggregated discovery.
constexpr size_t kMostVersions = 5'000;

std::string TextAt(const Value& object, absl::string_view key) {
  return std::string(object[key].AsString().value_or(""));
}

std::vector<std::string> TextsAt(const Value& object, absl::string_view key) {
  std::vector<std::string> texts;
  object[key].ForEachItem([&](const Value& item) {
    if (const auto text = item.AsString(); text && !text->empty()) texts.emplace_back(*text);
  });
  return texts;
}

bool ListsAndWatches(const Value& object) {
  const std::vector<std::string> verbs = TextsAt(object, "verbs");
  const auto has = [&](const char* verb) {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
  };
  return has("list") && has("watch");
}

// Whether a group and a version may stand in a path; the core group stands in none.
bool FitIntoUrl(const std::string& group, const std::string& version) {
  return (group.empty() || IsDns1123Subdomain(group)) && IsDns1123Subdomain(version);
}

// Servers before 1.27 may leave the singular out.
void SetSingular(DiscoveredResource& resource, std::string singular) {
  resource.singular = singular.empty() ? absl::AsciiStrToLower(resource.kind) : std::move(singular);
}

// Lives as long as one document is read.
class DocumentReader {
 public:
  absl::StatusOr<DiscoveryDocument> Run(const Value& root) {
    const std::string kind = TextAt(root, "kind");
    if (kind == "APIGroupDiscoveryList") {
      ForEachMapping(root["items"], [&](const Value& group) { ReadAggregatedGroup(group); });
    } else if (kind == "APIVersions") {
      for (std::string& version : TextsAt(root, "versions")) Add("", std::move(version));
    } else if (kind == "APIGroupList") {
      ForEachMapping(root["groups"], [&](const Value& group) { ReadGroup(group); });
    } else if (kind == "APIResourceList") {
      ReadResourceList(root);
    } else {
      return absl::InvalidArgumentError(
          "is no discovery document; check that the URL is an API server's");
    }
    if (result_.versions.size() > kMostVersions) {
      return absl::InvalidArgumentError(
          absl::StrCat("is no usable discovery document: it names more than ", kMostVersions,
                       " versions; check the server"));
    }
    return std::move(result_);
  }

 private:
  template <typename F>
  static void ForEachMapping(const Value& list, F read) {
    list.ForEachItem([&](const Value& item) {
      if (item.IsMapping()) read(item);
    });
  }

  // nullptr for what no server can serve.
  DiscoveredVersion* Add(std::string group, std::string version) {
    if (!FitIntoUrl(group, version)) return nullptr;
    result_.versions.push_back({.group = std::move(group), .version = std::move(version)});
    return &result_.versions.back();
  }

  void ReadAggregatedGroup(const Value& group) {
    const std::string name = TextAt(group["metadata"], "name");
    ForEachMapping(group["versions"], [&](const Value& value) {
      DiscoveredVersion* version = Add(name, TextAt(value, "version"));
      if (version == nullptr) return;
      version->listed = true;
      version->stale = TextAt(value, "freshness") == "Stale";
      ForEachMapping(value["resources"],
                     [&](const Value& resource) { ReadAggregatedResource(resource, *version); });
    });
  }

  static void ReadAggregatedResource(const Value& value, DiscoveredVersion& version) {
    const std::string name = TextAt(value, "resource");
    if (!IsResourceName(name)) return;
    DiscoveredResource resource{.group = version.group,
                                .version = version.version,
                                .kind = TextAt(value["responseKind"], "kind"),
                                .resource = name,
                                .short_names = TextsAt(value, "shortNames"),
                                .namespaced = TextAt(value, "scope") == "Namespaced",
                                .lists_and_watches = ListsAndWatches(value)};
    SetSingular(resource, TextAt(value, "singularResource"));
    ForEachMapping(value["subresources"], [&](const Value& sub) {
      if (std::string sub_name = TextAt(sub, "subresource"); !sub_name.empty())
        resource.subresources.push_back(std::move(sub_name));
    });
    version.resources.push_back(std::move(resource));
  }

  // The preferred version goes first, as it does in aggregated discovery.
  void ReadGroup(const Value& group) {
    const std::string name = TextAt(group, "name");
    const std::string preferred = TextAt(group["preferredVersion"], "version");
    if (name.empty()) return;
    if (!preferred.empty()) Add(name, preferred);
    ForEachMapping(group["versions"], [&](const Value& value) {
      if (std::string version = TextAt(value, "version"); version != preferred)
        Add(name, std::move(version));
    });
  }

  void ReadResourceList(const Value& root) {
    const std::string group_version = TextAt(root, "groupVersion");
    const size_t slash = group_version.rfind('/');
    const bool core = slash == std::string::npos;
    DiscoveredVersion* version = Add(core ? "" : group_version.substr(0, slash),
                                     core ? group_version : group_version.substr(slash + 1));
    if (version == nullptr) return;
    version->listed = true;
    ForEachMapping(root["resources"], [&](const Value& value) { ReadResource(value, *version); });
  }

  // The one of that name, made if it is not there yet.
  DiscoveredResource& ResourceOf(const std::string& name, DiscoveredVersion& version) {
    const auto [it, added] = by_name_.emplace(name, version.resources.size());
    if (added) {
      version.resources.push_back(
          {.group = version.group, .version = version.version, .resource = name});
    }
    return version.resources[it->second];
  }

  // "pods", or "pods/log", which may stand without a "pods".
  void ReadResource(const Value& value, DiscoveredVersion& version) {
    const std::string name = TextAt(value, "name");
    const size_t slash = name.find('/');
    const std::string parent = name.substr(0, slash);
    if (!IsResourceName(parent)) return;
    DiscoveredResource& resource = ResourceOf(parent, version);
    if (slash != std::string::npos) {
      if (slash + 1 < name.size()) resource.subresources.push_back(name.substr(slash + 1));
      if (resource.kind.empty()) resource.namespaced = value["namespaced"].IsTrue();
      return;
    }
    resource.kind = TextAt(value, "kind");
    resource.short_names = TextsAt(value, "shortNames");
    resource.namespaced = value["namespaced"].IsTrue();
    resource.lists_and_watches = ListsAndWatches(value);
    SetSingular(resource, TextAt(value, "singularName"));
  }

  DiscoveryDocument result_;
  absl::flat_hash_map<std::string, size_t> by_name_;  // resources of an APIResourceList
};

}  // namespace

absl::StatusOr<DiscoveryDocument> ReadDiscoveryDocument(absl::string_view text) {
  if (text.size() > kBudgets.document_bytes) {
    return absl::InvalidArgumentError(absl::StrCat("is no usable discovery document: larger than ",
                                                   kBudgets.document_bytes,
                                                   " bytes; check the server"));
  }
  Document document(kBudgets);
  absl::StatusOr<DiscoveryDocument> result =
      absl::InvalidArgumentError("is empty; check that the URL is an API server's");
  bool first = true;
  const std::optional<SyntaxError> error = ParseJson(text, document, [&](const Document& d) {
    if (first) result = DocumentReader().Run(d.root());
    first = false;
  });
  if (!error) return result;
  return absl::InvalidArgumentError(
      error->budget ? "is no usable discovery document: too large or too deep; check the server"
                    : "is no JSON; check that the URL is an API server's");
}

}  // namespace wecan
