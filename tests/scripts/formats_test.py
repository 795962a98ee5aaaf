#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads every machine format of `wecan check`, `can-i` and `fix` back with a parser that is not ours.

Run: WECAN=build/release/wecan /usr/bin/python3 tests/scripts/formats_test.py"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
WECAN = pathlib.Path(os.environ.get("WECAN", ROOT / "build" / "release" / "wecan")).resolve()

# What no report may pass on as it is.
NAMES = ['"', "'", "a]]>b", "%0A::error::x", "<script>alert(1)</script>", "a\nb", "a\r\nb", "\x1b[2J", "\x00", "\x7f",
         "\u202e", "\ufffe", "a|b", "a`b", "``` x", "[x](javascript:1)", "&amp;", "a\\|b", "--> <!--", "::set-env::",
         "@everyone", "https://example.org", "\U0001f600", "</code></details>", "{0}", "*a*", "# a", "a,b:c", " ", "x" * 3000]
FOLDERS = [folder for folder in sorted(FIXTURES.iterdir()) if folder.is_dir() and folder.name != "conformance"]
FORMATS = ("sarif", "junit", "gitlab", "github", "markdown")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def check(*args, stdin=b"", cwd=ROOT, environment=None):
    """All formats of one run by name, and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        outputs = [f"-o{name}={folder}/{name}" for name in FORMATS]
        keep = {"PATH": os.environ["PATH"], "LC_ALL": "C", **(environment or {})}
        keep.update({key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")})
        done = subprocess.run([WECAN, "check", *args, "-q", *outputs], input=stdin, cwd=cwd, env=keep,
                              capture_output=True, check=False, timeout=120)
        assert done.stdout == b"", done.stdout
        assert done.returncode in (0, 1, 2), done
        return {name: (pathlib.Path(folder) / name).read_bytes() for name in FORMATS}, done.returncode


def report(*args, stdin=b"", cwd=ROOT):
    """JUnit and Markdown of one run of can-i or fix, and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        outputs = [f"-o{name}={folder}/{name}" for name in ("junit", "markdown")]
        keep = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        keep.update({key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")})
        done = subprocess.run([WECAN, *args, "-q", *outputs], input=stdin, cwd=cwd, env=keep, capture_output=True,
                              check=False, timeout=120)
        assert done.stdout == b"", done.stdout
        assert done.returncode in (0, 1, 2), done
        written = {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}
        return written, done.returncode


def hostile_manifests():
    documents = []
    for name in NAMES:
        quoted = json.dumps(name)
        for kind, api in (("StorageClass", "storage.k8s.io/v1"), ("ResourceQuota", "v1"), ("Widget", "example.org/v1")):
            documents.append(f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {quoted}, namespace: {quoted}}}\n")
        documents.append(f"apiVersion: example.org/v1\nkind: {quoted}\nmetadata: {{name: x}}\n")
        documents.append(f"apiVersion: {json.dumps(name + '/v1')}\nkind: Gadget\nmetadata: {{name: x, namespace: y}}\n")
    return "---\n".join(documents).encode()


class FormatTest(unittest.TestCase):
    def assert_all(self, reports, exit_code):
        self.assert_sarif(reports["sarif"], exit_code)
        self.assert_junit(reports["junit"])
        self.assert_gitlab(reports["gitlab"])
        self.assert_github(reports["github"])
        self.assert_markdown(reports["markdown"])

    def assert_sarif(self, data, exit_code):
        """What GitHub's documentation calls required, and what it would refuse."""
        log = json.loads(data.decode("utf-8"))
        self.assertEqual(log["version"], "2.1.0")
        self.assertTrue(log["$schema"].endswith("sarif-2.1.0.json"))
        (run,) = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual(run["tool"]["driver"]["name"], "wecan")
        self.assertEqual(run["columnKind"], "utf16CodeUnits")
        self.assertEqual(run["invocations"][0]["executionSuccessful"], exit_code < 2)
        self.assertEqual([rule["id"] for rule in rules], sorted({rule["id"] for rule in rules}))
        for rule in rules:
            for key in ("shortDescription", "fullDescription", "help"):
                self.assertTrue(rule[key]["text"])
            self.assertIn(rule["defaultConfiguration"]["level"], ("error", "warning", "note"))
            self.assertIn(rule["properties"]["precision"], ("very-high", "high", "medium", "low"))
            self.assertEqual("security-severity" in rule["properties"], "security" in rule["properties"]["tags"])
        self.assertLessEqual(len(run["results"]), 5000)
        for result in run["results"]:
            self.assert_result(result, rules)

    def assert_result(self, result, rules):
        self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
        text = result["message"]["text"]
        self.assertTrue(text.endswith("."), text)
        self.assertNotIn("](", text)
        self.assertIsNone(CONTROL.search(text), text)
        self.assertRegex(result["partialFingerprints"]["wecan/v1"], "^[0-9a-f]{16}$")
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        uri = physical["artifactLocation"]["uri"]
        self.assertRegex(uri, r"^(file:///)?[-A-Za-z0-9._~/%]+$")
        self.assertEqual(physical["artifactLocation"].get("uriBaseId"), None if uri.startswith("file:") else "SRCROOT")
        self.assert_region(physical["region"])
        for fix in result.get("fixes", []):
            (change,) = fix["artifactChanges"]
            (replacement,) = change["replacements"]
            self.assert_region(replacement["deletedRegion"])

    def assert_region(self, region):
        self.assertGreaterEqual(region["startLine"], 1)
        if "startColumn" in region:
            start = (region["startLine"], region["startColumn"])
            self.assertLessEqual(start, (region["endLine"], region["endColumn"]))
            self.assertGreaterEqual(region["startColumn"], 1)

    def assert_gate(self, reports, exit_code):
        """JUnit and Markdown of can-i or fix: something fails exactly when the exit code says so."""
        self.assert_markdown(reports["markdown"])
        suites = self.assert_suites(reports["junit"])
        self.assertEqual(int(suites.get("errors")) > 0, exit_code == 2)
        if exit_code < 2:
            self.assertEqual(int(suites.get("failures")) > 0, exit_code == 1)
        self.assertLessEqual({child.tag for case in suites.iter("testcase") for child in case},
                             {"failure", "error", "skipped", "system-out"})
        return suites

    def assert_suites(self, data):
        """The root of any JUnit document of ours."""
        suites = xml.etree.ElementTree.fromstring(data)
        self.assertEqual(suites.tag, "testsuites")
        for element in [suites, *suites]:
            for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                self.assertEqual(int(element.get(key)), len(element.findall(f".//{tag}")), element.attrib)
        for case in suites.iter("testcase"):
            self.assertTrue(case.get("name") and case.get("classname"), case.attrib)
            self.assertLessEqual(len(case), 2)
        for element in suites.iter():
            for text in (element.text or "", *element.attrib.values()):
                self.assertIsNone(CONTROL.search(text), text)
        return suites

    def assert_junit(self, data):
        for case in self.assert_suites(data).iter("testcase"):
            self.assertTrue(case.get("file"), case.attrib)
            self.assertLessEqual({child.tag for child in case}, {"failure", "error", "skipped", "system-out"})

    def assert_gitlab(self, data):
        issues = json.loads(data.decode("utf-8"))
        prints = [issue["fingerprint"] for issue in issues]
        self.assertEqual(len(prints), len(set(prints)))
        for issue in issues:
            self.assertEqual(set(issue), {"description", "check_name", "fingerprint", "severity", "location"})
            self.assertIn(issue["severity"], ("info", "minor", "major", "critical", "blocker"))
            self.assertGreaterEqual(issue["location"]["lines"]["begin"], 1)
            self.assertFalse(issue["location"]["path"].startswith("./"))
            self.assertIsNone(re.search(r"[\n\r]", issue["description"]))

    def assert_github(self, data):
        for line in data.decode("utf-8").split("\n")[:-1]:
            match = re.fullmatch(r"::(error|warning|notice) ((?:[A-Za-z]+=[^,:]*)(?:,[A-Za-z]+=[^,:]*)*)::(.+)", line)
            self.assertIsNotNone(match, line)
            self.assertIsNone(CONTROL.search(line), line)
            self.assertIsNone(re.search("%(?!25|0D|0A|3A|2C)", line), line)
            keys = [entry.split("=")[0] for entry in match.group(2).split(",")]
            self.assertLessEqual(set(keys), {"file", "line", "endLine", "col", "endColumn", "title"})

    def assert_markdown(self, data):
        """Outside of fences and code there are only our own words."""
        text = data.decode("utf-8")
        self.assertLessEqual(len(data), 65536)
        self.assertIsNone(CONTROL.search(text))
        lines, fence = [], None
        for line in text.split("\n"):
            match = re.match("(`{3,})", line)
            if fence is None and match:
                fence = match.group(1)
            elif fence is not None:
                fence = None if line == fence else fence
            else:
                lines.append(line)
        self.assertIsNone(fence, "a fence stays open")
        rows = [line for line in lines if line.startswith("|")]
        for row, after in zip(rows, rows[1:]):
            if not after.startswith("| |") and not row.startswith("| |"):
                self.assertEqual(row.count("|"), after.count("|"), after)
        for line in lines:
            bare = re.sub(r"`[^`]*`|<code>[^<]*</code>", "", line)
            self.assertIsNone(re.search(r"`|@|\]\(|https?:|\\", bare), line)
            tags = re.findall(r"<[^>]*>", bare)
            self.assertLessEqual(set(tags), {"<!-- wecan -->", "<!-- wecan can-i -->", "<!-- wecan fix -->", "<details>", "</details>", "<summary>", "</summary>"}, line)

    def test_fixtures(self):
        for folder in FOLDERS:
            with self.subTest(folder.name):
                self.assert_all(*check(str(folder.relative_to(ROOT))))

    def test_hostile_names(self):
        reports, exit_code = check("-", stdin=hostile_manifests())
        self.assertGreater(len(json.loads(reports["sarif"])["runs"][0]["results"]), 50)
        self.assert_all(reports, exit_code)

    def test_hostile_paths(self):
        manifest = b"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\n"
        names = [b'a"b', b"a b", b"a\nb", b"a%0Ab", b"a:b,c", b"<script>", b"\xff\xfe", b"a]]>b", b"\x1b[2J", b"a|b`c", b"\xc3\xa4"]
        with tempfile.TemporaryDirectory() as folder:
            for name in names:
                with open(os.path.join(folder.encode(), name + b".yaml"), "wb") as file:
                    file.write(manifest)
            reports, exit_code = check(".", cwd=folder)
            self.assert_all(reports, exit_code)
            results = json.loads(reports["sarif"])["runs"][0]["results"]
            uris = [r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results]
            self.assertEqual({urllib.parse.unquote_to_bytes(uri) for uri in uris}, {name + b".yaml" for name in names})

    def test_clean_and_broken_input(self):
        clean = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
        for stdin, code in ((clean, 0), (b"", 2), (b"a: [", 2), (b"\xff\xfe\xff", 2), (clean + b"---\nkind: [", 2)):
            with self.subTest(stdin):
                reports, exit_code = check("-", stdin=stdin)
                self.assertEqual(exit_code, code)
                self.assert_all(reports, exit_code)
        reports, _ = check("-", stdin=clean)
        self.assertEqual(json.loads(reports["sarif"])["runs"][0]["results"], [])
        self.assertEqual(json.loads(reports["gitlab"]), [])
        self.assertEqual(reports["github"], b"")

    def test_columns_count_utf16(self):
        manifest = '{"\U0001f600": 1, "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "x"}}\n'
        reports, _ = check("-", stdin=manifest.encode())
        (result,) = json.loads(reports["sarif"])["runs"][0]["results"]
        region = result["locations"][0]["physicalLocation"]["region"]
        units = manifest.encode("utf-16-le")
        part = units[2 * (region["startColumn"] - 1):2 * (region["endColumn"] - 1)].decode("utf-16-le")
        self.assertEqual(part, '"kind": "StorageClass"')

    def test_limits(self):
        many = b"---\n".join(b"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: s%d}\n" % i
                             for i in range(6001))
        reports, exit_code = check("-", stdin=many)
        self.assert_all(reports, exit_code)
        run = json.loads(reports["sarif"])["runs"][0]
        self.assertEqual(len(run["results"]), 5000)
        (notification,) = run["invocations"][0]["toolExecutionNotifications"]
        self.assertIn("6001 results", notification["message"]["text"])
        self.assertEqual(len(json.loads(reports["gitlab"])), 6001)
        self.assertEqual(reports["github"].count(b"\n"), 1)
        self.assertRegex(reports["markdown"].decode(), r"and \d+ more\.")

    def test_fixes_apply(self):
        """A fix, done to the file as an editor does it, closes its finding."""
        with tempfile.TemporaryDirectory() as folder:
            app = pathlib.Path(folder) / "app"
            app.mkdir()
            storage = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a}\nreclaimPolicy: Delete\n" \
                      "volumeBindingMode: Immediate\n"
            (app / "a.yaml").write_text(storage)
            subprocess.run([WECAN, "fix", "app", "--write", "-q"], cwd=folder, check=True, capture_output=True)
            (app / "b.yaml").write_text("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: shop}\n")
            reports, exit_code = check("app", cwd=folder)
            self.assertEqual(exit_code, 1)
            (result,) = json.loads(reports["sarif"])["runs"][0]["results"]
            (change,) = result["fixes"][0]["artifactChanges"]
            path = pathlib.Path(folder) / change["artifactLocation"]["uri"]
            (replacement,) = change["replacements"]
            region, new = replacement["deletedRegion"], replacement["insertedContent"]["text"]
            lines = path.read_text().splitlines(keepends=True)
            self.assertEqual((region["startColumn"], region["endColumn"]), (1, 1))
            path.write_text("".join(lines[:region["startLine"] - 1]) + new + "".join(lines[region["endLine"] - 1:]))
            _, exit_code = check("app", cwd=folder)
            self.assertEqual(exit_code, 0, path.read_text())

    def test_can_i_and_fix_of_fixtures(self):
        for folder in FOLDERS:
            for command in (("can-i", "-f"), ("fix", "--check"), ("fix", "--diff"), ("fix",)):
                with self.subTest(folder.name, command=command):
                    reports, exit_code = report(*command, str(folder.relative_to(ROOT)))
                    if reports:  # refused before there was anything to report on
                        self.assert_gate(reports, exit_code)
                    else:
                        self.assertEqual(exit_code, 2)

    def test_can_i_of_hostile_names(self):
        """Each name asks, is asked about in manifests, and stands in reviews; the yes and the no of each."""
        for name in [name for name in NAMES if name.strip() and "\x00" not in name]:
            with self.subTest(name[:40]):
                asked = "configmaps", "-n", name, "--as", name
                reports, exit_code = report("can-i", "get", *asked)
                self.assertEqual(exit_code, 1)
                (case,) = self.assert_gate(reports, exit_code).iter("testcase")
                self.assertTrue(case.get("name").startswith("get configmaps in namespace "))
                reports, exit_code = report("can-i", "get", *asked, "--as-group", "system:masters")
                self.assertEqual(exit_code, 0)
                self.assert_gate(reports, exit_code)
        reports, exit_code = report("can-i", "-f", "-", stdin=hostile_manifests())
        self.assert_gate(reports, exit_code)
        reviews = [{"kind": "SubjectAccessReview", "spec": {"user": name, "groups": groups, "resourceAttributes": {
            "verb": name, "group": name, "resource": name, "namespace": name, "name": name}}}
                   for name in NAMES for groups in ([], ["system:masters"])]
        reports, exit_code = report("can-i", "--reviews", "-", stdin="\n".join(map(json.dumps, reviews)).encode())
        suites = self.assert_gate(reports, exit_code)
        self.assertEqual(int(suites.get("tests")), 2 * len(NAMES))
        self.assertEqual(int(suites.get("failures")), len(NAMES))

    def test_can_i_list(self):
        reports, exit_code = report("can-i", "--list")
        self.assertEqual((reports, exit_code), ({}, 2))
        run = subprocess.run([WECAN, "can-i", "--list", "-o", "markdown"], capture_output=True, check=True)
        self.assert_markdown(run.stdout)

    def test_limits_of_can_i_and_fix(self):
        many = b"---\n".join(b"apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: s%d}\n" % i
                             for i in range(3001))
        for command, flags in (("can-i", ("-f", "-")), ("fix", ("-", "--diff", "--out", "x.yaml", "--strategy=role-binding"))):
            with self.subTest(command):
                reports, exit_code = report(command, *flags, stdin=many)
                self.assertEqual(exit_code, 1)
                self.assert_gate(reports, exit_code)
                self.assertRegex(reports["markdown"].decode(), r"\nand \d+ more\.\n")
                self.assertIn(b"s3000", reports["junit"])

    def test_fix_of_hostile_names(self):
        manifest = b"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: %s}\n"
        reports, exit_code = report("fix", "-", stdin=hostile_manifests())
        self.assert_gate(reports, exit_code)
        with tempfile.TemporaryDirectory() as folder:
            for name in [name for name in NAMES if "\x00" not in name and len(name) < 100 and "/" not in name]:
                with self.subTest(name):
                    # YAML has no pairs of surrogates.
                    text = manifest % json.dumps(name).replace("\\ud83d\\ude00", "\\U0001f600").encode()
                    out = ("--out", name + ".yaml")
                    reports, exit_code = report("fix", "-", "--diff", *out, stdin=text, cwd=folder)
                    self.assertEqual(exit_code, 1)
                    suites = self.assert_gate(reports, exit_code)
                    files = [case for case in suites.iter("testcase") if case.get("classname") == "file"]
                    self.assertEqual(len(files), 1)
                    reports, exit_code = report("fix", "-", "--write", *out, stdin=text, cwd=folder)
                    self.assertEqual(exit_code, 0)
                    self.assert_gate(reports, exit_code)
                    reports, exit_code = report("fix", "-", "--diff", *out, stdin=text, cwd=folder)
                    self.assertEqual(exit_code, 0)
                    self.assert_gate(reports, exit_code)

    def test_step_summary(self):
        with tempfile.TemporaryDirectory() as folder:
            summary = pathlib.Path(folder) / "summary"
            summary.write_text("before")
            check(str(FIXTURES / "kubestellar"), environment={"GITHUB_STEP_SUMMARY": str(summary)})
            text = summary.read_text()
            self.assertTrue(text.startswith("before\n<!-- wecan -->\n"), text)
            self.assertIn("storageclasses.storage.k8s.io", text)


if __name__ == "__main__":
    if not WECAN.exists():
        sys.exit(f"{WECAN} is missing: build it, or set WECAN")
    unittest.main()
