// SPDX-License-Identifier: Apache-2.0
#include "src/cli/can_i_matrix.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

#include "src/output/style.h"

namespace wecan {
namespace {

using RowKey = std::tuple<std::string, std::string, std::string>;
using VerbStates = std::array<std::optional<LiveState>, kAgentVerbs>;

constexpr char kNoSuchResource[] = "no such resource";

// Whether the answer is one verb of a row; those about RBAC objects are lines of their own.
std::optional<AgentVerb> VerbOf(const ReviewAnswer& answer) {
  if (!answer.subject.empty() || !answer.request.resource_request) return std::nullopt;
  return ParseAgentVerb(answer.request.verb);
}

RowKey KeyOf(const RequestAttributes& r) {
  // The request for one Namespace carries its name as namespace, and stands in the cluster's row.
  const bool own = r.api_group.empty() && r.resource == "namespaces" && r.namespace_ == r.name;
  return {r.api_group, r.resource, own ? "" : r.namespace_};
}

// The worst of two answers to one verb of a row, which stands for several objects.
LiveState Worse(LiveState a, LiveState b) {
  const auto rank = [](LiveState s) {
    static constexpr LiveState kFromBest[] = {LiveState::kYes, LiveState::kNotApplicable,
                                              LiveState::kError, LiveState::kNo,
                                              LiveState::kDenied};
    return std::find(std::begin(kFromBest), std::end(kFromBest), s) - std::begin(kFromBest);
  };
  return rank(a) < rank(b) ? b : a;
}

std::map<RowKey, VerbStates> StatesOf(const AnswerList& answers) {
  std::map<RowKey, VerbStates> states;
  for (const ReviewAnswer& a : answers) {
    const std::optional<AgentVerb> verb = VerbOf(a);
    if (!verb) continue;
    std::optional<LiveState>& state = states[KeyOf(a.request)][static_cast<size_t>(*verb)];
    state = state ? Worse(*state, a.state) : a.state;
  }
  return states;
}

char Letter(AgentVerb verb, LiveState state) {
  switch (state) {
    case LiveState::kYes:
      return VerbName(verb)[0];
    case LiveState::kDenied:
      return '!';
    case LiveState::kError:
      return '?';
    case LiveState::kNo:
    case LiveState::kNotApplicable:
      break;
  }
  return '-';
}

std::string CellOf(const VerbStates& states) {
  std::string cell;
  for (const AgentVerb v : kVerbOrder) {
    const std::optional<LiveState> state = states[static_cast<size_t>(v)];
    if (state == LiveState::kNotApplicable) return kNoSuchResource;
    if (state) cell += Letter(v, *state);
  }
  return cell;
}

}  // namespace

std::vector<MatrixRow> MatrixRows(const AnswerList& answers) {
  std::vector<MatrixRow> rows;
  for (const auto& [key, states] : StatesOf(answers)) {
    MatrixRow row;
    std::tie(row.group, row.resource, row.namespace_) = key;
    for (const AgentVerb v : kVerbOrder) {
      const std::optional<LiveState> state = states[static_cast<size_t>(v)];
      if (state) row.needed.Add(v);
      if (state && *state != LiveState::kYes) row.missing.Add(v);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Matrix MakeMatrix(const CanIReport& report) {
  std::map<RowKey, MatrixRow> rows;
  for (const ClusterAnswers& cluster : report.clusters) {
    for (MatrixRow& row : MatrixRows(cluster.answers)) {
      MatrixRow& all = rows[{row.group, row.resource, row.namespace_}];
      row.needed |= all.needed;
      row.missing |= all.missing;
      all = std::move(row);
    }
  }
  Matrix matrix;
  for (auto& [key, row] : rows) matrix.rows.push_back(row);
  std::map<std::pair<std::string, std::vector<std::string>>, size_t> columns;
  for (const ClusterAnswers& cluster : report.clusters) {
    if (cluster.answers.empty() && !cluster.error.empty()) continue;
    const std::map<RowKey, VerbStates> states = StatesOf(cluster.answers);
    std::vector<std::string> cells;
    for (const auto& [key, row] : rows) {
      const auto it = states.find(key);
      cells.push_back(it == states.end() ? "" : CellOf(it->second));
    }
    const auto [it, fresh] = columns.try_emplace({cluster.method, cells}, matrix.columns.size());
    if (fresh) matrix.columns.push_back({.cells = std::move(cells)});
    matrix.columns[it->second].clusters.push_back(&cluster);
  }
  return matrix;
}

std::string MatrixLegend(bool live) {
  return absl::StrCat("g get  c create  u update  p patch  d delete  l list  w watch  - ",
                      live ? "no  ! denied  ? not known" : "denied");
}

std::string ColumnTitle(const MatrixColumn& column) {
  const ClusterAnswers& first = *column.clusters[0];
  if (first.context.empty()) return "VERBS";
  return absl::StrCat(
      Printable(first.context),
      column.clusters.size() > 1 ? absl::StrCat(" +", column.clusters.size() - 1) : "",
      first.method.empty() ? "" : absl::StrCat(" (", Printable(first.method), ")"));
}

}  // namespace wecan
