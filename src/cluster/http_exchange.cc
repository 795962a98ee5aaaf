// SPDX-License-Identifier: Apache-2.0
#include "src/cluster/http_exchange.h"

namespace wecan {

void HttpExchange::Send(HttpRequest request, Then then) {
  request.id = ++last_id_;
  waiting_[request.id] = std::move(then);
  to_send_.push_back(std::move(request));
}

void HttpExchange::Run() {
  std::vector<HttpRequest> first;
  first.swap(to_send_);
  client_.Run(std::move(first),
              [this](const HttpRequest& request, HttpReply reply, std::vector<HttpRequest>& more) {
                const auto it = waiting_.find(request.id);
                const Then then = std::move(it->second);
                waiting_.erase(it);
                then(std::move(reply));
                more.swap(to_send_);
              });
}

}  // namespace wecan
