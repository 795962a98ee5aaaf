// SPDX-License-Identifier: Apache-2.0
#include "src/cli/question.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"

#include "analyzer/base/did_you_mean.h"
#include "analyzer/base/status_macros.h"
#include "analyzer/model/resource_catalog.h"

namespace wecan {
namespace {

// Verbs of resource requests (rbac-semantics: special verbs), and of requests for a path.
constexpr absl::string_view kVerbs[] = {
    "get",         "list", "watch",    "create",  "update", "patch",  "delete", "deletecollection",
    "impersonate", "bind", "escalate", "approve", "sign",   "attest", "use",    "proxy",
    "head",        "post", "put",      "options", "*"};

// `command` is at the start of messages.
absl::Status CheckVerb(absl::string_view command, const std::string& verb,
                       const RbacPolicy* policy) {
  const bool constrained =
      absl::StartsWith(verb, "impersonate:") || absl::StartsWith(verb, "impersonate-on:");
  if (constrained || std::find(std::begin(kVerbs), std::end(kVerbs), verb) != std::end(kVerbs))
    return absl::OkStatus();
  const std::vector<Role> none;
  for (const Role& role : policy == nullptr ? none : policy->roles) {
    for (const PolicyRule& rule : role.rules) {
      if (std::find(rule.verbs.begin(), rule.verbs.end(), verb) != rule.verbs.end())
        return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(command, ": unknown verb \"", verb, "\"", DidYouMean(verb, kVerbs)));
}

// What a word like "deploy", "storageclasses.storage.k8s.io" or "Deployment.v1.apps" names.
struct Named {
  std::string resource;
  std::string group;
  bool known = false;
  bool namespaced = true;
  absl::string_view subresources;  // that the catalogue knows, separated by blanks
  bool served = false;             // discovery lists it, unlike names that only rules know
};

bool NamedInRules(const std::string& group, const std::string& resource, const RbacPolicy& policy) {
  const auto has = [](const std::vector<std::string>& list, const std::string& s) {
    return std::find(list.begin(), list.end(), s) != list.end();
  };
  return std::any_of(policy.roles.begin(), policy.roles.end(), [&](const Role& role) {
    return std::any_of(role.rules.begin(), role.rules.end(), [&](const PolicyRule& rule) {
      return has(rule.resources, resource) &&
             (has(rule.api_groups, group) || has(rule.api_groups, "*"));
    });
  });
}

// `policy`: where names that the catalogue does not know may stand; nullptr: on a live cluster.
absl::StatusOr<Named> LookUpResource(absl::string_view command, const std::string& word,
                                     const RbacPolicy* policy) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(word, absl::MaxSplits('.', 1));
  const std::string lower = absl::AsciiStrToLower(parts.first);
  const bool has_group = absl::StrContains(word, '.');
  const CatalogEntry* entry = FindByResourceName(lower, parts.second, !has_group);
  if (entry == nullptr || !entry->builtin) {
    // Names that only rules know (users, groups) go before a custom resource of the same name.
    for (const VirtualResource& v : VirtualResources()) {
      const bool meant =
          v.resource == lower && (v.group == parts.second || (entry == nullptr && !has_group));
      if (meant) return Named{lower, std::string(v.group), true, v.namespaced, "", false};
    }
  }
  if (entry != nullptr) {
    return Named{std::string(entry->plural), std::string(entry->group), true,
                 entry->namespaced,          entry->subresources,       true};
  }
  // Some other group's resource, taken as written.
  if (policy == nullptr && parts.first != "*")
    return Named{parts.first, parts.second, false, true, "", true};
  if (has_group || parts.first == "*" || NamedInRules("", parts.first, *policy)) {
    return Named{parts.first, parts.second, false, true};
  }
  std::vector<absl::string_view> names;
  for (const CatalogEntry& e : CatalogTable()) names.push_back(e.plural);
  return absl::NotFoundError(absl::StrCat(command, ": unknown resource \"", word, "\"",
                                          DidYouMean(lower, names),
                                          " (write RESOURCE.GROUP for a custom resource)"));
}

bool ListsWord(absl::string_view words, absl::string_view word) {
  const std::vector<absl::string_view> list = absl::StrSplit(words, ' ');
  return std::find(list.begin(), list.end(), word) != list.end();
}

// How the words were understood, where that may surprise.
std::string NoteOn(const Named& named, const RequestAttributes& request,
                   const ReviewOptions& options) {
  if (!named.known && !named.served) {
    return absl::StrCat("resource ", options.words[1],
                        " is not in the catalogue; it is taken as written",
                        request.namespace_.empty() ? ", for all namespaces; -n names one" : "");
  }
  if (named.known && !named.namespaced && !options.namespace_.empty()) {
    return absl::StrCat(named.resource,
                        " is cluster-scoped; the namespace is left out, as in the real request");
  }
  const bool odd = !request.subresource.empty() && !named.subresources.empty() &&
                   !ListsWord(named.subresources, request.subresource) &&
                   request.subresource != "finalizers";
  if (!odd) return "";
  return absl::StrCat(named.resource, " has no subresource ", request.subresource,
                      "; to ask for one object write its name as a further word");
}

absl::StatusOr<Question> PathQuestion(absl::string_view command, const ReviewOptions& options) {
  if (options.words.size() > 2)
    return absl::InvalidArgumentError(absl::StrCat(command, ": a path takes no name"));
  Question question;
  question.request.resource_request = false;
  question.request.verb = absl::AsciiStrToLower(options.words[0]);
  question.request.path = options.words[1];
  return question;
}

absl::StatusOr<Question> Parse(absl::string_view command, const ReviewOptions& options,
                               const RbacPolicy* policy) {
  if (options.words.size() < 2 || options.words.size() > 3) {
    return absl::InvalidArgumentError(
        absl::StrCat(command, ": needs VERB and RESOURCE, for example: wecan ", command,
                     " create storageclasses.storage.k8s.io"));
  }
  WECAN_RETURN_IF_ERROR(CheckVerb(command, options.words[0], policy));
  if (absl::StartsWith(options.words[1], "/")) return PathQuestion(command, options);

  Question question;
  RequestAttributes& request = question.request;
  request.verb = options.words[0];
  std::vector<std::string> parts = absl::StrSplit(options.words[1], absl::MaxSplits('/', 1));
  WECAN_ASSIGN_OR_RETURN(const Named named, LookUpResource(command, parts[0], policy));
  request.resource = named.resource;
  request.api_group = named.group;
  if (named.served) question.word = named.resource;
  question.any_group = !named.known && !absl::StrContains(parts[0], '.');
  request.subresource = options.subresource;
  if (parts.size() > 1) {
    if (!options.subresource.empty())
      return absl::InvalidArgumentError(absl::StrCat(command, ": a subresource is given twice"));
    request.subresource = parts[1];
  }
  if (options.words.size() == 3) request.name = options.words[2];
  if (named.namespaced && !options.all_namespaces) {
    request.namespace_ = options.namespace_;
    if ((named.known || named.served) && request.namespace_.empty()) request.namespace_ = "default";
  }
  // The request for one Namespace carries its name as namespace, too.
  const bool one_namespace =
      named.group.empty() && named.resource == "namespaces" && !request.name.empty();
  if (one_namespace && request.verb != "create") request.namespace_ = request.name;
  question.note = NoteOn(named, request, options);
  return question;
}

}  // namespace

absl::StatusOr<Question> ParseQuestion(const ReviewOptions& options, const RbacPolicy& policy,
                                       absl::string_view command) {
  return Parse(command, options, &policy);
}

absl::StatusOr<Question> ParseLiveQuestion(const ReviewOptions& options) {
  return Parse("can-i", options, nullptr);
}

absl::Status CheckNamespaceFlags(const ReviewOptions& options, absl::string_view command) {
  if (!options.all_namespaces || options.namespace_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(command, ": give either -n or -A, not both"));
}

std::string DescribeRequest(const RequestAttributes& r) {
  if (!r.resource_request) return absl::StrCat(r.verb, " ", r.path);
  const CatalogEntry* entry = FindByResourceName(r.resource, r.api_group, false);
  const bool all = entry != nullptr && entry->namespaced;
  const std::string where = !r.namespace_.empty() ? absl::StrCat("in namespace ", r.namespace_)
                            : all                 ? "in all namespaces"
                                                  : "at cluster scope";
  return absl::StrCat(r.verb, " ", r.resource, r.api_group.empty() ? "" : "." + r.api_group,
                      r.subresource.empty() ? "" : "/" + r.subresource,
                      r.name.empty() ? "" : " " + r.name, " ", where);
}

}  // namespace wecan
