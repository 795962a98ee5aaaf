// SPDX-License-Identifier: Apache-2.0
// What RBAC sees of a request, and the way from an HTTP request to it.
// Source: kubernetes/apiserver v0.36 pkg/authorization/authorizer,
// pkg/endpoints/request/requestinfo.go.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace wecan {

struct UserInfo {
  std::string name;
  std::vector<std::string> groups;
};

// Either {verb, api_group, resource, subresource, namespace, name} or, with resource_request false,
// {verb, path}. namespace "" is a cluster-scoped or all-namespaces request; name "" an unnamed one
// (create, list, deletecollection).
struct RequestAttributes {
  bool resource_request = true;
  std::string verb;
  std::string api_group;
  std::string resource;
  std::string subresource;
  std::string namespace_;
  std::string name;
  std::string path;

  friend bool operator==(const RequestAttributes&, const RequestAttributes&) = default;
};

struct RequestInfo {
  RequestAttributes attributes;
  std::string api_version;
  std::string field_selector;  // as sent, for list, watch and deletecollection only
  std::string label_selector;
};

// The attributes of an HTTP request. `method` in any case; `url` is path and optional query,
// percent-encoded. Never fails: what is no resource request is a request for its path.
RequestInfo ParseRequestInfo(absl::string_view method, absl::string_view url);

// Whether a field selector ("metadata.name=x,status.phase!=Running") parses.
// Source: apimachinery v0.36 pkg/fields/selector.go, ParseSelector.
bool IsValidFieldSelector(absl::string_view selector);

// "system:serviceaccount:NS:NAME".
std::string ServiceAccountUsername(absl::string_view ns, absl::string_view name);

// If `username` is a service account, splits it into *ns and *name.
bool ParseServiceAccountUsername(absl::string_view username, std::string* ns, std::string* name);

// A user as the API server sees it after authentication: a service account without explicit groups
// is put into system:serviceaccounts and system:serviceaccounts:NS; everyone but system:anonymous
// into system:authenticated. Source: kubernetes/apiserver
// pkg/authentication/serviceaccount/util.go, pkg/authentication/group/authenticated_group_adder.go.
UserInfo WithImplicitGroups(absl::string_view name, std::vector<std::string> groups);

// A ServiceAccount.
struct ServiceAccountRef {
  std::string namespace_;
  std::string name;

  // With its implicit groups.
  UserInfo User() const { return WithImplicitGroups(ServiceAccountUsername(namespace_, name), {}); }
  std::string Display() const { return absl::StrCat(namespace_, ":", name); }  // "NS:NAME"

  friend bool operator==(const ServiceAccountRef&, const ServiceAccountRef&) = default;
};

}  // namespace wecan
