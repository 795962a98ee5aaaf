#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Installs wecan into a scratch folder and as a Debian package into a scratch root, and runs what is there.

Run: WECAN=build/release/wecan /usr/bin/python3 tests/scripts/install_test.py
The package is skipped where cpack, dpkg-deb or dpkg-shlibdeps is missing.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WECAN = pathlib.Path(os.environ.get("WECAN") or ROOT / "build" / "release" / "wecan").resolve()
BUILD = WECAN.parent
TIMEOUT_SECONDS = 300
SANITIZED = "WECAN_SANITIZE:STRING=\n" not in (BUILD / "CMakeCache.txt").read_text()

LAYOUT = [
    "bin/kubectl-wecan",
    "bin/kubectl_complete-wecan",
    "bin/wecan",
    "share/bash-completion/completions/wecan",
    "share/doc/wecan/README.md",
    "share/doc/wecan/copyright",
    "share/doc/wecan/pre-commit-hooks.yaml",
    "share/fish/vendor_completions.d/wecan.fish",
    "share/man/man1/wecan.1",
    "share/zsh/site-functions/_wecan",
]


def run(*args, **more):
    result = subprocess.run([str(a) for a in args], text=True, capture_output=True, timeout=TIMEOUT_SECONDS, check=False,
                            **more)
    if result.returncode != 0:
        raise AssertionError(f"{args}: exit {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def files_below(folder):
    """Paths of all that is no folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_symlink() or path.is_file())


class InstallTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)

    def runs_from(self, prefix):
        """The program of `prefix` under its three names, and what it wrote at build time."""
        program = prefix / "bin" / "wecan"
        self.assertEqual(run(program, "version"), run(WECAN, "version"))
        self.assertIn("usage: kubectl wecan", run(prefix / "bin" / "kubectl-wecan", "--help"))
        self.assertIn("check\t", run(prefix / "bin" / "kubectl_complete-wecan", "ch"))
        for words, path in ((("completion", "bash"), "share/bash-completion/completions/wecan"),
                            (("completion", "zsh"), "share/zsh/site-functions/_wecan"),
                            (("completion", "fish"), "share/fish/vendor_completions.d/wecan.fish"),
                            (("man",), "share/man/man1/wecan.1")):
            self.assertEqual(run(program, *words), (prefix / path).read_text())
        report = subprocess.run([program, "check", ROOT / "fixtures" / "kubestellar", "-o", "json"], capture_output=True,
                                check=False)
        self.assertEqual(1, report.returncode, report.stderr)

    def test_the_layout(self):
        prefix = self.scratch / "usr"
        run("cmake", "--install", BUILD, "--prefix", prefix)
        self.assertEqual(LAYOUT, files_below(prefix))
        for name in ("kubectl-wecan", "kubectl_complete-wecan"):
            self.assertEqual("wecan", os.readlink(prefix / "bin" / name))
        self.runs_from(prefix)
        moved = self.scratch / "elsewhere"
        prefix.rename(moved)
        self.runs_from(moved)

    def test_nothing_names_the_machine(self):
        prefix = self.scratch / "usr"
        run("cmake", "--install", BUILD, "--prefix", prefix)
        for path in (prefix / "share").rglob("*"):
            if path.is_file():
                self.assertNotIn(str(ROOT), path.read_text(), path)

    def package(self, folder):
        """Builds the package into `folder`; the path of the .deb."""
        folder.mkdir()
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-G", "DEB", "-B", folder, cwd=folder,
            env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"})
        (deb,) = folder.glob("*.deb")
        return deb

    def test_the_package(self):
        for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
            if shutil.which(tool) is None:
                self.skipTest(f"{tool} is not installed")
        if SANITIZED:
            self.skipTest("a build with sanitizers is no package")
        deb = self.package(self.scratch / "one")
        version = run(WECAN, "version").split()[1]
        architecture = run("dpkg", "--print-architecture").strip()
        self.assertEqual(f"wecan_{version}_{architecture}.deb", deb.name)
        self.check_fields(deb)
        root = self.scratch / "root"
        run("dpkg-deb", "-x", deb, root)
        self.assertEqual(["usr/" + path for path in LAYOUT], files_below(root))
        self.runs_from(root / "usr")
        again = self.package(self.scratch / "two")
        self.assertEqual(run("dpkg-deb", "-c", deb), run("dpkg-deb", "-c", again))
        self.assertEqual(deb.read_bytes(), again.read_bytes(), "two builds of the package differ")

    def check_fields(self, deb):
        fields = {name: run("dpkg-deb", "-f", deb, name).strip()
                  for name in ("Package", "Section", "Priority", "Maintainer", "Depends", "Recommends", "Description")}
        self.assertEqual("wecan", fields["Package"])
        self.assertEqual("admin", fields["Section"])
        self.assertEqual("optional", fields["Priority"])
        self.assertRegex(fields["Maintainer"], r"^wecan maintainers <\S+>$")
        self.assertRegex(fields["Depends"], r"libc6 \(>= ")
        self.assertRegex(fields["Depends"], r"libyaml-0-2")
        # Loaded when a server is asked: linked, its 30 libraries would more than double the time of every start.
        self.assertNotIn("curl", fields["Depends"])
        self.assertIn("libcurl4", fields["Recommends"])
        summary, *rest = fields["Description"].splitlines()
        self.assertLessEqual(len(summary), 80)
        self.assertTrue(rest)
        listing = run("dpkg-deb", "-c", deb)
        for line in listing.splitlines():
            self.assertIn(" root/root ", line)
            self.assertRegex(line, r"^(drwxr-xr-x|-rw-r--r--|lrwxrwxrwx) |^-rwxr-xr-x .*/usr/bin/wecan$")

    def test_the_manual_page(self):
        page = self.scratch / "wecan.1"
        page.write_text(run(WECAN, "man"))
        tools = 0
        if shutil.which("mandoc"):
            tools += 1
            lint = subprocess.run(["mandoc", "-T", "lint", page], text=True, capture_output=True, check=False).stdout
            # The page has no date on purpose, and how long its source lines are concerns nobody.
            wrong = [line for line in lint.splitlines() if "missing date" not in line and "80 bytes" not in line]
            self.assertEqual([], wrong)
        if shutil.which("man") and shutil.which("groff"):
            tools += 1
            shown = subprocess.run(["man", "-l", "--warnings", page], text=True, capture_output=True, check=False,
                                   env=os.environ | {"LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MANWIDTH": "100"})
            self.assertEqual("", shown.stderr)
            self.assertIn("EXIT STATUS", shown.stdout)
        if tools == 0:
            self.skipTest("neither mandoc nor man is installed")


if __name__ == "__main__":
    unittest.main()
