// SPDX-License-Identifier: Apache-2.0
// Asks many WECs at once what somebody, mostly the work agent, may do there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "analyzer/model/request.h"
#include "src/cluster/http.h"
#include "src/cluster/live_state.h"

namespace wecan {

// In the order in which they are tried.
enum class AskMethod {
  kImpersonate,  // SelfSubjectAccessReview as the subject, once it is proved that the server takes
                 // us for it
  kSar,          // SubjectAccessReview about the subject and its groups
  kLocal,        // our own evaluation of the RBAC objects; other authorizers stay unseen
};

// "impersonate", "sar", "local": the values of --method but auto.
const char* AskMethodName(AskMethod method);
std::optional<AskMethod> ParseAskMethod(absl::string_view name);

// One Permission that is asked about.
struct LiveQuestion {
  RequestAttributes request;
  // How the WEC's discovery finds the resource: by the kind of an object, or by a word for it
  // (plural, singular or short name). Neither: the request is asked as it is.
  std::string kind, version;
  std::string word;
  bool any_group = false;  // the word's group is not known; else it is request.api_group
  // Objects that the request is about, where it leaves out the name: if it is refused, each is
  // asked for, because resourceNames may allow what is needed.
  std::vector<std::string> names;
  std::string object_namespace;     // for a kind that turns out to be namespaced
  std::string attributes;           // JSON of a review's attributes, to be asked as it is, or ""
  std::optional<UserInfo> subject;  // of a review that names one
};

struct LiveAnswer {
  LiveState state = LiveState::kError;
  RequestAttributes request;      // as it was asked, with the WEC's own plural and scope
  std::string reason;             // the authorizer's words, or the error
  std::string evaluation_error;   // what an authorizer could not do
  bool other_authorizer = false;  // allowed, and not by RBAC
};

struct WecToAsk {
  HttpServer server;  // its name is the context
  UserInfo subject;   // with all groups
  // Groups that impersonation has to name, because the server would not add them by itself.
  std::vector<std::string> extra_groups;
  std::shared_ptr<const std::vector<LiveQuestion>> questions;
};

struct WecAnswers {
  std::optional<AskMethod> method;  // nothing: nobody answered
  std::vector<LiveAnswer> answers;  // parallel to the questions; empty if the WEC was not asked
  // Why there are no answers, or some are missing: one line that names the context.
  absl::Status error;
  // The RBAC objects that would let the caller ask, as YAML; "" unless every method was refused.
  std::string lacks;
  std::vector<std::string> notes;  // one line each
  bool openshift = false;          // owner references need `delete` there
};

struct AskOptions {
  std::optional<AskMethod> method;  // nothing: the first that works
  HttpLimits limits;
};

// Called once for each WEC, as soon as all its answers are there: of a fleet they are best put
// together at once.
using WecDone = std::function<void(size_t wec, WecAnswers answers)>;

// Asks all of them, limits.in_all requests at a time. Errors as of HttpClient::Create; what is
// wrong with one WEC is in its answers.
absl::Status AskWecs(std::vector<WecToAsk> wecs, const AskOptions& options, const WecDone& done);

}  // namespace wecan
