// SPDX-License-Identifier: Apache-2.0
// ParseJson against nlohmann_json: what one of them takes as one value, the other takes too, and
// they read the same. The differences that are meant, and left out here:
//   - ParseJson takes several values, and `---` lines between them;
//   - like Go's encoding/json it reads U+FFFD for invalid UTF-8 and for lone surrogates, both of
//     which nlohmann_json refuses;
//   - it refuses what is nested deeper than its budget, which nlohmann_json takes;
//   - nlohmann_json skips a byte order mark and stops at a NUL byte; readers take the first off and
//     refuse the second before they call ParseJson;
//   - nlohmann_json refuses numbers beyond the range of a double.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include <nlohmann/json.hpp>

#include "analyzer/base/utf8.h"
#include "src/input/document.h"
#include "src/input/parse.h"
#include "tests/fuzz/check.h"

namespace wecan {
namespace {

using nlohmann::json;

constexpr Budgets kBudgets{.depth = 200, .nodes = 100'000};
constexpr int kNumberOutOfRange = 406;  // an id of nlohmann_json

// An escape of a surrogate, lone or not.
bool HasSurrogateEscape(absl::string_view text) {
  return absl::StrContains(text, "\\ud") || absl::StrContains(text, "\\uD");
}

bool Same(const Value& ours, const json& theirs) {
  switch (theirs.type()) {
    case json::value_t::null:
      return ours.IsNull();
    case json::value_t::boolean:
      return ours.IsScalar() && ours.type() == ScalarType::kBool &&
             ours.IsTrue() == theirs.get<bool>();
    case json::value_t::string:
      return ours.AsString() == absl::string_view(theirs.get_ref<const std::string&>());
    case json::value_t::array: {
      size_t i = 0;
      bool same = ours.IsSequence();
      ours.ForEachItem([&](const Value& item) {
        same = same && i < theirs.size() && Same(item, theirs[i]);
        ++i;
      });
      return same && i == theirs.size();
    }
    case json::value_t::object: {
      size_t entries = 0;
      bool same = ours.IsMapping();
      ours.ForEachEntry([&](const Value& key, const Value& value) {
        const auto it = theirs.find(std::string(key.text()));
        same = same && it != theirs.end() && Same(value, *it);
        ++entries;
      });
      return same && entries == theirs.size();
    }
    default:
      return ours.IsScalar() &&
             (ours.type() == ScalarType::kInt || ours.type() == ScalarType::kFloat);
  }
}

void Check(absl::string_view text) {
  json theirs;
  int their_error = 0;
  try {
    theirs = json::parse(text.begin(), text.end());
  } catch (const json::exception& e) {
    their_error = e.id;
  }
  const bool comparable = !absl::StrContains(text, "---") && IsValidUtf8(text) &&
                          !absl::StartsWith(text, "\xef\xbb\xbf") &&
                          !absl::StrContains(text, '\0') && their_error != kNumberOutOfRange;
  const bool they_take = their_error == 0;

  Document document(kBudgets);
  int values = 0;
  bool same = true;
  const auto error = ParseJson(text, document, [&](const Document& d) {
    ++values;
    if (they_take) same = same && Same(d.root(), theirs);
  });
  if (!comparable || (error && error->budget)) return;
  if (they_take) {
    FUZZ_CHECK(!error);
    FUZZ_CHECK(values == 1);
    FUZZ_CHECK(same);
  } else if (!HasSurrogateEscape(text)) {
    FUZZ_CHECK(error || values != 1);
  }
}

}  // namespace
}  // namespace wecan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  wecan::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
