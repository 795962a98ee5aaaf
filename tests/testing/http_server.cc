// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace wecan {
namespace {

constexpr int kTrickleMs = 5;

using Clock = std::chrono::steady_clock;

// A socket that listens on a free loopback port, and that port.
std::pair<int, int> Listen() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, 128) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    close(fd);
    return {-1, 0};
  }
  return {fd, ntohs(address.sin_port)};
}

std::string UrlOfPort(int port) { return absl::StrCat("http://127.0.0.1:", port); }

// Takes the first complete request off `in`; false if there is none yet.
bool TakeRequest(std::string& in, TestHttpRequest& request) {
  const size_t end = in.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const absl::string_view head = absl::string_view(in).substr(0, end);
  size_t length = 0;
  bool first = true;
  for (absl::string_view line : absl::StrSplit(head, "\r\n")) {
    if (first) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      if (words.size() == 3) {
        request.method = words[0];
        request.target = words[1];
      }
      first = false;
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    const std::string name = absl::AsciiStrToLower(field.first);
    const absl::string_view value = absl::StripAsciiWhitespace(field.second);
    if (name == "content-length" && !absl::SimpleAtoi(value, &length)) length = 0;
    request.headers.emplace(name, value);
  }
  if (in.size() < end + 4 + length) return false;
  request.body = in.substr(end + 4, length);
  in.erase(0, end + 4 + length);
  return true;
}

std::string Serialized(const TestHttpReply& reply) {
  if (reply.misbehaviour == Misbehaviour::kRaw) return reply.body;
  std::string text = absl::StrCat("HTTP/1.1 ", reply.status, " Some Reason\r\n");
  for (const auto& [name, value] : reply.headers) absl::StrAppend(&text, name, ": ", value, "\r\n");
  absl::StrAppend(&text, "Content-Length: ", reply.body.size(), "\r\n\r\n");
  const bool half = reply.misbehaviour == Misbehaviour::kTruncate;
  return absl::StrCat(text, reply.body.substr(0, half ? reply.body.size() / 2 : reply.body.npos));
}

}  // namespace

std::string TestHttpRequest::Header(const std::string& name) const {
  std::string all;
  const auto [begin, end] = headers.equal_range(name);
  for (auto it = begin; it != end; ++it) {
    absl::StrAppend(&all, all.empty() ? "" : ", ", it->second);
  }
  return all;
}

class TestHttpServer::Loop {
 public:
  Loop(Handler handler, size_t listeners)
      : handler_(std::move(handler)), busy_(listeners, 0), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    stop_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    Watch(stop_, EPOLLIN);
    for (size_t i = 0; i < listeners; ++i) {
      const auto [fd, port] = Listen();
      if (fd < 0) break;
      listeners_[fd] = i;
      ports_.push_back(port);
      Watch(fd, EPOLLIN);
    }
    thread_ = std::thread([this] { Serve(); });
  }

  ~Loop() {
    const uint64_t one = 1;
    if (write(stop_, &one, sizeof(one)) != sizeof(one)) std::terminate();
    thread_.join();
    for (const auto& [fd, connection] : connections_) close(fd);
    for (const auto& [fd, index] : listeners_) close(fd);
    close(stop_);
    close(epoll_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  const std::vector<int>& ports() const { return ports_; }

  TestHttpStatistics statistics() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return statistics_;
  }
  std::vector<TestHttpRequest> requests() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }
  void KeepNoRequests() {
    const std::lock_guard<std::mutex> lock(mutex_);
    keep_ = false;
  }

 private:
  struct Connection {
    size_t listener = 0;
    uint64_t id = 0;  // descriptors are used again
    bool answering = false;
    bool close_after = false;
    bool trickle = false;
    std::string in;
    std::string out;
  };
  struct Timer {
    int fd;
    uint64_t id;
    TestHttpReply reply;  // to start, unless bytes of one are on their way
  };

  void Watch(int fd, uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void Serve() {
    std::vector<epoll_event> events(256);
    while (true) {
      int wait_ms = -1;
      if (!timers_.empty()) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - Clock::now());
        wait_ms = std::max<int>(0, static_cast<int>(left.count()));
      }
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
      for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        if (fd == stop_) return;
        if (const auto it = listeners_.find(fd); it != listeners_.end()) {
          Accept(fd, it->second);
        } else {
          OnConnection(fd, events[i].events);
        }
      }
      while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
        const Timer timer = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        OnTimer(timer);
      }
    }
  }

  void Accept(int listener, size_t index) {
    while (true) {
      const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      connections_[fd] = Connection{.listener = index, .id = ++last_id_};
      Watch(fd, EPOLLIN | EPOLLOUT | EPOLLET);
      const std::lock_guard<std::mutex> lock(mutex_);
      ++statistics_.connections;
    }
  }

  void OnConnection(int fd, uint32_t events) {
    const auto it = connections_.find(fd);
    if (it == connections_.end()) return;
    if ((events & EPOLLIN) != 0) {
      char buffer[16384];
      ssize_t got = 0;
      while ((got = read(fd, buffer, sizeof(buffer))) > 0) it->second.in.append(buffer, got);
      if (got == 0 || errno != EAGAIN) return Close(fd);
    }
    if ((events & EPOLLOUT) != 0 && !it->second.trickle && !it->second.out.empty()) Flush(fd);
    Next(fd);
  }

  // Begins with the next request of the connection, if it is there and none is being answered.
  void Next(int fd) {
    const auto it = connections_.find(fd);
    if (it == connections_.end() || it->second.answering) return;
    TestHttpRequest request{.listener = it->second.listener};
    if (!TakeRequest(it->second.in, request)) return;
    it->second.answering = true;
    const uint64_t id = it->second.id;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      request.number = ++statistics_.requests;
      statistics_.most_in_all = std::max(statistics_.most_in_all, ++busy_in_all_);
      statistics_.most_per_listener =
          std::max(statistics_.most_per_listener, ++busy_[request.listener]);
      if (keep_) requests_.push_back(request);
    }
    TestHttpReply reply = handler_(request);
    if (reply.delay_ms > 0) {
      const auto due = Clock::now() + std::chrono::milliseconds(reply.delay_ms);
      timers_.emplace(due, Timer{fd, id, std::move(reply)});
    } else {
      Answer(fd, reply);
    }
  }

  void Answer(int fd, const TestHttpReply& reply) {
    Connection& connection = connections_[fd];
    switch (reply.misbehaviour) {
      case Misbehaviour::kHang:
        return;
      case Misbehaviour::kReset: {
        const linger hard{.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
        return Close(fd);
      }
      case Misbehaviour::kClose:
        return Close(fd);
      case Misbehaviour::kTruncate:
      case Misbehaviour::kRaw:
        connection.close_after = true;
        break;
      case Misbehaviour::kTrickle:
        connection.trickle = true;
        break;
      case Misbehaviour::kNone:
        break;
    }
    connection.out = Serialized(reply);
    Flush(fd);
  }

  void OnTimer(const Timer& timer) {
    const auto it = connections_.find(timer.fd);
    if (it == connections_.end() || it->second.id != timer.id) return;
    if (it->second.trickle) {
      Flush(timer.fd);
    } else {
      Answer(timer.fd, timer.reply);
    }
  }

  // Sends what the socket takes, a byte when it trickles.
  void Flush(int fd) {
    Connection& connection = connections_[fd];
    const size_t bytes = connection.trickle ? 1 : connection.out.size();
    const ssize_t sent = send(fd, connection.out.data(), bytes, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) Close(fd);
      return;
    }
    connection.out.erase(0, sent);
    if (connection.out.empty()) {
      if (connection.close_after) return Close(fd);
      Finish(connection);
      return Next(fd);
    }
    if (connection.trickle) {
      timers_.emplace(Clock::now() + std::chrono::milliseconds(kTrickleMs),
                      Timer{fd, connection.id, {}});
    }
  }

  void Finish(Connection& connection) {
    if (!connection.answering) return;
    connection.answering = false;
    connection.trickle = false;
    const std::lock_guard<std::mutex> lock(mutex_);
    --busy_in_all_;
    --busy_[connection.listener];
  }

  void Close(int fd) {
    Finish(connections_[fd]);
    connections_.erase(fd);
    close(fd);
  }

  const Handler handler_;
  mutable std::mutex mutex_;  // guards what follows
  TestHttpStatistics statistics_;
  std::vector<TestHttpRequest> requests_;
  bool keep_ = true;
  int busy_in_all_ = 0;
  std::vector<int> busy_;
  // Of the thread alone.
  std::map<int, size_t> listeners_;
  std::map<int, Connection> connections_;
  std::multimap<Clock::time_point, Timer> timers_;
  uint64_t last_id_ = 0;
  int epoll_;
  int stop_ = -1;
  std::vector<int> ports_;
  std::thread thread_;
};

TestHttpServer::TestHttpServer(Handler handler, size_t listeners)
    : loop_(std::make_unique<Loop>(std::move(handler), listeners)) {}
TestHttpServer::~TestHttpServer() = default;

std::string TestHttpServer::Url(size_t listener) const {
  return UrlOfPort(loop_->ports().at(listener));
}

std::string TestHttpServer::DeadUrl() {
  const auto [fd, port] = Listen();
  close(fd);
  return UrlOfPort(port);
}

TestHttpStatistics TestHttpServer::statistics() const { return loop_->statistics(); }
std::vector<TestHttpRequest> TestHttpServer::requests() const { return loop_->requests(); }
void TestHttpServer::KeepNoRequests() { loop_->KeepNoRequests(); }

}  // namespace wecan
