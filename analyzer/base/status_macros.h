// SPDX-License-Identifier: Apache-2.0
// Debian 12's Abseil has no status_macros.h yet; these two are all we need of it.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// NOLINTBEGIN(bugprone-macro-parentheses): `lhs` may be a declaration.
#define WECAN_RETURN_IF_ERROR(expr)                                   \
  do {                                                                \
    if (absl::Status status_ = (expr); !status_.ok()) return status_; \
  } while (false)

#define WECAN_STATUS_CONCAT_INNER(a, b) a##b
#define WECAN_STATUS_CONCAT(a, b) WECAN_STATUS_CONCAT_INNER(a, b)
#define WECAN_ASSIGN_OR_RETURN(lhs, expr) \
  WECAN_ASSIGN_OR_RETURN_IMPL(WECAN_STATUS_CONCAT(status_or_, __LINE__), lhs, expr)
#define WECAN_ASSIGN_OR_RETURN_IMPL(var, lhs, expr) \
  auto var = (expr);                                \
  if (!var.ok()) return std::move(var).status();    \
  lhs = *std::move(var)
// NOLINTEND(bugprone-macro-parentheses)
