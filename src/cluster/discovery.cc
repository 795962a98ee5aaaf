// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/discovery.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "src/output/style.h"

namespace wecan {
namespace {

// Source: client-go v0.36 discovery/discovery_client.go, acceptDiscoveryFormats.
constexpr char kAccept[] =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json";

std::string PathOf(const DiscoveredVersion& v) {
  return v.group.empty() ? absl::StrCat("/api/", v.version)
                         : absl::StrCat("/apis/", v.group, "/", v.version);
}

}  // namespace

const DiscoveredResource* Discovery::ByKind(absl::string_view group, absl::string_view version,
                                            absl::string_view kind) const {
  const bool served = std::any_of(resources_.begin(), resources_.end(), [&](const auto& r) {
    return r.group == group && r.version == version;
  });
  // Of several resources of one version that share the kind the last one counts, as in client-go.
  const DiscoveredResource* found = nullptr;
  for (const DiscoveredResource& r : resources_) {
    if (r.group != group || r.kind != kind || (served && r.version != version)) continue;
    if (found != nullptr && found->version != r.version) break;
    found = &r;
  }
  return found;
}

const DiscoveredResource* Discovery::ByName(absl::string_view word, absl::string_view group,
                                            bool any_group) const {
  const std::string name = absl::AsciiStrToLower(word);
  const auto find = [&](auto matches) {
    const auto it = std::find_if(resources_.begin(), resources_.end(), [&](const auto& r) {
      return (any_group || r.group == group) && matches(r);
    });
    return it == resources_.end() ? nullptr : &*it;
  };
  const DiscoveredResource* found =
      find([&](const auto& r) { return r.resource == name || r.singular == name; });
  if (found != nullptr) return found;
  return find([&](const auto& r) {
    return std::find(r.short_names.begin(), r.short_names.end(), name) != r.short_names.end();
  });
}

bool Discovery::Unknown(absl::string_view group) const {
  return (named_groups_unknown_ && !group.empty()) || unknown_groups_.contains(group);
}

const DiscoveryCache::Document& DiscoveryCache::Read(std::string&& body) {
  const auto [it, added] = documents_.emplace(std::move(body), nullptr);
  if (added) it->second = std::make_unique<const Document>(ReadDiscoveryDocument(it->first));
  return *it->second;
}

// With one server. Kept alive by the requests that are under way.
class DiscoveryConversation : public std::enable_shared_from_this<DiscoveryConversation> {
 public:
  using Then = std::function<void(absl::StatusOr<std::shared_ptr<const Discovery>>)>;

  DiscoveryConversation(HttpExchange& exchange, size_t server, std::string label,
                        DiscoveryCache& cache, Then then)
      : exchange_(exchange),
        server_(server),
        label_(std::move(label)),
        cache_(cache),
        then_(std::move(then)) {}

  void Start() {
    answers_ = {{.path = "/api"}, {.path = "/apis"}};
    Ask(0);
  }

 private:
  struct Answer {
    std::string path;
    const DiscoveredVersion* version = nullptr;          // what was asked for; nullptr: a root
    const DiscoveryCache::Document* document = nullptr;  // nullptr: `error`
    absl::Status error;
  };

  // Sends the requests for all answers from `first` on.
  void Ask(size_t first) {
    waiting_ = answers_.size() - first;
    for (size_t i = first; i < answers_.size(); ++i) {
      exchange_.Send({.server = server_, .path = answers_[i].path, .accept = kAccept},
                     [self = shared_from_this(), i](HttpReply reply) {
                       self->Take(self->answers_[i], std::move(reply));
                     });
    }
  }

  void Take(Answer& answer, HttpReply reply) {
    const std::string what = absl::StrCat(label_, ": ", answer.path);
    answer.error = HttpReplyError(what, reply);
    if (answer.error.ok()) {
      const DiscoveryCache::Document& document = cache_.Read(std::move(reply.body));
      if (!document.ok()) {
        answer.error = absl::UnknownError(
            absl::StrCat(Printable(what), ": the answer ", document.status().message()));
      } else if (!IsAbout(*document, answer.version)) {
        answer.error = absl::UnknownError(absl::StrCat(
            Printable(what), ": the answer is about another group or version; look at the server"));
      } else {
        answer.document = &document;
      }
    }
    if (--waiting_ > 0) return;
    if (!AskForVersions()) Finish();
  }

  static bool IsAbout(const DiscoveryDocument& document, const DiscoveredVersion* version) {
    if (version == nullptr) return true;
    return document.versions.size() == 1 && document.versions[0].listed &&
           document.versions[0].group == version->group &&
           document.versions[0].version == version->version;
  }

  // Asks, once, for what the roots name without saying what is in it. False: nothing to ask.
  bool AskForVersions() {
    if (answers_.size() > 2) return false;
    for (size_t root : {0, 1}) {
      if (answers_[root].document == nullptr) continue;
      for (const DiscoveredVersion& v : (**answers_[root].document).versions) {
        if (!v.listed) answers_.push_back({.path = PathOf(v), .version = &v});
      }
    }
    if (answers_.size() == 2) return false;
    Ask(2);
    return true;
  }

  void Finish() {
    if (answers_[0].document == nullptr && answers_[1].document == nullptr) {
      then_(answers_[0].error);
      return;
    }
    DiscoveryCache::Parts parts;
    for (const Answer& answer : answers_) {
      parts.first.push_back(answer.document);
      if (!answer.error.ok()) parts.second.push_back(InShort(answer));
    }
    std::shared_ptr<const Discovery>& shared = cache_.discoveries_[parts];
    if (shared == nullptr) shared = Build(std::move(parts.second));
    then_(shared);
  }

  // The error without the cluster's name, so that clusters that lack the same can share a result.
  std::string InShort(const Answer& answer) const {
    absl::string_view message = answer.error.message();
    absl::ConsumePrefix(&message, absl::StrCat(Printable(label_), ": "));
    return absl::StartsWith(message, answer.path) ? std::string(message)
                                                  : absl::StrCat(answer.path, ": ", message);
  }

  std::shared_ptr<const Discovery> Build(std::vector<std::string> errors) const {
    auto discovery = std::make_shared<Discovery>();
    discovery->errors_ = std::move(errors);
    size_t next = 2;  // the answers to AskForVersions() are in the order of the roots
    for (size_t root : {0, 1}) {
      if (answers_[root].document == nullptr) {
        if (root == 0) discovery->unknown_groups_.insert("");
        if (root == 1) discovery->named_groups_unknown_ = true;
        continue;
      }
      for (const DiscoveredVersion& v : (**answers_[root].document).versions) {
        const DiscoveredVersion* listed = &v;
        if (!v.listed) {
          const DiscoveryCache::Document* document = answers_[next++].document;
          listed = document == nullptr ? nullptr : &(**document).versions[0];
        }
        Add(v, listed, *discovery);
      }
    }
    return discovery;
  }

  // `listed` holds the resources of `version`; nullptr if they could not be read.
  static void Add(const DiscoveredVersion& version, const DiscoveredVersion* listed,
                  Discovery& discovery) {
    if (listed == nullptr || listed->stale) discovery.unknown_groups_.insert(version.group);
    if (listed == nullptr) return;
    if (listed->stale) {
      discovery.errors_.push_back(
          absl::StrCat(PathOf(version),
                       ": stale: the API server does not reach what serves it; look at the status "
                       "of its APIService"));
      return;
    }
    discovery.resources_.insert(discovery.resources_.end(), listed->resources.begin(),
                                listed->resources.end());
  }

  HttpExchange& exchange_;
  const size_t server_;
  const std::string label_;
  DiscoveryCache& cache_;
  const Then then_;
  std::vector<Answer> answers_;  // /api, /apis, then the versions asked for by themselves
  size_t waiting_ = 0;           // answers that are not there yet
};

void Discover(HttpExchange& exchange, size_t server, std::string label, DiscoveryCache& cache,
              std::function<void(absl::StatusOr<std::shared_ptr<const Discovery>>)> then) {
  std::make_shared<DiscoveryConversation>(exchange, server, std::move(label), cache,
                                          std::move(then))
      ->Start();
}

}  // namespace wecan
