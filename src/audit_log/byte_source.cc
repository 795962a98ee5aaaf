// SPDX-License-Identifier: Apache-2.0
#include "src/audit_log/byte_source.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace wecan {
namespace {

constexpr size_t kBlock = size_t{256} << 10;
constexpr unsigned char kMagic[] = {0x1f, 0x8b};

bool IsMagic(const unsigned char* bytes) { return std::memcmp(bytes, kMagic, 2) == 0; }

// A stream with the bytes in front of it that were looked at.
class PlainSource : public ByteSource {
 public:
  PlainSource(std::istream& in, std::string head) : in_(in), head_(std::move(head)) {}

  size_t Read(char* out, size_t size) override {
    if (!head_.empty()) {
      const size_t taken = std::min(size, head_.size());
      std::memcpy(out, head_.data(), taken);
      head_.erase(0, taken);
      return taken;
    }
    in_.read(out, static_cast<std::streamsize>(size));
    return static_cast<size_t>(in_.gcount());
  }

  std::string problem() const override {
    return in_.bad() ? "could not be read to its end; what was read counts" : "";
  }

 private:
  std::istream& in_;
  std::string head_;
};

class GzipSource : public ByteSource {
 public:
  explicit GzipSource(PlainSource packed) : packed_(std::move(packed)), input_(kBlock) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&zlib_, kGzipOnly) != Z_OK) Stop("there is no memory to unpack it");
  }
  ~GzipSource() override { inflateEnd(&zlib_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  size_t Read(char* out, size_t size) override {
    zlib_.next_out = reinterpret_cast<Bytef*>(out);
    zlib_.avail_out = static_cast<uInt>(std::min(size, kBlock));
    const uInt room = zlib_.avail_out;
    while (!ended_ && zlib_.avail_out == room) Step();
    return room - zlib_.avail_out;
  }

  std::string problem() const override {
    const std::string packed = packed_.problem();
    return packed.empty() ? problem_ : packed;
  }

 private:
  void Stop(const char* problem) {
    ended_ = true;
    problem_ = problem;
  }

  // Unpacks some; between members it looks whether another one follows.
  void Step() {
    if (zlib_.avail_in < 2 && !Fill()) return;
    if (between_members_) return BeginMember();
    const int result = inflate(&zlib_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      between_members_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      Stop("damaged gzip data; what precedes it counts");
    }
  }

  // Several members in a row are one file, and tape archives end in zeros: so says gzip(1).
  void BeginMember() {
    if (zlib_.avail_in >= 2 && IsMagic(zlib_.next_in)) {
      inflateReset(&zlib_);
      between_members_ = false;
    } else if (*zlib_.next_in != 0) {
      Stop("something that is no gzip follows the gzip data, and was left out");
    } else {
      ++zlib_.next_in;
      --zlib_.avail_in;
    }
  }

  // Adds packed bytes behind the one that may be left. At the end of the file false, unless one is.
  bool Fill() {
    if (zlib_.avail_in > 0) input_[0] = *zlib_.next_in;
    const size_t n = packed_.Read(reinterpret_cast<char*>(input_.data()) + zlib_.avail_in,
                                  input_.size() - zlib_.avail_in);
    zlib_.next_in = input_.data();
    zlib_.avail_in += static_cast<uInt>(n);
    // Without input zlib may still hold output.
    if (n > 0 || zlib_.avail_in > 0) return true;
    if (between_members_) {
      ended_ = true;
    } else if (inflate(&zlib_, Z_NO_FLUSH) == Z_STREAM_END) {
      between_members_ = true;
    } else if (zlib_.avail_out > 0) {
      Stop("the gzip data ends early; what was unpacked counts");
    }
    return false;
  }

  PlainSource packed_;
  std::vector<unsigned char> input_;
  z_stream zlib_{};
  bool between_members_ = false;
  bool ended_ = false;
  std::string problem_;
};

}  // namespace

std::unique_ptr<ByteSource> OpenByteSource(std::istream& in) {
  std::string head(2, '\0');
  in.read(head.data(), 2);
  head.resize(static_cast<size_t>(in.gcount()));
  const bool gzip = head.size() == 2 && IsMagic(reinterpret_cast<unsigned char*>(head.data()));
  PlainSource plain(in, std::move(head));
  if (gzip) return std::make_unique<GzipSource>(std::move(plain));
  return std::make_unique<PlainSource>(std::move(plain));
}

}  // namespace wecan
