// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/http_client.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "src/cluster/http_peer.h"
#include "src/cluster/http_queue.h"
#include "src/cluster/http_retry.h"

namespace wecan {
namespace {

constexpr size_t kLongestHeaders = 256 << 10;  // bytes, all of an answer

// libcurl brings 30 shared libraries (Kerberos, LDAP, SSH, ...), whose loading takes 5 ms and more:
// as much as a whole `wecan check` of a small file may take. So it is not linked but loaded when
// the first client is made. Debian and Ubuntu name it alike.
constexpr char kLibrary[] = "libcurl.so.4";

struct CurlApi {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_setopt) set;
  decltype(&::curl_easy_getinfo) info;
  decltype(&::curl_easy_strerror) error;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_slist_append) append;
  decltype(&::curl_slist_free_all) free_list;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_setopt) multi_set;
  decltype(&::curl_multi_add_handle) multi_add;
  decltype(&::curl_multi_remove_handle) multi_remove;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_info_read) multi_read;
  decltype(&::curl_multi_cleanup) multi_cleanup;
};

absl::StatusOr<CurlApi> LoadCurl() {
  // Never closed: OpenSSL does not survive that.
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return absl::UnavailableError(
        absl::StrCat(kLibrary, " cannot be loaded; asking clusters needs it, install libcurl4"));
  }
  CurlApi api;
  bool complete = true;
  const auto load = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    complete = complete && function != nullptr;
  };
  load(api.global_init, "curl_global_init");
  load(api.easy_init, "curl_easy_init");
  load(api.easy_reset, "curl_easy_reset");
  load(api.set, "curl_easy_setopt");
  load(api.info, "curl_easy_getinfo");
  load(api.error, "curl_easy_strerror");
  load(api.easy_cleanup, "curl_easy_cleanup");
  load(api.append, "curl_slist_append");
  load(api.free_list, "curl_slist_free_all");
  load(api.multi_init, "curl_multi_init");
  load(api.multi_set, "curl_multi_setopt");
  load(api.multi_add, "curl_multi_add_handle");
  load(api.multi_remove, "curl_multi_remove_handle");
  load(api.multi_perform, "curl_multi_perform");
  load(api.multi_poll, "curl_multi_poll");
  load(api.multi_read, "curl_multi_info_read");
  load(api.multi_cleanup, "curl_multi_cleanup");
  if (!complete || api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat(kLibrary, " is unusable; install libcurl4 7.85"));
  }
  return api;
}

// Loaded once by the first client, then constant.
const absl::StatusOr<CurlApi>& Curl() {
  static const absl::StatusOr<CurlApi> api = LoadCurl();
  return api;
}

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// OpenSSL may write to a connection that the server closed: an error for us, not the process' end.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec now{};
    if (sigismember(&before_, SIGPIPE) == 0) sigtimedwait(&pipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
};

HttpFault FaultOf(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return HttpFault::kNoSuchHost;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return HttpFault::kProxy;
    case CURLE_COULDNT_CONNECT:
      return HttpFault::kNoConnection;
    case CURLE_PEER_FAILED_VERIFICATION:
      return HttpFault::kServerCertificate;
    case CURLE_SSL_CERTPROBLEM:
      return HttpFault::kClientCertificate;
    case CURLE_SSL_CACERT_BADFILE:
      return HttpFault::kCertificateAuthority;
    case CURLE_SSL_CONNECT_ERROR:
      return HttpFault::kHandshake;
    case CURLE_OPERATION_TIMEDOUT:
      return HttpFault::kTimeout;
    case CURLE_PARTIAL_FILE:
      return HttpFault::kTruncated;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return HttpFault::kBroken;
    case CURLE_FILESIZE_EXCEEDED:
      return HttpFault::kTooLarge;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return HttpFault::kNotHttp;
    case CURLE_BAD_CONTENT_ENCODING:
      return HttpFault::kCompression;
    case CURLE_NOT_BUILT_IN:
      return HttpFault::kLibrary;
    default:
      return HttpFault::kOther;
  }
}

// One easy handle and what it reads from and writes to; used for one request after the other.
struct Transfer {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  curl_slist* connect_to = nullptr;
  HttpPending pending;
  HttpReply reply;
  std::string token;  // that was sent
  size_t header_bytes = 0;
  uint64_t max_body = 0;
  bool too_large = false;
  char error[CURL_ERROR_SIZE] = {};
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const size_t bytes = size * count;
  if (bytes > transfer.max_body - transfer.reply.body.size()) {
    transfer.too_large = true;
    return 0;
  }
  transfer.reply.body.append(data, bytes);
  return bytes;
}

size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const size_t bytes = size * count;
  transfer.header_bytes += bytes;
  if (transfer.header_bytes > kLongestHeaders) {
    transfer.too_large = true;
    return 0;
  }
  const absl::string_view line(data, bytes);
  HttpReply& reply = transfer.reply;
  if (absl::StartsWith(line, "HTTP/")) reply = HttpReply{};  // behind a 1xx, or a proxy's answer
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return bytes;
  const absl::string_view name = line.substr(0, colon);
  const std::string value(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  if (absl::EqualsIgnoreCase(name, "Content-Type")) reply.content_type = value;
  if (absl::EqualsIgnoreCase(name, "Retry-After")) reply.retry_after = value;
  if (absl::EqualsIgnoreCase(name, "Warning")) reply.warnings.push_back(value);
  return bytes;
}

}  // namespace

class HttpClient::Impl {
 public:
  Impl(const CurlApi& api, std::vector<HttpServer> servers, const HttpLimits& limits);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Run(std::vector<HttpRequest> requests, HttpDone done);

 private:
  void Add(std::vector<HttpRequest> requests);
  void Start(HttpPending pending, HttpDone done);
  void Complete(Transfer& transfer, CURLcode code, HttpDone done);
  void Deliver(const HttpRequest& request, HttpReply reply, HttpDone done);
  bool Prepare(Transfer& transfer, const HttpPeer& server);
  bool SetAddress(Transfer& transfer, const HttpPeer& server);
  bool SetTls(CURL* easy, const HttpPeer& server);
  bool SetPem(CURL* easy, const PemSource& pem, CURLoption blob, CURLoption file);
  bool SetRequest(Transfer& transfer);
  bool SetHeaders(Transfer& transfer, const HttpPeer& server);
  template <typename Value>
  bool Set(CURL* easy, CURLoption option, Value value) {
    return api_.set(easy, option, value) == CURLE_OK;
  }
  bool Append(curl_slist*& list, const std::string& line);
  Transfer& Take();
  void Release(Transfer& transfer);

  const CurlApi& api_;
  const HttpLimits limits_;
  std::vector<HttpPeer> servers_;
  std::optional<HttpQueue> queue_;
  CURLM* multi_ = nullptr;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> free_;
};

HttpClient::Impl::Impl(const CurlApi& api, std::vector<HttpServer> servers,
                       const HttpLimits& limits)
    : api_(api), limits_(limits) {
  std::map<std::string, size_t> queues;
  for (HttpServer& server : servers) {
    HttpPeer& peer = servers_.emplace_back(std::move(server));
    // One that cannot be used fails at its first request, so its queue matters little.
    const std::string url = absl::StrCat(peer.endpoint.Authority(), peer.endpoint.prefix);
    peer.queue = queues.try_emplace(url, queues.size()).first->second;
  }
  queue_.emplace(queues.size(), limits_.in_all, limits_.per_server);
  multi_ = api_.multi_init();
  // A bound only: connections of servers that are done go by CURLOPT_MAXAGE_CONN.
  api_.multi_set(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(limits_.in_all) * 16);
}

HttpClient::Impl::~Impl() {
  for (const auto& transfer : transfers_) api_.easy_cleanup(transfer->easy);
  api_.multi_cleanup(multi_);
}

void HttpClient::Impl::Run(std::vector<HttpRequest> requests, HttpDone done) {
  const WithoutSigpipe without_sigpipe;
  Add(std::move(requests));
  while (!queue_->Finished()) {
    while (std::optional<HttpPending> pending = queue_->Next(NowMs())) {
      Start(*std::move(pending), done);
    }
    int running = 0;
    api_.multi_perform(multi_, &running);
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = api_.multi_read(multi_, &left)) {
      char* user = nullptr;
      api_.info(message->easy_handle, CURLINFO_PRIVATE, &user);
      Complete(*reinterpret_cast<Transfer*>(user), message->data.result, done);
      any = true;
    }
    if (any || queue_->Finished()) continue;
    int64_t wait_ms = 1'000;
    if (const std::optional<int64_t> due = queue_->NextDue()) {
      wait_ms = std::clamp<int64_t>(*due - NowMs(), 0, wait_ms);
    }
    api_.multi_poll(multi_, nullptr, 0, static_cast<int>(wait_ms), nullptr);
  }
}

void HttpClient::Impl::Add(std::vector<HttpRequest> requests) {
  for (HttpRequest& request : requests) {
    const size_t queue = servers_[request.server].queue;
    queue_->Add(queue, HttpPending{.request = std::move(request)});
  }
}

void HttpClient::Impl::Start(HttpPending pending, HttpDone done) {
  HttpPeer& server = servers_[pending.request.server];
  const absl::Status status = server.MayStart(pending.request);
  if (!status.ok()) {
    queue_->Done(server.queue);
    Deliver(pending.request, HttpReply{.transport = status}, done);
    return;
  }
  Transfer& transfer = Take();
  transfer.pending = std::move(pending);
  if (transfer.pending.started_ms < 0) transfer.pending.started_ms = NowMs();
  ++transfer.pending.attempts;
  if (!Prepare(transfer, server) || api_.multi_add(multi_, transfer.easy) != CURLM_OK) {
    Complete(transfer, CURLE_NOT_BUILT_IN, done);
  }
}

void HttpClient::Impl::Complete(Transfer& transfer, CURLcode code, HttpDone done) {
  HttpPeer& server = servers_[transfer.pending.request.server];
  std::optional<HttpFault> fault;
  long number = 0;
  if (code != CURLE_OK) {
    api_.info(transfer.easy, CURLINFO_HTTP_CONNECTCODE, &number);
    fault = transfer.too_large ? HttpFault::kTooLarge
            : number >= 300    ? HttpFault::kProxy
                               : FaultOf(code);
  } else {
    api_.info(transfer.easy, CURLINFO_RESPONSE_CODE, &number);
    transfer.reply.status = static_cast<int>(number);
  }
  const int64_t now_ms = NowMs();
  const std::optional<int64_t> wait_ms = server.WaitBeforeRetry(
      transfer.pending, transfer.reply, fault, transfer.token, now_ms, limits_);
  if (wait_ms) {
    queue_->Retry(server.queue, std::move(transfer.pending), now_ms + *wait_ms);
    queue_->Done(server.queue);
    Release(transfer);
    return;
  }
  HttpReply reply;
  if (fault) {
    curl_off_t sent_after = 0;  // microseconds; 0: nothing could be sent
    api_.info(transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &sent_after);
    const char* detail = transfer.error[0] != 0 ? &transfer.error[0] : api_.error(code);
    reply.transport = server.Failed(*fault, detail, sent_after > 0, transfer.token, limits_);
  } else {
    reply = server.Answered(std::move(transfer.reply), transfer.token, limits_);
  }
  const HttpRequest request = std::move(transfer.pending.request);
  Release(transfer);
  Deliver(request, std::move(reply), done);
  // Only now, so that a server whose answer leads to more requests stays the one worked on.
  queue_->Done(server.queue);
}

void HttpClient::Impl::Deliver(const HttpRequest& request, HttpReply reply, HttpDone done) {
  std::vector<HttpRequest> more;
  done(request, std::move(reply), more);
  Add(std::move(more));
}

bool HttpClient::Impl::Prepare(Transfer& transfer, const HttpPeer& server) {
  CURL* easy = transfer.easy;
  transfer.max_body = limits_.max_body;
  transfer.token = server.token();
  const int64_t left_ms = transfer.pending.started_ms + limits_.deadline_ms - NowMs();
  const int64_t timeout_ms = std::clamp<int64_t>(left_ms, 1, limits_.timeout_ms);
  return Set(easy, CURLOPT_PRIVATE, static_cast<void*>(&transfer)) &&
         Set(easy, CURLOPT_ERRORBUFFER, &transfer.error[0]) && Set(easy, CURLOPT_NOSIGNAL, 1L) &&
         Set(easy, CURLOPT_QUICK_EXIT, 1L) &&  // a resolver that hangs must not hold us up
         // Seconds that a connection may idle. Not left to the bound on their number: 7.88 then
         // keeps an entry of each server, and looks through all of them for each connection.
         Set(easy, CURLOPT_MAXAGE_CONN, 1L) &&
         // Names are kept: it looks through all of them after each request to drop old ones.
         Set(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L) &&
         Set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms)) &&
         Set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits_.max_body)) &&
         Set(easy, CURLOPT_WRITEFUNCTION, &OnBody) &&
         Set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&transfer)) &&
         Set(easy, CURLOPT_HEADERFUNCTION, &OnHeader) &&
         Set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&transfer)) &&
         SetAddress(transfer, server) && SetTls(easy, server) && SetRequest(transfer) &&
         SetHeaders(transfer, server);
}

bool HttpClient::Impl::SetAddress(Transfer& transfer, const HttpPeer& server) {
  CURL* easy = transfer.easy;
  const HttpEndpoint& endpoint = server.endpoint;
  const HttpServer& given = server.given;
  std::string authority = endpoint.Authority();
  bool good = true;
  if (!given.tls_server_name.empty()) {
    // libcurl has no option for the name in TLS: the URL says it, and the connection goes
    // elsewhere.
    const std::string named = absl::StrCat(given.tls_server_name, ":", endpoint.port);
    good = Append(transfer.connect_to, absl::StrCat(named, ":", authority)) &&
           Append(transfer.headers, absl::StrCat("Host: ", authority));
    authority = named;
  }
  const std::string url = absl::StrCat(endpoint.tls ? "https://" : "http://", authority,
                                       endpoint.prefix, transfer.pending.request.path);
  std::string proxy = given.proxy_url;
  // The proxy resolves the name, as client-go has it.
  if (absl::StartsWith(proxy, "socks5://")) proxy.insert(6, "h");
  return good && Set(easy, CURLOPT_URL, url.c_str()) && Set(easy, CURLOPT_PATH_AS_IS, 1L) &&
         Set(easy, CURLOPT_PROTOCOLS_STR, endpoint.tls ? "https" : "http") &&
         Set(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
         Set(easy, CURLOPT_CONNECT_TO, transfer.connect_to) &&
         Set(easy, CURLOPT_PROXY, proxy.c_str()) &&  // "" also switches HTTPS_PROXY off
         Set(easy, CURLOPT_NOPROXY, given.no_proxy.c_str()) &&
         Set(easy, CURLOPT_HTTPPROXYTUNNEL, proxy.empty() ? 0L : 1L);
}

bool HttpClient::Impl::SetTls(CURL* easy, const HttpPeer& server) {
  if (!server.endpoint.tls) {
    return Set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  }
  const HttpServer& given = server.given;
  bool good = Set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
              Set(easy, CURLOPT_SSL_VERIFYPEER, given.insecure ? 0L : 1L) &&
              Set(easy, CURLOPT_SSL_VERIFYHOST, given.insecure ? 0L : 2L) &&
              Set(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L) &&
              Set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS)) &&
              Set(easy, CURLOPT_PIPEWAIT, 1L);  // one connection, if the server speaks HTTP/2
  if (!given.ca.empty()) {
    // Without CAPATH, whose default would let the system's authorities in beside the one given.
    good = good && Set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr)) &&
           SetPem(easy, given.ca, CURLOPT_CAINFO_BLOB, CURLOPT_CAINFO);
  }
  return good && SetPem(easy, given.client_certificate, CURLOPT_SSLCERT_BLOB, CURLOPT_SSLCERT) &&
         SetPem(easy, given.client_key, CURLOPT_SSLKEY_BLOB, CURLOPT_SSLKEY);
}

bool HttpClient::Impl::SetPem(CURL* easy, const PemSource& pem, CURLoption blob, CURLoption file) {
  if (pem.empty()) return true;
  if (pem.data.empty()) return Set(easy, file, pem.file.c_str());
  // Not copied: the servers live as long as the handles.
  curl_blob bytes{const_cast<char*>(pem.data.Reveal().data()), pem.data.Reveal().size(),
                  CURL_BLOB_NOCOPY};
  return Set(easy, blob, &bytes);
}

bool HttpClient::Impl::SetRequest(Transfer& transfer) {
  CURL* easy = transfer.easy;
  const HttpRequest& request = transfer.pending.request;
  if (request.method == HttpMethod::kGet) return Set(easy, CURLOPT_HTTPGET, 1L);
  return Set(easy, CURLOPT_POST, 1L) && Set(easy, CURLOPT_POSTFIELDS, request.body.data()) &&
         Set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
}

bool HttpClient::Impl::SetHeaders(Transfer& transfer, const HttpPeer& server) {
  CURL* easy = transfer.easy;
  const HttpServer& given = server.given;
  const auto add = [&](absl::string_view name, absl::string_view value) {
    return Append(transfer.headers, absl::StrCat(name, ": ", value));
  };
  bool good = add("Accept", transfer.pending.request.accept);
  if (transfer.pending.request.method == HttpMethod::kPost) {
    good = good && add("Content-Type", "application/json") && Append(transfer.headers, "Expect:");
  }
  if (!server.token().empty()) good = good && add("Authorization", "Bearer " + server.token());
  const auto& impersonation = transfer.pending.request.as_other ? given.as_other : given.headers;
  for (const auto& [name, value] : impersonation) good = good && add(name, value);
  if (server.token().empty() && !given.username.empty()) {
    good = good && Set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC)) &&
           Set(easy, CURLOPT_USERNAME, given.username.c_str()) &&
           Set(easy, CURLOPT_PASSWORD, given.password.Reveal().c_str());
  }
  if (!given.disable_compression) good = good && Set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  return good && Set(easy, CURLOPT_USERAGENT, "wecan") &&
         Set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)) &&
         Set(easy, CURLOPT_HTTPHEADER, transfer.headers);
}

bool HttpClient::Impl::Append(curl_slist*& list, const std::string& line) {
  curl_slist* longer = api_.append(list, line.c_str());
  if (longer == nullptr) return false;
  list = longer;
  return true;
}

Transfer& HttpClient::Impl::Take() {
  if (free_.empty()) {
    transfers_.push_back(std::make_unique<Transfer>());
    transfers_.back()->easy = api_.easy_init();
    free_.push_back(transfers_.back().get());
  }
  Transfer& transfer = *free_.back();
  free_.pop_back();
  return transfer;
}

void HttpClient::Impl::Release(Transfer& transfer) {
  CURL* easy = transfer.easy;
  api_.multi_remove(multi_, easy);
  api_.easy_reset(easy);  // connections stay
  api_.free_list(transfer.headers);
  api_.free_list(transfer.connect_to);
  transfer = Transfer{.easy = easy};
  free_.push_back(&transfer);
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

absl::StatusOr<std::unique_ptr<HttpClient>> HttpClient::Create(std::vector<HttpServer> servers,
                                                               const HttpLimits& limits) {
  const absl::StatusOr<CurlApi>& api = Curl();
  if (!api.ok()) return api.status();
  return std::unique_ptr<HttpClient>(
      new HttpClient(std::make_unique<Impl>(*api, std::move(servers), limits)));
}

void HttpClient::Run(std::vector<HttpRequest> requests, HttpDone done) {
  impl_->Run(std::move(requests), done);
}

}  // namespace wecan
