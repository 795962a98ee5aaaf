// SPDX-License-Identifier: Apache-2.0
// Matchers for absl::Status and absl::StatusOr, which Debian 12's Abseil lacks.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wecan {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status) {
  return status.status();
}

// EXPECT_THAT(status_or_status_or, IsOk());
MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// EXPECT_THAT(result, StatusIs(absl::StatusCode::kNotFound, HasSubstr("x.yaml")));
MATCHER_P2(StatusIs, code, message,
           "has code " + absl::StatusCodeToString(code) + " and a message that " +
               testing::DescribeMatcher<std::string>(message, negation)) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code &&
         testing::Matches(testing::Matcher<std::string>(message))(std::string(status.message()));
}

// The value of `expression`, a StatusOr, in `lhs`; the test ends when it is an error.
#define ASSERT_OK_AND_ASSIGN(lhs, expression) \
  ASSERT_OK_AND_ASSIGN_IMPL(WECAN_TEST_CONCAT(status_or_, __LINE__), lhs, expression)
#define WECAN_TEST_CONCAT_INNER(a, b) a##b
#define WECAN_TEST_CONCAT(a, b) WECAN_TEST_CONCAT_INNER(a, b)
#define ASSERT_OK_AND_ASSIGN_IMPL(variable, lhs, expression) \
  auto variable = (expression);                              \
  ASSERT_TRUE(variable.ok()) << variable.status();           \
  lhs = *std::move(variable)

}  // namespace wecan
