// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

#include "src/audit_log/byte_source.h"

namespace wecan {

// The lines of a source, one after the other, in a buffer that grows up to the longest line.
class LineReader {
 public:
  // `source` must outlive it. Lines of more than `limit` bytes are passed over.
  LineReader(ByteSource& source, uint64_t limit);

  // The next line without its end (LF or CRLF), which holds until the next call. Of a line that is
  // too long, and then too_long(), it gives "". False at the end.
  bool Next(absl::string_view* line);

  uint64_t number() const { return number_; }  // of the line given last, 1-based
  bool too_long() const { return too_long_; }

 private:
  size_t Fill();

  ByteSource& source_;
  const uint64_t limit_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;  // what is in the buffer and not given yet
  uint64_t number_ = 0;
  bool too_long_ = false;
};

}  // namespace wecan
