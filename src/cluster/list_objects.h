// SPDX-License-Identifier: Apache-2.0
// All objects of one collection of an API server.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "src/cluster/http_exchange.h"
#include "src/input/document.h"

namespace wecan {

// Lists the collection at `path` ("/apis/GROUP/VERSION/RESOURCE", encoded, without a query) in
// pages of 500. `then` is called once, from within exchange.Run(), with the JSON text of each page,
// which is a mapping that holds a list or null at `items`. When the server has forgotten where a
// page starts (410 Gone) all is asked for once more, in one page.
// Errors start with `label` and name the path; their codes are those of HttpReplyError (so
// PermissionDenied, with the server's words, when the right to list is missing), Unknown for an
// answer that is no list, ResourceExhausted for more than 256 MiB or 1,000 pages.
// Source: client-go v0.36 tools/pager/pager.go.
void ListObjects(HttpExchange& exchange, size_t server, const std::string& label, std::string path,
                 std::function<void(absl::StatusOr<std::vector<std::string>>)> then);

// The same, but items hold metadata alone and are of the kind PartialObjectMetadata; never asks for
// more, so that the bodies of Secrets stay where they are. A server that cannot do that answers 406
// (Unknown), or, if it does not look, with whole objects.
// Source: apimachinery v0.36 pkg/apis/meta/v1; client-go v0.36 metadata/metadata.go.
void ListMetadata(HttpExchange& exchange, size_t server, const std::string& label, std::string path,
                  std::function<void(absl::StatusOr<std::vector<std::string>>)> then);

// Calls `read` with each item of the pages that ListObjects gave. What is no mapping is passed
// over.
void ForEachItem(const std::vector<std::string>& pages, absl::FunctionRef<void(const Value&)> read);

// metadata.name, or "".
std::string NameOf(const Value& item);

}  // namespace wecan
