// SPDX-License-Identifier: Apache-2.0
// Servers in a process of their own, so that processor time and memory are the client's.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/testing/http_server.h"

namespace wecan {

// A child process with `ports` listening ports, until this goes. To be made before any thread.
class ServerProcess {
 public:
  ServerProcess(size_t ports, const TestHttpServer::Handler& handler) {
    int to_us[2];
    int to_it[2];
    if (pipe(to_us) != 0 || pipe(to_it) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      close(to_it[1]);
      Serve(ports, handler, to_us[1], to_it[0]);
    }
    close(to_us[1]);
    close(to_it[0]);
    open_ = to_it[1];
    std::string text;
    char buffer[4096];
    ssize_t got = 0;
    while (text.find("\n\n") == std::string::npos &&
           (got = read(to_us[0], buffer, sizeof(buffer))) > 0) {
      text.append(buffer, got);
    }
    close(to_us[0]);
    for (size_t at = 0; text[at] != '\n'; at = text.find('\n', at) + 1) {
      urls_.push_back(text.substr(at, text.find('\n', at) - at));
    }
  }
  ~ServerProcess() {
    close(open_);
    waitpid(child_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::vector<std::string>& urls() const { return urls_; }

 private:
  [[noreturn]] static void Serve(size_t ports, const TestHttpServer::Handler& handler, int out,
                                 int until_closed) {
    TestHttpServer server(handler, ports);
    server.KeepNoRequests();
    std::string text;
    for (size_t i = 0; i < ports; ++i) absl::StrAppend(&text, server.Url(i), "\n");
    text += "\n";
    char byte = 0;
    if (write(out, text.data(), text.size()) > 0 && read(until_closed, &byte, 1) == 0) _exit(0);
    _exit(1);
  }

  pid_t child_ = -1;
  int open_ = -1;
  std::vector<std::string> urls_;
};

}  // namespace wecan
