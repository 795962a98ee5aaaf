// SPDX-License-Identifier: Apache-2.0
// Bad input: each file of fixtures/malformed beside a good one, and paths that cannot be read.
// Nothing may crash, hang or vanish without a word, and the good file is still checked.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "src/input/file_system.h"
#include "tests/testing/run.h"
#include "tests/testing/source_path.h"

namespace wecan {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr char kGood[] =
    "apiVersion: apps/v1\n"
    "kind: Deployment\n"
    "metadata: {name: web, namespace: demo}\n"
    "---\n"
    "apiVersion: storage.k8s.io/v1\n"
    "kind: StorageClass\n"
    "metadata: {name: beside}\n"
    "provisioner: kubernetes.io/no-provisioner\n";
constexpr char kGoodFinding[] =
    "6:1: error: WEC101 klusterlet-work-sa cannot create, delete, get, update "
    "storageclasses.storage.k8s.io at cluster scope [StorageClass/beside]";

// The lines of `-o short` about `path`, without the path and the `:` behind it.
std::vector<std::string> LinesAbout(const std::string& path, const std::string& output) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    if (!absl::ConsumePrefix(&line, path) || !absl::ConsumePrefix(&line, ":")) continue;
    lines.emplace_back(absl::StripPrefix(line, " "));
  }
  return lines;
}

struct MalformedCase {
  const char* file;
  int exit_code;  // of the file alone
  // How each line about it starts: place, level, rule and message.
  std::vector<std::string> lines;
};

void PrintTo(const MalformedCase& c, std::ostream* os) { *os << c.file; }

std::string Blocked(const std::string& place) {
  return absl::StrCat(place,
                      ": error: WEC101 klusterlet-work-sa cannot create, delete, get, update "
                      "storageclasses.storage.k8s.io at cluster scope");
}

const std::vector<MalformedCase>& MalformedCases() {
  static const auto* cases = new std::vector<MalformedCase>{
      {"alias-bomb.yaml", 2, {"13:57: error: WEC901 more than 10000000 nodes after aliases"}},
      {"at-plain.yaml", 2, {"7:11: error: WEC901 a value cannot start with '@'"}},
      {"backtick.yaml", 2, {"7:12: error: WEC901 a value cannot start with '`'"}},
      {"binary.yaml", 2, {"error: WEC901 this is no text"}},
      {"broken-not-kubernetes.yaml", 0, {}},
      {"crd-without-names.yaml",
       1,
       {"11:1: error: WEC102 klusterlet-work-sa cannot create, delete, get, update "
        "oxs.farm.example.org in namespace farm",
        "11:1: warning: WEC201 kind Ox of group farm.example.org is not known",
        "6:3: warning: this CustomResourceDefinition lacks"}},
      {"dangling-rolebinding.yaml",
       1,
       {"17:1: error: WEC101 klusterlet-work-sa cannot create, delete, update resourcequotas in "
        "namespace team-a",
        "3:1: warning: RoleBinding quotas refers to Role \"quotas\", which is not in the input"}},
      {"deep-nesting.json", 2, {"1:603: error: WEC901 nested deeper than 512 levels"}},
      {"deep-nesting.yaml", 2, {"6:518: error: WEC901 nested deeper than 512 levels"}},
      {"directive.yaml", 2, {"8:23: error: WEC901 while parsing a node: found undefined tag"}},
      {"duplicate-anchor.yaml", 1, {Blocked("5:1") + " [StorageClass/second]"}},
      {"duplicate-keys.yaml",
       1,
       {Blocked("2:1") + " [StorageClass/second]", "6:3: warning: WEC906 key \"name\"",
        "8:1: warning: WEC906 key", "17:3: warning: WEC906 key"}},
      {"empty.yaml", 0, {}},
      {"huge-scalar.yaml", 0, {}},
      {"items-not-a-list.yaml", 2, {"4:3: error: WEC901 items of this List is not a list"}},
      {"json-with-lone-surrogate.json", 1, {Blocked("1:37")}},
      {"json-with-surrogates.json", 1, {Blocked("1:128")}},
      {"key-is-alias.yaml", 1, {Blocked("2:1")}},
      {"kind-missing-in-list-item.yaml",
       2,
       {"4:3: error: WEC901 this item has no apiVersion and kind", Blocked("7:3")}},
      {"labels-not-strings.yaml",
       1,
       {Blocked("2:1"), "6:5: warning: label \"count\" is a number",
        "7:5: warning: label \"ready\" is a boolean", "8:5: warning: label \"ratio\" is a number",
        "9:5: warning: label \"none\" is null", "10:5: warning: label \"list\" is a list"}},
      {"latin1.yaml", 2, {"7:10: error: WEC901 "}},
      {"list-item-not-object.yaml",
       2,
       {"4:3: error: WEC901 this item is no Kubernetes object",
        "5:3: error: WEC901 this item is no Kubernetes object",
        "6:3: error: WEC901 this item is no Kubernetes object",
        "7:3: error: WEC901 this item is no Kubernetes object", Blocked("9:3")}},
      {"long-line.yaml", 1, {Blocked("2:250087")}},
      {"many-documents.yaml", 1, {Blocked("16003:1") + " [StorageClass/at-the-end]"}},
      {"merge-not-a-map.yaml", 2, {"7:3: error: WEC901 a merge key needs a mapping"}},
      {"metadata-list.yaml", 2, {"4:1: error: WEC901 metadata is not a mapping"}},
      {"metadata-string.yaml", 2, {"3:11: error: WEC901 metadata is not a mapping"}},
      {"name-is-bool.yaml", 2, {"4:9: error: WEC901 metadata.name is a boolean, not a string"}},
      {"name-is-number.yaml", 2, {"4:9: error: WEC901 metadata.name is a number, not a string"}},
      {"nul-in-string.yaml",
       1,
       {Blocked("2:1") + " [StorageClass/before\xef\xbf\xbd"
                         "after]"}},
      {"one-bad-of-three-documents.yaml",
       2,
       {Blocked("2:1") + " [StorageClass/first]", Blocked("14:1") + " [StorageClass/third]",
        "11:2: error: WEC901 while parsing a block mapping"}},
      {"only-comments.yaml", 0, {}},
      {"percent-plain.yaml", 2, {"7:10: error: WEC901 a value cannot start with '%'"}},
      {"self-alias.yaml", 2, {"7:10: error: WEC901 anchor \"self\" contains itself"}},
      {"tab-indent.yaml", 2, {"4:1: error: WEC901 a tab cannot indent YAML"}},
      {"trailing-comma.json", 2, {"4:41: error: WEC901 expected a key in double quotes"}},
      {"truncated.json", 2, {"4:47: error: WEC901 string without end"}},
      {"unclosed-quote.yaml", 2, {"8:1: error: WEC901 while scanning a quoted scalar"}},
      {"unknown-anchor.yaml", 2, {"4:9: error: WEC901 unknown anchor \"nowhere\""}},
      {"utf16.yaml", 2, {"error: WEC901 this is UTF-16"}},
  };
  return *cases;
}

class Malformed : public testing::TestWithParam<MalformedCase> {};

TEST_P(Malformed, IsToldOnceAndTheRestIsChecked) {
  const MalformedCase& c = GetParam();
  const std::string path = absl::StrCat("in/", c.file);
  MemoryFileSystem files(
      {{"in/good.yaml", kGood}, {path, ReadSource(absl::StrCat("fixtures/malformed/", c.file))}});
  const RunResult beside = wecan::Run({"check", "in", "-o", "short"}, "", &files);
  EXPECT_EQ(beside.exit_code, std::max(c.exit_code, 1));
  EXPECT_EQ(beside.err, "");
  EXPECT_THAT(LinesAbout("in/good.yaml", beside.out), ElementsAre(kGoodFinding));
  std::vector<testing::Matcher<std::string>> expected;
  for (const std::string& line : c.lines) expected.push_back(StartsWith(line));
  EXPECT_THAT(LinesAbout(path, beside.out), testing::UnorderedElementsAreArray(expected));

  const RunResult report = wecan::Run({"check", "in", "-o", "json"}, "", &files);
  const nlohmann::json json = nlohmann::json::parse(report.out);
  for (const nlohmann::json& input : json["inputs"]) {
    if (input["path"] != "in/good.yaml") continue;
    EXPECT_EQ(input["objects"], 2);
    EXPECT_EQ(input["status"], "ok");
  }
}

TEST_P(Malformed, Alone) {
  const MalformedCase& c = GetParam();
  const std::string path = SourcePath(absl::StrCat("fixtures/malformed/", c.file));
  EXPECT_EQ(wecan::Run({"check", "-q", path}).exit_code, c.exit_code);
}

INSTANTIATE_TEST_SUITE_P(Malformed, Malformed, testing::ValuesIn(MalformedCases()),
                         [](const testing::TestParamInfo<MalformedCase>& info) {
                           std::string name = info.param.file;
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !isalnum(c); }, '_');
                           return name;
                         });

TEST(MalformedFiles, AreAllInTheTable) {
  std::vector<std::string> files, known;
  for (const auto& entry : fs::directory_iterator(SourcePath("fixtures/malformed"))) {
    if (entry.path().filename() != "README.md") files.push_back(entry.path().filename());
  }
  for (const MalformedCase& c : MalformedCases()) known.emplace_back(c.file);
  EXPECT_THAT(files, testing::UnorderedElementsAreArray(known));
}

// | file, file | what is wrong | expected | exit |
TEST(MalformedFiles, TheReadmeSaysTheSame) {
  std::map<std::string, std::string> exit_codes;
  const std::string readme = ReadSource("fixtures/malformed/README.md");
  for (absl::string_view line : absl::StrSplit(readme, '\n')) {
    const std::vector<std::string> cells = absl::StrSplit(line, " | ");
    if (cells.size() != 4 || !absl::StartsWith(line, "| ")) continue;
    const std::string files(absl::StripPrefix(cells[0], "| "));
    const std::string exit_code(absl::StripSuffix(cells[3], " |"));
    for (absl::string_view file : absl::StrSplit(files, ", "))
      exit_codes[std::string(file)] = exit_code;
  }
  for (const MalformedCase& c : MalformedCases()) {
    EXPECT_EQ(exit_codes[c.file], absl::StrCat(c.exit_code)) << c.file;
  }
}

// ---- paths --------------------------------------------------------------------------------------

// A folder of its own on the real file system.
class MalformedPaths : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "wecan_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    fs::create_directory(root_ / "in");
    Write("in/good.yaml", kGood);
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << text;
  }

  // `wecan check -C ROOT -o short ARGS`.
  RunResult Check(std::vector<std::string> args, const std::string& in = "") {
    args.insert(args.begin(), {"check", "-C", root_, "-o", "short"});
    return wecan::Run(args, in);
  }

  // Whether the good file was checked as if nothing else were there.
  void ExpectGoodChecked(const RunResult& result) {
    EXPECT_THAT(LinesAbout("in/good.yaml", result.out), ElementsAre(kGoodFinding));
  }

  fs::path root_;
};

TEST_F(MalformedPaths, MissingPath) {
  const RunResult result = Check({"in", "nowhere.yaml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(LinesAbout("nowhere.yaml", result.out),
              ElementsAre(testing::AllOf(StartsWith("error: WEC901 "),
                                         HasSubstr("No such file or directory"))));
  ExpectGoodChecked(result);
}

TEST_F(MalformedPaths, UnreadableFile) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  Write("in/secret.yaml", kGood);
  fs::permissions(root_ / "in/secret.yaml", fs::perms::none);
  const RunResult result = Check({"in"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(LinesAbout("in/secret.yaml", result.out), ElementsAre(HasSubstr("WEC901 ")));
  ExpectGoodChecked(result);
}

TEST_F(MalformedPaths, UnreadableFolder) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  Write("in/closed/secret.yaml", kGood);
  fs::permissions(root_ / "in/closed", fs::perms::none);
  const RunResult result = Check({"in"});
  fs::permissions(root_ / "in/closed", fs::perms::owner_all);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(LinesAbout("in/closed", result.out), ElementsAre(HasSubstr("WEC901 ")));
  ExpectGoodChecked(result);
}

TEST_F(MalformedPaths, FolderWithoutObjects) {
  Write("empty/values.yaml", "replicas: 3\n");
  const RunResult quiet = Check({"empty"});
  EXPECT_EQ(quiet.exit_code, 0);
  EXPECT_THAT(LinesAbout("empty", quiet.out),
              ElementsAre(StartsWith("warning: WEC905 no Kubernetes object")));
  const RunResult strict = Check({"empty", "in", "--require-objects"});
  EXPECT_EQ(strict.exit_code, 2);
  EXPECT_THAT(LinesAbout("empty", strict.out),
              ElementsAre(StartsWith("error: WEC901 no Kubernetes object")));
  ExpectGoodChecked(strict);
}

TEST_F(MalformedPaths, NamedFileWithoutObjectsIsSilent) {
  Write("values.yaml", "replicas: 3\n");
  const RunResult result = Check({"values.yaml"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
}

TEST_F(MalformedPaths, FileOverTheLimit) {
  Write("in/large.yaml", absl::StrCat("# ", std::string(2000, 'x'), "\n"));
  const RunResult result = Check({"in", "--max-file-size", "1Ki"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(LinesAbout("in/large.yaml", result.out),
              ElementsAre(testing::AllOf(StartsWith("error: WEC901 "), HasSubstr("1024 bytes"),
                                         HasSubstr("--max-file-size"))));
  ExpectGoodChecked(result);
}

TEST_F(MalformedPaths, DocumentOverTheLimit) {
  Write("in/large.yaml", absl::StrCat(kGood, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {}\n",
                                      "data: {a: ", std::string(2000, 'x'), "}\n"));
  const RunResult result = Check({"in", "--max-document-size", "1Ki"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(LinesAbout("in/large.yaml", result.out),
              Contains(HasSubstr("WEC901 this document is larger than 1024 bytes")));
  EXPECT_THAT(LinesAbout("in/large.yaml", result.out), Contains(kGoodFinding));
  ExpectGoodChecked(result);
}

TEST_F(MalformedPaths, EmptyStandardInput) {
  for (const char* in :
       {"", "# nothing\n", "---\n# nothing\n---\n", "\xef\xbb\xbf", "replicas: 3\n"}) {
    for (const std::vector<std::string>& args :
         {std::vector<std::string>{"-"}, {"-f", "-"}, {}, {"-", "in"}}) {
      const RunResult result = Check(args, in);
      EXPECT_EQ(result.exit_code, 2) << '"' << in << '"';
      EXPECT_THAT(LinesAbout("<stdin>", result.out),
                  ElementsAre(StartsWith("error: WEC901 standard input holds no Kubernetes")))
          << '"' << in << '"';
    }
  }
  EXPECT_EQ(Check({"-"}, kGood).exit_code, 1);
}

TEST_F(MalformedPaths, LinkToAFolderIsNotFollowed) {
  Write("elsewhere/more.yaml", kGood);
  fs::create_directory_symlink(root_ / "elsewhere", root_ / "in/link");
  fs::create_directory_symlink(root_ / "in", root_ / "in/circle");
  const RunResult result = Check({"in"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, absl::StrCat("in/good.yaml:", kGoodFinding, "\n"));
  // Named by the user, it is.
  EXPECT_THAT(LinesAbout("in/link/more.yaml", Check({"in/link"}).out), ElementsAre(kGoodFinding));
}

TEST_F(MalformedPaths, LinkToAFileIsFollowed) {
  Write("elsewhere/more.yaml", kGood);
  fs::create_symlink(root_ / "elsewhere/more.yaml", root_ / "in/link.yaml");
  const RunResult result = Check({"in"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(LinesAbout("in/link.yaml", result.out), ElementsAre(kGoodFinding));
}

TEST_F(MalformedPaths, DanglingLink) {
  fs::create_symlink("nowhere.yaml", root_ / "in/dangling.yaml");
  fs::create_symlink("nowhere.txt", root_ / "in/dangling.txt");  // no manifest by its name
  const RunResult result = Check({"in"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(LinesAbout("in/dangling.yaml", result.out),
              ElementsAre(StartsWith("error: WEC901 ")));
  EXPECT_THAT(LinesAbout("in/dangling.txt", result.out), IsEmpty());
  ExpectGoodChecked(result);
}

TEST_F(MalformedPaths, PipeInAFolderIsPassedOver) {
  ASSERT_EQ(mkfifo((root_ / "in/pipe.yaml").c_str(), 0600), 0);
  const RunResult result = Check({"in"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, absl::StrCat("in/good.yaml:", kGoodFinding, "\n"));
}

TEST_F(MalformedPaths, HiddenFilesAreLeftOut) {
  Write("in/.hidden.yaml", kGood);
  Write("in/.git/config.yaml", kGood);
  EXPECT_EQ(Check({"in"}).out, absl::StrCat("in/good.yaml:", kGoodFinding, "\n"));
  EXPECT_THAT(LinesAbout("in/.hidden.yaml", Check({"in/.hidden.yaml"}).out),
              ElementsAre(kGoodFinding));
}

TEST_F(MalformedPaths, NamesCannotDrawOnTheScreen) {
  Write("in/\x1b[2Jred.yaml", "apiVersion: v1\nkind: [\n");
  const RunResult result = Check({"in"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos);
  EXPECT_THAT(result.out, HasSubstr("red.yaml:"));
}

}  // namespace
}  // namespace wecan
