// SPDX-License-Identifier: Apache-2.0
// Answers as a table: a row for each resource and namespace, a column for the clusters that answer
// alike.
#pragma once

#include <string>
#include <vector>

#include "src/cli/can_i_report.h"

namespace wecan {

struct MatrixColumn {
  std::vector<const ClusterAnswers*> clusters;  // in the order of the report, not empty
  std::vector<std::string> cells;               // parallel to the rows; "" where nothing was asked
};

struct Matrix {
  std::vector<MatrixRow> rows;  // sorted; `missing`: anywhere
  std::vector<MatrixColumn> columns;
};

// A letter for each verb that is needed, as MatrixLegend() says.
Matrix MakeMatrix(const CanIReport& report);

// "g get  c create ...  - denied".
std::string MatrixLegend(bool live);

// "wec1 +12 (impersonate)"; offline "VERBS".
std::string ColumnTitle(const MatrixColumn& column);

}  // namespace wecan
