// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/list_objects.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "src/input/parse.h"
#include "src/output/style.h"

namespace wecan {
namespace {

constexpr int kPageSize = 500;
constexpr size_t kMostPages = 1'000;
constexpr uint64_t kMostBytes = uint64_t{256} << 20;
constexpr int kGone = 410;
constexpr char kWhole[] = "application/json";
constexpr char kMetadata[] = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

std::string PercentEncoded(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-._~", c)) {
      out += c;
    } else {
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return out;
}

// metadata.continue of a page, "" at the end; nothing if it is no page.
std::optional<std::string> ContinueOf(const std::string& page) {
  std::optional<std::string> token;
  Document document{Budgets{}};
  const auto error = ParseJson(page, document, [&](const Document& d) {
    const Value items = d.root()["items"];
    if (!items.IsSequence() && !items.IsNull()) return;
    token = std::string(d.root()["metadata"]["continue"].AsString().value_or(""));
  });
  return error ? std::nullopt : token;
}

// With one server about one collection. Kept alive by the request that is under way.
class Listing : public std::enable_shared_from_this<Listing> {
 public:
  using Then = std::function<void(absl::StatusOr<std::vector<std::string>>)>;

  Listing(HttpExchange& exchange, size_t server, const std::string& label, std::string path,
          const char* accept, Then then)
      : exchange_(exchange),
        server_(server),
        path_(std::move(path)),
        accept_(accept),
        label_(absl::StrCat(label, ": GET ", path_)),
        then_(std::move(then)) {}

  void Start() { Ask(absl::StrCat("?limit=", kPageSize)); }

 private:
  void Ask(const std::string& query) {
    exchange_.Send({.server = server_, .path = path_ + query, .accept = accept_},
                   [self = shared_from_this()](HttpReply reply) { self->Take(std::move(reply)); });
  }

  void Take(HttpReply reply) {
    if (reply.transport.ok() && reply.status == kGone && !whole_) {
      whole_ = true;
      pages_.clear();
      bytes_ = 0;
      Ask("");
      return;
    }
    if (absl::Status error = HttpReplyError(label_, reply); !error.ok()) return then_(error);
    bytes_ += reply.body.size();
    if (bytes_ > kMostBytes || pages_.size() == kMostPages) {
      return Fail(absl::StatusCode::kResourceExhausted,
                  absl::StrCat("more than ", kMostBytes, " bytes or ", kMostPages,
                               " pages; look at what fills this collection"));
    }
    const std::optional<std::string> token = ContinueOf(reply.body);
    if (!token) {
      return Fail(absl::StatusCode::kUnknown,
                  "the answer is no list of objects; check that the URL is an API server's");
    }
    pages_.push_back(std::move(reply.body));
    if (token->empty()) return then_(std::move(pages_));
    Ask(absl::StrCat("?limit=", kPageSize, "&continue=", PercentEncoded(*token)));
  }

  void Fail(absl::StatusCode code, absl::string_view message) {
    then_(absl::Status(code, absl::StrCat(Printable(label_), ": ", message)));
  }

  HttpExchange& exchange_;
  const size_t server_;
  const std::string path_;
  const char* const accept_;
  const std::string label_;
  const Then then_;
  bool whole_ = false;  // asked for in one page, after a 410
  std::vector<std::string> pages_;
  uint64_t bytes_ = 0;
};

}  // namespace

void ListObjects(HttpExchange& exchange, size_t server, const std::string& label, std::string path,
                 std::function<void(absl::StatusOr<std::vector<std::string>>)> then) {
  std::make_shared<Listing>(exchange, server, label, std::move(path), kWhole, std::move(then))
      ->Start();
}

void ListMetadata(HttpExchange& exchange, size_t server, const std::string& label, std::string path,
                  std::function<void(absl::StatusOr<std::vector<std::string>>)> then) {
  std::make_shared<Listing>(exchange, server, label, std::move(path), kMetadata, std::move(then))
      ->Start();
}

void ForEachItem(const std::vector<std::string>& pages,
                 absl::FunctionRef<void(const Value&)> read) {
  Document document{Budgets{}};
  for (const std::string& page : pages) {
    // No error: ListObjects gives only pages that parse.
    ParseJson(page, document, [&](const Document& d) {
      d.root()["items"].ForEachItem([&](const Value& item) {
        if (item.IsMapping()) read(item);
      });
    });
  }
}

std::string NameOf(const Value& item) { return std::string(item["metadata"]["name"].text()); }

}  // namespace wecan
