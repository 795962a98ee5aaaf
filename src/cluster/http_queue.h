// SPDX-License-Identifier: Apache-2.0
// Which request goes next. Knows neither sockets nor a clock: times come from the caller, in
// milliseconds from any start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "src/cluster/http.h"

namespace wecan {

struct HttpPending {
  HttpRequest request;
  int attempts = 0;         // that were made
  int64_t started_ms = -1;  // of the first attempt; -1: none yet
  bool new_token = false;   // the token was asked for again after a 401
};

// Spreads over servers: up to `in_all` of them are worked on at a time, each with one request in
// flight while others wait, so that most need one connection and one handshake, and a slow server
// holds up little. Servers come in the order of their first request, requests of a server in
// theirs. One thread.
class HttpQueue {
 public:
  HttpQueue(size_t servers, int in_all, int per_server);

  // To the end of the server's requests; `server` is the caller's number, below `servers`.
  void Add(size_t server, HttpPending pending);
  // To the front of them, and none of that server starts before `until_ms`.
  void Retry(size_t server, HttpPending pending, int64_t until_ms);
  // A request that may start now and counts as in flight until Done(server).
  std::optional<HttpPending> Next(int64_t now_ms);
  void Done(size_t server);

  // No request waits, and none is in flight.
  bool Finished() const { return waiting_requests_ == 0 && in_flight_ == 0; }
  int in_flight() const { return in_flight_; }
  // When the first paused server may go on.
  std::optional<int64_t> NextDue() const;

 private:
  // idle: nothing to do. waiting: in `waiting_`. active: in `active_`. paused: in `paused_`.
  enum class State { kIdle, kWaiting, kActive, kPaused };
  struct Server {
    std::deque<HttpPending> requests;
    int in_flight = 0;
    State state = State::kIdle;
    int64_t until_ms = 0;
  };

  void Wake(int64_t now_ms);
  std::optional<size_t> Pick();

  const int in_all_;
  const int per_server_;
  int in_flight_ = 0;
  size_t waiting_requests_ = 0;
  std::vector<Server> servers_;
  std::vector<size_t> active_;
  std::deque<size_t> waiting_;
  std::set<std::pair<int64_t, size_t>> paused_;
};

}  // namespace wecan
