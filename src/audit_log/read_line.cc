// SPDX-License-Identifier: Apache-2.0
#include "src/audit_log/read_line.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "src/audit_log/json_cursor.h"

namespace wecan {
namespace {

constexpr absl::string_view kGroup = "audit.k8s.io/", kVersion = "audit.k8s.io/v1";

// The string that `name` is in the object at `json`; "" without one.
void ReadMember(JsonCursor& json, absl::string_view name, std::string* value) {
  value->clear();
  absl::string_view key;
  if (!json.EnterObject()) return;
  while (json.NextMember(&key)) {
    if (key == name) {
      json.ReadString(value);
    } else {
      json.Skip();
    }
  }
}

void ReadObjectRef(JsonCursor& json, AuditedObject* object) {
  *object = {};
  absl::string_view key;
  if (!json.EnterObject()) return;
  while (json.NextMember(&key)) {
    if (key == "resource") {
      json.ReadString(&object->resource);
    } else if (key == "namespace") {
      json.ReadString(&object->namespace_);
    } else if (key == "name") {
      json.ReadString(&object->name);
    } else if (key == "apiGroup") {
      json.ReadString(&object->api_group);
    } else if (key == "subresource") {
      json.ReadString(&object->subresource);
    } else {
      json.Skip();
    }
  }
}

void ReadStatus(JsonCursor& json, AuditEvent* event) {
  event->code = 0;
  event->message.clear();
  absl::string_view key;
  if (!json.EnterObject()) return;
  while (json.NextMember(&key)) {
    if (key == "code") {
      json.ReadInt(&event->code);
    } else if (key == "message") {
      json.ReadString(&event->message);
    } else {
      json.Skip();
    }
  }
}

// A member of an event by its name; anything else is passed over.
void ReadEventMember(JsonCursor& json, absl::string_view key, AuditEvent* event) {
  if (key == "kind") return json.ReadString(&event->kind);
  if (key == "apiVersion") return json.ReadString(&event->api_version);
  if (key == "stage") return json.ReadString(&event->stage);
  if (key == "verb") return json.ReadString(&event->verb);
  if (key == "requestURI") return json.ReadString(&event->request_uri);
  if (key == "requestReceivedTimestamp") return json.ReadString(&event->received_time);
  if (key == "stageTimestamp") return json.ReadString(&event->stage_time);
  if (key == "user") return ReadMember(json, "username", &event->user);
  if (key == "impersonatedUser") return ReadMember(json, "username", &event->impersonated);
  if (key == "objectRef") return ReadObjectRef(json, &event->object);
  if (key == "responseStatus") return ReadStatus(json, event);
  if (key == "annotations")
    return ReadMember(json, "authorization.k8s.io/decision", &event->decision);
  json.Skip();
}

// One of few texts, whatever the line holds.
std::string NoEvent(const AuditEvent& event) {
  const absl::string_view version = event.api_version;
  if (!absl::StartsWith(version, kGroup)) return "no audit event";
  if (version == kVersion) return "of audit.k8s.io/v1, but neither Event nor EventList";
  const bool known = version == "audit.k8s.io/v1beta1" || version == "audit.k8s.io/v1alpha1";
  return absl::StrCat("an event of ", known ? version : "another version of audit.k8s.io",
                      "; only audit.k8s.io/v1 is read");
}

bool IsEvent(const AuditEvent& event) {
  return event.kind == "Event" && event.api_version == kVersion;
}

// `items` is the text of a well-formed value. The items of a typed list may leave out their kind.
std::string ReadItems(absl::string_view items, absl::FunctionRef<void(const AuditEvent&)> take) {
  JsonCursor json(items);
  std::string problem;
  if (!json.EnterArray()) return "";
  while (json.NextElement()) {
    AuditEvent event;
    absl::string_view key;
    if (json.EnterObject()) {
      while (json.NextMember(&key)) ReadEventMember(json, key, &event);
    }
    if (event.kind.empty()) event.kind = "Event";
    if (event.api_version.empty()) event.api_version = std::string(kVersion);
    if (IsEvent(event)) {
      take(event);
    } else {
      problem = NoEvent(event);
    }
  }
  return problem;
}

}  // namespace

std::string ReadAuditLine(absl::string_view line, absl::FunctionRef<void(const AuditEvent&)> take) {
  JsonCursor json(line);
  AuditEvent event;
  absl::string_view key, items;
  const bool is_object = json.EnterObject();
  while (is_object && json.NextMember(&key)) {
    if (key == "items") {
      items = json.Skip();
    } else {
      ReadEventMember(json, key, &event);
    }
  }
  if (!json.ok() || !json.AtEnd())
    return "no JSON; one event is expected on each line (jq -c . makes such lines)";
  if (event.kind == "EventList" && event.api_version == kVersion) return ReadItems(items, take);
  if (!IsEvent(event)) return NoEvent(event);
  take(event);
  return "";
}

bool LooksLikeAuditEvent(absl::string_view line) {
  return absl::StartsWith(line, R"({"kind":"Event","apiVersion":"audit.k8s.io/v1",)") &&
         absl::EndsWith(line, "}");
}

}  // namespace wecan
