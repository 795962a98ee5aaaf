// SPDX-License-Identifier: Apache-2.0
#include "src/audit_log/line_reader.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/strip.h"

namespace wecan {
namespace {

constexpr uint64_t kFirstBuffer = uint64_t{256} << 10;

}  // namespace

LineReader::LineReader(ByteSource& source, uint64_t limit)
    : source_(source), limit_(limit), buffer_(std::min(kFirstBuffer, limit + 1)) {}

// Makes room and adds bytes. A line that fills a buffer of more than the limit is dropped.
size_t LineReader::Fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > limit_) {
    too_long_ = true;
    end_ = 0;
  }
  if (end_ == buffer_.size())
    buffer_.resize(std::min<uint64_t>(uint64_t{2} * buffer_.size(), limit_ + 1));
  const size_t n = source_.Read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += n;
  return n;
}

bool LineReader::Next(absl::string_view* line) {
  too_long_ = false;
  size_t searched = 0;  // bytes from begin_ that hold no end of a line
  while (true) {
    const char* start = buffer_.data() + begin_;
    const void* found = std::memchr(start + searched, '\n', end_ - begin_ - searched);
    if (found != nullptr) {
      const auto length = static_cast<size_t>(static_cast<const char*>(found) - start);
      *line = absl::StripSuffix(absl::string_view(start, length), "\r");
      begin_ += length + 1;
      break;
    }
    const size_t more = Fill();
    searched = end_ - begin_ - more;
    if (more > 0) continue;
    if (end_ == begin_ && !too_long_) return false;
    *line = absl::string_view(buffer_.data() + begin_, end_ - begin_);
    begin_ = end_;
    break;
  }
  ++number_;
  if (too_long_) *line = "";
  return true;
}

}  // namespace wecan
