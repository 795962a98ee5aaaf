// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "src/diagnose/read_objects.h"
#include "src/diagnose/unescape.h"

namespace wecan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Recognizer& TheRecognizer() {
  static const Recognizer& recognizer = *new Recognizer();
  return recognizer;
}

DenialSet Read(absl::string_view text) {
  DenialSet denials;
  ReadDenials(text, "stdin", Budgets(), TheRecognizer(), denials);
  return denials;
}

std::string Refusal(const std::string& name) {
  return absl::StrCat(
      "storageclasses.storage.k8s.io \"", name, "\" is forbidden: User \"u\" cannot ",
      "get resource \"storageclasses\" in API group \"storage.k8s.io\" at the ", "cluster scope");
}

std::vector<std::string> Names(const DenialSet& denials) {
  std::vector<std::string> names;
  for (const Denial& d : denials.denials()) names.push_back(d.name);
  return names;
}

std::vector<uint32_t> Lines(const Denial& denial) {
  std::vector<uint32_t> lines;
  for (const Sighting& s : denial.seen) lines.push_back(s.line);
  return lines;
}

TEST(ReadTextTest, KnowsTheLineOfEach) {
  const DenialSet denials = Read(
      absl::StrCat("first\n", Refusal("a"), "\n", Refusal("b"), "\nother\n", Refusal("a"), "\n"));
  EXPECT_THAT(Names(denials), ElementsAre("a", "b"));
  EXPECT_THAT(Lines(denials.denials()[0]), ElementsAre(2, 5));
  EXPECT_THAT(Lines(denials.denials()[1]), ElementsAre(3));
  EXPECT_EQ(denials.denials()[0].times, 2);
}

// What a log puts around a message does not make another one of it.
TEST(ReadTextTest, MergesLinesThatDifferInTimeAlone) {
  std::string log;
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&log, "E1120 10:00:", i % 60, ".00000", i % 10,
                    "       1 base_controller.go:268] \"C\" controller failed to sync \"w", i,
                    "\", err: failed: ", Refusal("a"), "\n");
  }
  const DenialSet denials = Read(log);
  ASSERT_THAT(denials.denials(), SizeIs(1));
  EXPECT_EQ(denials.denials()[0].times, 100);
  EXPECT_THAT(denials.denials()[0].seen, SizeIs(kSightings));
}

// The end of a line counts, too: another reason, another refusal.
TEST(ReadTextTest, ReadsAllOfALineEachTime) {
  const DenialSet denials = Read(absl::StrCat(
      Refusal("a"), ", ", Refusal("b"), "\n", Refusal("a"), ", ", Refusal("c"), "\n", Refusal("a"),
      ": RBAC: clusterrole.rbac.authorization.k8s.io \"x\" not found\n"));
  EXPECT_THAT(Names(denials), ElementsAre("a", "b", "c"));
}

TEST(ReadTextTest, PutsFoldedLinesTogether) {
  const DenialSet denials = Read(
      "    message: 'Failed to apply manifest: storageclasses.storage.k8s.io \"fast\" is\n"
      "      forbidden: User \"u\" cannot get\n"
      "      resource \"storageclasses\" in API group \"storage.k8s.io\" at the cluster\n"
      "      scope'\n    reason: AppliedManifestFailed\n");
  EXPECT_THAT(Names(denials), ElementsAre("fast"));
  EXPECT_EQ(denials.cut_times(), 0);
}

TEST(ReadTextTest, PutsWrappedLinesTogetherOutsideOfQuotes) {
  const DenialSet denials = Read(
      "storageclasses.storage.k8s.io \"fast\" is for\nbidden: User \"u\" can\nnot get resource "
      "\"storageclasses\" in API group\n \"storage.k8s.io\" at the cluster scope\n");
  EXPECT_THAT(Names(denials), ElementsAre("fast"));
}

TEST(ReadTextTest, RefusesLinesThatAreCutInsideOfQuotes) {
  for (const char* text :
       {"storageclasses.storage.k8s.io \"fa\nst\" is forbidden: User \"u\" cannot get resource "
        "\"storageclasses\" in API group \"storage.k8s.io\" at the cluster scope",
        "storageclasses.storage.k8s.io \"fast\" is forbidden: User \"u\nu\" cannot get resource "
        "\"storageclasses\" in API group \"storage.k8s.io\" at the cluster scope",
        "storageclasses.storage.k8s.io \"fast\" is forbidden: User \"u\" cannot get resource "
        "\"storage\nclasses\" in API group \"storage.k8s.io\" at the cluster scope"}) {
    SCOPED_TRACE(text);
    const DenialSet denials = Read(text);
    EXPECT_THAT(denials.denials(), IsEmpty());
    EXPECT_GT(denials.cut_times(), 0);
  }
}

TEST(ReadTextTest, AppendsTheRulesOfAnEscalation) {
  const DenialSet denials = Read(
      "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"u\" (groups=[\"g\"]) is "
      "attempting "
      "to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], "
      "Verbs:[\"get\"]}\n{NonResourceURLs:[\"/x\"], Verbs:[\"get\"]}\nnext\n");
  ASSERT_THAT(denials.denials(), SizeIs(1));
  EXPECT_THAT(denials.denials()[0].rules, SizeIs(2));
}

// A message goes no further than its lines, and a cut one does not take the next one along.
TEST(ReadTextTest, KeepsMessagesApart) {
  const DenialSet denials = Read(absl::StrCat(
      "pods \"x\" is forbidden: User \"u\" cannot get resource \"po\n", Refusal("a"), "\n"));
  EXPECT_THAT(Names(denials), ElementsAre("a"));
  EXPECT_EQ(denials.cut_times(), 1);
}

TEST(ReadTextTest, ReadsLinesOfAnyLength) {
  const std::string filler(300'000, 'x');
  const DenialSet denials =
      Read(absl::StrCat(filler, " ", Refusal("a"), " ", filler, " ", Refusal("b"), " ", filler));
  EXPECT_THAT(Names(denials), ElementsAre("a", "b"));
}

TEST(ReadTextTest, StandsNoise) {
  std::string noise;
  uint32_t state = 1;
  for (int i = 0; i < 200'000; ++i) {
    state = state * 1664525 + 1013904223;
    noise += static_cast<char>(state >> 24);
  }
  EXPECT_TRUE(Read(noise).denials().empty());
  EXPECT_TRUE(Read("").empty());
  EXPECT_TRUE(Read("\n\n\n").empty());
  EXPECT_TRUE(Read("{").empty());
}

TEST(ReadObjectsTest, NamesObjectManifestAndCondition) {
  const DenialSet denials = Read(absl::StrCat(
      R"({"kind":"List","items":[{"kind":"ManifestWork","metadata":{"name":"w","namespace":"c"},)",
      R"("status":{"resourceStatus":{"manifests":[{"resourceMeta":{"kind":"X"},"conditions":[{"type":"Applied",)",
      R"("status":"True","message":"old: pods is forbidden: not me"}]},{"resourceMeta":{"ordinal":1},"conditions":[{)",
      R"("type":"Applied","status":"False","reason":"AppliedManifestFailed","message":")",
      absl::StrReplaceAll(Refusal("a"), {{"\"", "\\\""}}), R"("}]}]}}}]})"));
  ASSERT_THAT(denials.denials(), SizeIs(1));
  ASSERT_THAT(denials.denials()[0].seen, SizeIs(1));
  const Sighting& seen = denials.denials()[0].seen[0];
  EXPECT_EQ(seen.object, "ManifestWork c/w");
  EXPECT_EQ(seen.manifest, 1);
  EXPECT_EQ(seen.condition, "Applied=False AppliedManifestFailed");
}

// A message of some lines is one place, too.
TEST(ReadObjectsTest, CountsAnEscalationOnce) {
  const DenialSet denials = Read(
      "kind: ManifestWork\nmetadata: {name: w, namespace: c}\nstatus:\n  conditions:\n  - type: "
      "Applied\n"
      "    status: \"False\"\n    message: |-\n"
      "      roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"u\" (groups=[\"g\"]) is "
      "attempting to "
      "grant RBAC permissions not currently held:\n"
      "      {APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}\n");
  ASSERT_THAT(denials.denials(), SizeIs(1));
  EXPECT_EQ(denials.denials()[0].times, 1);
  ASSERT_THAT(denials.denials()[0].seen, SizeIs(1));
  EXPECT_EQ(denials.denials()[0].seen[0].object, "ManifestWork c/w");
}

// What an ITS says goes from set to set; nothing of it may get lost.
TEST(DenialSetTest, KeepsWhatIsCutWithoutItsLine) {
  DenialSet from = Read(absl::StrCat(
      Refusal("a"), "\npods \"x\" is forbidden: User \"u\" cannot get\n", Refusal("a"), "\n"));
  from.ForgetLines();
  DenialSet to;
  to.Merge(from);
  ASSERT_THAT(to.denials(), SizeIs(1));
  EXPECT_THAT(Lines(to.denials()[0]), ElementsAre(0));
  EXPECT_EQ(to.denials()[0].times, 2);
  EXPECT_EQ(to.cut_times(), 1);
  ASSERT_THAT(to.cut(), SizeIs(1));
  EXPECT_EQ(to.cut()[0].line, 0);
}

TEST(ReadObjectsTest, NamesTheItemsOfATypedList) {
  const DenialSet denials = Read(absl::StrCat(
      "kind: ManifestWorkList\nitems:\n- metadata: {name: w, namespace: c}\n  status:\n    "
      "conditions: [{type: X, status: Unknown, message: '",
      Refusal("a"), "'}]\n"));
  ASSERT_THAT(denials.denials(), SizeIs(1));
  EXPECT_EQ(denials.denials()[0].seen[0].object, "ManifestWork c/w");
}

// What somebody wants is no refusal, even if it quotes one.
TEST(ReadObjectsTest, PassesOverSpecAndData) {
  EXPECT_TRUE(Read(absl::StrCat("kind: ConfigMap\nmetadata: {name: m, annotations: {a: '",
                                Refusal("a"), "'}}\ndata: {log: '", Refusal("b"),
                                "'}\nspec: {note: '", Refusal("c"), "'}\n"))
                  .empty());
}

TEST(ReadObjectsTest, ReadsBrokenDocumentsAsText) {
  const DenialSet denials =
      Read(absl::StrCat("kind: ManifestWork\n\tstatus: {\nmessage: ", Refusal("a"), "\n"));
  EXPECT_THAT(Names(denials), ElementsAre("a"));
}

TEST(UnescapeTest, TakesOneLevel) {
  EXPECT_EQ(UnescapeOnce(R"(a \"b\" \\\"c\\\" \u003cnil\u003e\n\t\x41 \q \u12 \)"),
            "a \"b\" \\\"c\\\" <nil>\n A \\q \\u12 \\");
  EXPECT_EQ(UnescapeOnce(R"(\ud83d\ude00 \ud83d)"), "\xF0\x9F\x98\x80 \xEF\xBF\xBD");
}

TEST(UnescapeTest, StripsWhatIsNotSeen) {
  const std::string text =
      "\x1b[1;31mpods\x1b[0m\r\n\xEF\xBB\xBF\xE2\x80\x8Bx\xE2\x80\xAEy\xC2\xA0z\x1b]0;t\a!";
  EXPECT_TRUE(HasInvisible(text));
  EXPECT_EQ(StripInvisible(text), "pods\nxy z!");
  EXPECT_FALSE(HasInvisible("plain text\n\twith tabs"));
}

}  // namespace
}  // namespace wecan
