// SPDX-License-Identifier: Apache-2.0
#include "src/output/xml.h"

#include "gtest/gtest.h"

namespace wecan {
namespace {

TEST(Xml, EscapesMarkup) {
  EXPECT_EQ(XmlText("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&apos;");
  EXPECT_EQ(XmlText("]]>"), "]]&gt;");
  EXPECT_EQ(XmlText("&amp;"), "&amp;amp;");
}

TEST(Xml, ReplacesWhatXmlDoesNotKnow) {
  EXPECT_EQ(XmlText(std::string("a\0b", 3)),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(XmlText("\x1b[2J"), "\xef\xbf\xbd[2J");
  EXPECT_EQ(XmlText("\xef\xbf\xbe"), "\xef\xbf\xbd");                          // U+FFFE
  EXPECT_EQ(XmlText("\xff"), "\xef\xbf\xbd");                                  // no UTF-8
  EXPECT_EQ(XmlText("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // a surrogate
  EXPECT_EQ(XmlText("\xf0\x9f\x98\x80 \xc3\xa4"), "\xf0\x9f\x98\x80 \xc3\xa4");
}

TEST(Xml, AttributesKeepLineBreaks) {
  EXPECT_EQ(XmlText("a\tb\nc\r"), "a\tb\nc&#13;");
  EXPECT_EQ(XmlAttribute("a\tb\nc\r"), "a&#9;b&#10;c&#13;");
}

}  // namespace
}  // namespace wecan
