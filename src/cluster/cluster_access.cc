// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/cluster_access.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "analyzer/base/status_macros.h"

namespace wecan {
namespace {

constexpr uint64_t kMaxTokenBytes = uint64_t{1} << 20;
constexpr uint64_t kMaxPemBytes = uint64_t{16} << 20;

absl::Status At(const std::string& origin, absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(origin, ".", field, ": ", what));
}

// The same status, with the field before its message.
absl::Status At(const std::string& origin, absl::string_view field, const absl::Status& status) {
  return {status.code(), absl::StrCat(origin, ".", field, ": ", status.message())};
}

absl::StatusOr<std::string> ReadTokenFile(const Credentials& credentials, const FileSystem& files) {
  const auto text = files.Read(credentials.token_file, kMaxTokenBytes);
  if (!text.ok()) return At(credentials.origin, "tokenFile", text.status());
  std::string token(absl::StripAsciiWhitespace(*text));
  if (token.empty()) return At(credentials.origin, "tokenFile", "the file is empty");
  return token;
}

}  // namespace

absl::StatusOr<Secret> ReadToken(const Credentials& credentials, const FileSystem& files) {
  std::string token = credentials.token.Reveal();
  absl::string_view field = "token";
  if (!credentials.token_file.empty()) {
    absl::StatusOr<std::string> read = ReadTokenFile(credentials, files);
    if (!read.ok() && token.empty()) return read.status();
    if (read.ok()) {
      token = *std::move(read);
      field = "tokenFile";
    }
  }
  // It becomes a line of the request.
  if (std::any_of(token.begin(), token.end(), absl::ascii_iscntrl))
    return At(credentials.origin, field, "the token holds a line break or control character");
  return Secret(std::move(token));
}

absl::StatusOr<Secret> ReadPem(const PemSource& source, const std::string& origin,
                               const std::string& field, const FileSystem& files) {
  if (source.file.empty()) return source.data;
  absl::StatusOr<std::string> text = files.Read(source.file, kMaxPemBytes);
  if (!text.ok()) return At(origin, field, text.status());
  return Secret(*std::move(text));
}

}  // namespace wecan
