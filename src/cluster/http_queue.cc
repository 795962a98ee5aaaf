// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/http_queue.h"

#include <algorithm>
#include <utility>

namespace wecan {

HttpQueue::HttpQueue(size_t servers, int in_all, int per_server)
    : in_all_(in_all), per_server_(per_server), servers_(servers) {}

void HttpQueue::Add(size_t server, HttpPending pending) {
  Server& entry = servers_[server];
  entry.requests.push_back(std::move(pending));
  ++waiting_requests_;
  if (entry.state != State::kIdle) return;
  entry.state = State::kWaiting;
  waiting_.push_back(server);
}

void HttpQueue::Retry(size_t server, HttpPending pending, int64_t until_ms) {
  Server& entry = servers_[server];
  entry.requests.push_front(std::move(pending));
  ++waiting_requests_;
  switch (entry.state) {
    case State::kPaused:
      paused_.erase({entry.until_ms, server});
      until_ms = std::max(until_ms, entry.until_ms);
      break;
    case State::kActive:
      active_.erase(std::find(active_.begin(), active_.end(), server));
      break;
    case State::kWaiting:
      waiting_.erase(std::find(waiting_.begin(), waiting_.end(), server));
      break;
    case State::kIdle:
      break;
  }
  entry.state = State::kPaused;
  entry.until_ms = until_ms;
  paused_.emplace(until_ms, server);
}

std::optional<HttpPending> HttpQueue::Next(int64_t now_ms) {
  if (in_flight_ >= in_all_) return std::nullopt;
  Wake(now_ms);
  const std::optional<size_t> server = Pick();
  if (!server) return std::nullopt;
  Server& entry = servers_[*server];
  HttpPending pending = std::move(entry.requests.front());
  entry.requests.pop_front();
  --waiting_requests_;
  ++entry.in_flight;
  ++in_flight_;
  return pending;
}

void HttpQueue::Done(size_t server) {
  Server& entry = servers_[server];
  --entry.in_flight;
  --in_flight_;
  if (entry.state != State::kActive || entry.in_flight > 0 || !entry.requests.empty()) return;
  active_.erase(std::find(active_.begin(), active_.end(), server));
  entry.state = State::kIdle;
}

std::optional<int64_t> HttpQueue::NextDue() const {
  if (paused_.empty()) return std::nullopt;
  return paused_.begin()->first;
}

// Paused servers whose time has come go before those that were never asked.
void HttpQueue::Wake(int64_t now_ms) {
  while (!paused_.empty() && paused_.begin()->first <= now_ms) {
    const size_t server = paused_.begin()->second;
    paused_.erase(paused_.begin());
    servers_[server].state = State::kWaiting;
    waiting_.push_front(server);
  }
}

// The active server with the fewest in flight; before a second request to one, another server.
std::optional<size_t> HttpQueue::Pick() {
  std::optional<size_t> best;
  for (const size_t server : active_) {
    const Server& entry = servers_[server];
    if (entry.requests.empty() || entry.in_flight >= per_server_) continue;
    if (!best || entry.in_flight < servers_[*best].in_flight) best = server;
  }
  if (best && servers_[*best].in_flight == 0) return best;
  while (!waiting_.empty() && active_.size() < static_cast<size_t>(in_all_)) {
    const size_t server = waiting_.front();
    Server& entry = servers_[server];
    waiting_.pop_front();
    entry.state = State::kActive;
    active_.push_back(server);
    if (entry.in_flight < per_server_) return server;
  }
  return best;
}

}  // namespace wecan
