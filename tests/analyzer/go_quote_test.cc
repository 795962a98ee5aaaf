// SPDX-License-Identifier: Apache-2.0
#include "analyzer/base/go_quote.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wecan {
namespace {

using namespace std::string_literals;  // NOLINT: for text with NUL

struct QuoteCase {
  std::string text, quoted;
};

TEST(GoQuote, PrintsAsPercentQ) {
  const std::vector<QuoteCase> cases = {
      {"", R"("")"},
      {"admin", R"("admin")"},
      {"a \"b\" \\c", R"("a \"b\" \\c")"},
      {"it's", R"("it's")"},
      {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
      {"\0"s, R"("\x00")"},
      {"\x1b[0m", R"("\x1b[0m")"},
      {"\x7f", R"("\x7f")"},
      {"käse", "\"käse\""},
      {"日本", "\"日本\""},
      {"😀", "\"😀\""},
      {"\u00a0", R"("\u00a0")"},                      // no-break space
      {"\u00ad", R"("\u00ad")"},                      // soft hyphen
      {"a\u200bb", R"("a\u200bb")"},                  // zero-width space
      {"\u2028", R"("\u2028")"},                      // line separator
      {"\ufeff", R"("\ufeff")"},                      // byte order mark
      {"\ue000", R"("\ue000")"},                      // private use
      {"\U000e0001", R"("\U000e0001")"},              // a tag character
      {"\U0010ffff", R"("\U0010ffff")"},              // no character at all
      {"\ufffd", "\"\ufffd\""},                       // the replacement character itself prints
      {"\xff", R"("\xff")"},                          // never valid
      {"\xc3", R"("\xc3")"},                          // cut off
      {"\xc0\x80", R"("\xc0\x80")"},                  // overlong
      {"\xed\xa0\x80", R"("\xed\xa0\x80")"},          // a surrogate
      {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},  // beyond Unicode
      {"x\xe2\x82", R"("x\xe2\x82")"},
  };
  for (const QuoteCase& c : cases) EXPECT_EQ(GoQuote(c.text), c.quoted);
}

TEST(GoQuote, Lists) {
  EXPECT_EQ(GoQuoteList({}), "[]");
  EXPECT_EQ(GoQuoteList({""}), R"([""])");
  EXPECT_EQ(GoQuoteList({"a", "b\"c"}), R"(["a" "b\"c"])");
}

}  // namespace
}  // namespace wecan
