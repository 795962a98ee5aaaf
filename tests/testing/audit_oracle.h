// SPDX-License-Identifier: Apache-2.0
// Audit lines read by nlohmann_json, in the plainest way: what the scanner is compared with. In a
// header, because tests and fuzz targets are linked apart.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include <nlohmann/json.hpp>

#include "analyzer/audit/audit_event.h"

namespace wecan {
namespace audit_oracle {

using Document = nlohmann::json;

inline Document At(const Document& object, const char* key) {
  return object.is_object() && object.contains(key) ? object[key] : Document();
}

inline std::string TextAt(const Document& object, const char* key) {
  const Document value = At(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

inline int CodeOf(const Document& status) {
  const Document code = At(status, "code");
  if (!code.is_number_integer()) return 0;
  if (code.is_number_unsigned() && code.get<uint64_t>() > std::numeric_limits<int>::max()) return 0;
  const auto value = code.get<int64_t>();
  return value < std::numeric_limits<int>::min() ? 0 : static_cast<int>(value);
}

inline AuditEvent EventOf(const Document& d) {
  const Document object = At(d, "objectRef"), status = At(d, "responseStatus");
  return {.kind = TextAt(d, "kind"),
          .api_version = TextAt(d, "apiVersion"),
          .stage = TextAt(d, "stage"),
          .verb = TextAt(d, "verb"),
          .request_uri = TextAt(d, "requestURI"),
          .user = TextAt(At(d, "user"), "username"),
          .impersonated = TextAt(At(d, "impersonatedUser"), "username"),
          .object = {.api_group = TextAt(object, "apiGroup"),
                     .resource = TextAt(object, "resource"),
                     .subresource = TextAt(object, "subresource"),
                     .namespace_ = TextAt(object, "namespace"),
                     .name = TextAt(object, "name")},
          .code = CodeOf(status),
          .message = TextAt(status, "message"),
          .decision = TextAt(At(d, "annotations"), "authorization.k8s.io/decision"),
          .received_time = TextAt(d, "requestReceivedTimestamp"),
          .stage_time = TextAt(d, "stageTimestamp")};
}

inline bool IsOf(const AuditEvent& event, const char* kind) {
  return event.kind == kind && event.api_version == "audit.k8s.io/v1";
}

// The events of audit.k8s.io/v1 in a line; nothing when it is no JSON.
inline std::optional<std::vector<AuditEvent>> EventsByDocument(absl::string_view line) {
  const Document document = Document::parse(line.begin(), line.end(), nullptr, false);
  if (document.is_discarded()) return {};
  const AuditEvent event = EventOf(document);
  if (IsOf(event, "Event")) return {{event}};
  std::vector<AuditEvent> events;
  const Document items = At(document, "items");
  if (!IsOf(event, "EventList") || !items.is_array()) return events;
  for (const Document& item : items) {
    AuditEvent one = EventOf(item);
    if (one.kind.empty()) one.kind = "Event";
    if (one.api_version.empty()) one.api_version = "audit.k8s.io/v1";
    if (IsOf(one, "Event")) events.push_back(one);
  }
  return events;
}

}  // namespace audit_oracle
}  // namespace wecan
