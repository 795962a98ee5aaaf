// SPDX-License-Identifier: Apache-2.0
// The bytes of a stream as they are, or, when they begin as gzip does, what they unpack to. zlib
// stays behind it.
#pragma once

#include <istream>
#include <memory>
#include <string>

namespace wecan {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills up to `size` bytes (at least 1) at `out`; 0 at the end.
  virtual size_t Read(char* out, size_t size) = 0;

  // After the end: why it came early, or "".
  virtual std::string problem() const = 0;
};

// `in`, binary, must outlive the result. Looks at its first bytes.
std::unique_ptr<ByteSource> OpenByteSource(std::istream& in);

}  // namespace wecan
