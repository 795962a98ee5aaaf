// SPDX-License-Identifier: Apache-2.0
// Fields of files that may hold secrets: typed, and with messages that hold no value of the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "src/cluster/secret.h"
#include "src/input/document.h"

namespace wecan {

// Calls `read` with the root of the first document of `text`, which is all that Go's YAML reader
// looks at. InvalidArgument "PATH:LINE:COL: what is wrong" if there is no telling what it says.
absl::Status ReadFirstDocument(const std::string& path, absl::string_view text,
                               const Budgets& budgets, absl::FunctionRef<absl::Status(Value)> read);

// Reads fields as Go's JSON decoder does: null and absent are one, the last of equal keys counts,
// unknown keys are passed over, and a value of another type is an InvalidArgument
// "PATH:LINE:COL: FIELD: this is a number, not a string". Lives as long as one file is read.
class FieldReader {
 public:
  // `max_bytes`: how much text may be copied in all; aliases multiply it.
  FieldReader(std::string path, uint64_t max_bytes) : path_(std::move(path)), left_(max_bytes) {}

  absl::Status Text(const Value& mapping, absl::string_view key, absl::string_view where,
                    std::string& out);
  absl::Status Hidden(const Value& mapping, absl::string_view key, absl::string_view where,
                      Secret& out);
  // Base64 of Go's encoding/json: with padding, line breaks passed over.
  absl::Status Data(const Value& mapping, absl::string_view key, absl::string_view where,
                    Secret& out);
  absl::Status Flag(const Value& mapping, absl::string_view key, absl::string_view where,
                    bool& out);
  absl::Status Texts(const Value& mapping, absl::string_view key, absl::string_view where,
                     std::vector<std::string>& out);
  // Calls `read(item, "WHERE.KEY[i]")` for each item of a list of mappings; null items are empty
  // ones.
  using ReadItem = absl::FunctionRef<absl::Status(const Value&, const std::string&)>;
  absl::Status Items(const Value& mapping, absl::string_view key, absl::string_view where,
                     ReadItem read);
  // The mapping at `key`, nothing where there is none.
  absl::Status Mapping(const Value& mapping, absl::string_view key, absl::string_view where,
                       Value& out);

  absl::Status At(const Value& value, absl::string_view field, absl::string_view what) const;

 private:
  absl::Status WrongType(const Value& value, absl::string_view field, absl::string_view type) const;
  absl::Status Take(const Value& value, absl::string_view field, std::string& out);

  const std::string path_;
  uint64_t left_;
};

}  // namespace wecan
