#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Asks Microsoft's SARIF validator (npm package @microsoft/sarif-multitool-linux) about every SARIF file that the fixtures give,
with its general rules and with those on what GitHub needs.

Run: WECAN=build/release/wecan /usr/bin/python3 tests/scripts/sarif_tool_test.py
"""

import json
import pathlib
import subprocess
import tempfile
import unittest

import formats_test
import tools

# Messages of the validator that are accepted, with the reason. Notes are not asked for: they are matters of taste, such as Pascal
# case in the names of rules.
ACCEPTED = {
    ("SARIF2005", "Warning_ProvideToolnformationUri"): "the project has no address yet",  # spelled so
}
CLEAN = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
# A file costs the validator as much as all the runs in it, and GitHub takes no more.
RUNS_PER_FILE = 20


def together(logs):
    """One SARIF log with the runs of several."""
    whole, *others = map(json.loads, logs)
    for other in others:
        whole["runs"] += other["runs"]
    return json.dumps(whole, indent=2)


class SarifValidator(unittest.TestCase):
    def setUp(self):
        self.tool = tools.find("Sarif.Multitool")
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        # The proxy that nobody serves keeps the validator from looking whether addresses answer.
        self.environment = tools.environment(self.folder, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1",
                                             DOTNET_BUNDLE_EXTRACT_BASE_DIR=str(self.folder / "dotnet"),
                                             http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")

    def sarif(self, *args, stdin=b""):
        done = subprocess.run([tools.WECAN, "check", *args, "-o", "sarif"], input=stdin, cwd=tools.ROOT,
                              capture_output=True, timeout=tools.TIMEOUT_SECONDS, check=False)
        self.assertIn(done.returncode, (0, 1, 2), done)
        return done.stdout.decode()

    def complaints(self, text):
        """What the validator says of a SARIF log in errors and warnings: level, rule, message and its arguments."""
        log, report = self.folder / "log.sarif", self.folder / "report.json"
        log.write_text(text)
        _, output = tools.run(self.tool, "validate", log, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning",
                              "--output", report, "--log", "ForceOverwrite", cwd=self.folder, env=self.environment)
        self.assertIn("1 files scanned", output)
        (run,) = json.loads(report.read_text(encoding="utf-8-sig"))["runs"]
        return [(result.get("level", "warning"), result["ruleId"], result["message"]["id"],
                 " ".join(result["message"].get("arguments", []))) for result in run["results"]]

    def faults(self, text):
        return [c for c in self.complaints(text) if c[0] == "error" or c[1:3] not in ACCEPTED]

    def test_all_fixtures(self):
        folders = [folder for folder in sorted(formats_test.FIXTURES.iterdir()) if folder.is_dir()]
        logs = {folder.name: self.sarif(str(folder.relative_to(tools.ROOT))) for folder in folders}
        self.assertGreater(len(logs), 100)
        for start in range(0, len(logs), RUNS_PER_FILE):
            names = list(logs)[start:start + RUNS_PER_FILE]
            with self.subTest(dict(enumerate(names))):
                self.assertEqual([], self.faults(together(logs[name] for name in names)))

    def test_other_runs(self):
        """A clean run, absolute paths, an empty pipe, and names that want to break out."""
        complaints = self.complaints(together([
            self.sarif("-", stdin=CLEAN), self.sarif(str(formats_test.FIXTURES / "kubestellar")), self.sarif("-"),
            self.sarif("-", stdin=formats_test.hostile_manifests()),
            self.sarif("-C", "fixtures/suppressions", "input", "--sarif-suppressed"),
            self.sarif("-C", "fixtures/baseline", "input", "--sarif-suppressed")]))
        self.assertEqual(set(ACCEPTED), {c[1:3] for c in complaints}, "more than ACCEPTED, or less")
        self.assertEqual([], [c for c in complaints if c[0] == "error"])

    def test_the_validator_does_complain(self):
        whole = json.loads(self.sarif(str(formats_test.FIXTURES / "kubestellar")))

        def without_message(run):
            del run["results"][0]["message"]["text"]

        def backwards(run):
            run["results"][0]["locations"][0]["physicalLocation"]["region"]["endLine"] = 1

        def nowhere(run):
            run["results"][0]["locations"] = []

        for change in (without_message, backwards, nowhere):
            log = json.loads(json.dumps(whole))
            change(log["runs"][0])
            with self.subTest(change.__name__):
                self.assertNotEqual([], self.faults(json.dumps(log, indent=2)))


if __name__ == "__main__":
    unittest.main()
