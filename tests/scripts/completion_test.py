#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real shells what they complete with the scripts of `wecan completion`. A shell that is not installed is skipped.

Run: WECAN=build/release/wecan /usr/bin/python3 tests/scripts/completion_test.py
"""

import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WECAN = pathlib.Path(os.environ.get("WECAN") or ROOT / "build" / "release" / "wecan").resolve()
TIMEOUT_SECONDS = 60

FORMATS = {"text", "json", "yaml"}
STRATEGIES = {"aggregate", "cluster-binding", "role-binding"}
SHELLS = {"bash", "zsh", "fish"}
FILES = {"a b.yaml", "deploy", "report.json"}

# The line up to the cursor; what must be offered, what must not.
CASES = [
    ("wecan ", {"check", "fix", "can-i", "explain", "completion", "help"}, {"deploy", "bash"}),
    ("wecan ch", {"check"}, {"fix"}),
    ("wecan help expl", {"explain"}, {"check"}),
    ("wecan fix --st", {"--strategy"}, {"--shared", "--diff"}),
    ("wecan rules --st", set(), {"--strategy"}),
    ("wecan fix --strategy ", STRATEGIES, {"deploy"}),
    ("wecan fix --strategy=cl", {"cluster-binding"}, {"aggregate"}),
    ("wecan fix deploy --diff --strategy role", {"role-binding"}, {"aggregate"}),
    ("wecan check --mode ", {"default", "singleton"}, FILES),
    ("wecan check --color a", {"auto", "always"}, {"never"}),
    ("wecan check -o ", FORMATS | {"short"}, set()),
    ("wecan can-i -o ", FORMATS, {"short"}),
    ("wecan check -o json -o sh", {"short"}, {"json"}),
    ("wecan check --profile ocm-1.", {"ocm-1.0"}, {"ocm-0.11"}),
    ("wecan profiles kubestellar-0.3", {"kubestellar-0.30"}, {"ocm-1.0"}),
    ("wecan check --kubernetes 1.3", {"1.30"}, {"1.29"}),
    ("wecan explain WEC10", {"WEC101", "WEC102"}, {"WEC201"}),
    ("wecan check --select WEC20", {"WEC201"}, {"WEC101"}),
    ("wecan check --ignore WEC101,WEC20", {"WEC201"}, {"WEC101"}),
    ("wecan check --load ", FILES, {"check", "json"}),
    ("wecan check ", FILES, {"json"}),
    ("wecan check --shared dep", {"deploy"}, {"report.json"}),
    ("wecan fix -C ", {"deploy"}, {"report.json"}),
    ("wecan check --selector ", set(), FILES),
    ("wecan completion ", SHELLS, FILES),
    ("wecan rules ", set(), FILES),
    ("wecan version --", {"--output", "--verbose"}, {"--load"}),
]
# Values of two parts, which fish leaves alone.
PAIRS = [
    ("wecan check --rule WEC101=", {"error", "off"}, {"WEC102"}),
    ("wecan check --rule WEC101=off,WEC102=n", {"note"}, {"off"}),
    ("wecan check -o json=re", {"report.json"}, {"json"}),
    ("wecan check --output=json=re", {"report.json"}, {"json"}),
]


def script_of(shell):
    return subprocess.run([WECAN, "completion", shell], check=True, capture_output=True, text=True).stdout


def last_part(word):
    """What is new in a candidate: without the flag, the other items of a list, the slash of a folder."""
    return re.split("[=,]", word)[-1].rstrip("/=")


def readline_words(line):
    """The words of a line up to the cursor, as bash gives them to a completion function."""
    words = re.findall(r"[=:]+|[^\s=:]+", line)
    return words + [""] if line.endswith(" ") else words


class Shell:
    """What the tests of all shells have in common. `offered` gives the candidates for a line."""

    name = ""

    @classmethod
    def setUpClass(cls):
        cls.program = shutil.which(cls.name)
        if cls.program is None:
            raise unittest.SkipTest(f"{cls.name} is not installed")

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.home = pathlib.Path(self.scratch.name)
        self.folder = self.home / "work"
        (self.folder / "deploy").mkdir(parents=True)
        (self.folder / "a b.yaml").touch()
        (self.folder / "report.json").touch()
        self.script = self.home / "_wecan"
        self.script.write_text(script_of(self.name))
        self.environment = {"HOME": str(self.home), "PATH": f"{WECAN.parent}:/usr/bin:/bin", "TERM": "dumb",
                            "LC_ALL": "C.UTF-8"}

    def tearDown(self):
        self.scratch.cleanup()

    def run_shell(self, *args, text=""):
        result = subprocess.run([self.program, *args], cwd=self.folder, env=self.environment, input=text, text=True,
                                capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        self.assertEqual("", result.stderr)
        return result.stdout

    def offered(self, line):
        raise NotImplementedError

    def check(self, cases):
        for line, wanted, unwanted in cases:
            with self.subTest(line=line):
                offered = {last_part(word) for word in self.offered(line)}
                self.assertEqual(set(), wanted - offered, f"not offered; offered: {offered}")
                self.assertEqual(set(), unwanted & offered, "offered")

    def test_cases(self):
        self.check(CASES)

    def test_syntax(self):
        self.run_shell("-n", str(self.script))


class Bash(Shell, unittest.TestCase):
    name = "bash"

    def offered(self, line):
        words = readline_words(line)
        quoted = " ".join(shlex.quote(w) for w in words)
        return self.run_shell("--norc", "-u", "-c", f"""
            source {self.script}
            COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}
            _wecan wecan {shlex.quote(words[-1])} {shlex.quote(words[-2])}
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """).splitlines()

    def test_pairs(self):
        self.check(PAIRS)

    def test_candidates_replace_the_piece_that_readline_split_off(self):
        self.assertEqual(["cluster-binding"], self.offered("wecan fix --strategy=cl"))
        self.assertEqual(["WEC101,WEC201"], self.offered("wecan check --ignore WEC101,WEC201"))
        self.assertEqual(["off,WEC102="], self.offered("wecan check --rule WEC101=off,WEC102"))

    def test_words_behind_two_dashes_are_paths(self):
        self.assertEqual([""], self.offered("wecan check -- --mo"))

    def test_a_file_of_a_profile(self):
        self.assertEqual(["report.json"], self.offered("wecan check --profile file:rep"))

    def test_it_is_registered(self):
        out = self.run_shell("--norc", "-c", f"source {self.script}; complete -p wecan")
        self.assertEqual("complete -F _wecan wecan\n", out)


# Stands in for the builtin: writes down what would be offered.
ZSH_SETUP = r"""
PROMPT= RPROMPT=
fpath=(SCRATCH $fpath)
autoload -Uz compinit
compinit -u -d SCRATCH/dump
bindkey '^I' complete-word
zstyle ':completion:*' insert-tab false
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -A hits "$@"
  (( $#hits )) && print -rl -- $hits >> SCRATCH/offered
  builtin compadd "$@"
}
done-with-it() { print -r -- end >> SCRATCH/ended; exit }
comppostfuncs=(done-with-it)
print READY-$((1 + 1))
"""


class Zsh(Shell, unittest.TestCase):
    name = "zsh"

    def offered(self, line):
        offered = self.home / "offered"
        offered.unlink(missing_ok=True)
        (self.home / "setup").write_text(ZSH_SETUP.replace("SCRATCH", str(self.home)))
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(self.program, [self.program, "-f", "-i"], self.environment)
        try:
            os.write(terminal, f"source {self.home}/setup\n".encode())
            self.read_until(terminal, b"READY-2")
            os.write(terminal, line.encode() + b"\t")
            self.read_until(terminal, None)
        finally:
            os.close(terminal)
            os.waitpid(pid, 0)
        # Names of files come quoted for the command line.
        return [w.replace("\\", "") for w in offered.read_text().splitlines()] if offered.exists() else []

    def read_until(self, terminal, mark):
        """Reads until `mark`, or the end of the shell."""
        seen, end = b"", time.monotonic() + TIMEOUT_SECONDS
        while mark is None or mark not in seen:
            ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
            self.assertTrue(ready, f"zsh is silent after {seen!r}")
            try:
                data = os.read(terminal, 4096)
            except OSError:  # the terminal of a process that is gone
                data = b""
            if not data:
                self.assertIsNone(mark, seen)
                return
            seen += data

    def test_pairs(self):
        self.check(PAIRS)

    def test_it_can_be_sourced(self):
        out = self.run_shell("-f", "-c", f"""
            autoload -Uz compinit; compinit -u -D; source {self.script}; print $_comps[wecan]""")
        self.assertEqual("_wecan\n", out)


class Fish(Shell, unittest.TestCase):
    name = "fish"

    def offered(self, line):
        out = self.run_shell("--no-config", "-c", f"source {self.script}; complete -C {shlex.quote(line)}")
        return [candidate.split("\t")[0].replace("\\", "") for candidate in out.splitlines()]


class Kubectl(unittest.TestCase):
    """kubectl itself asks kubectl_complete-wecan; it does so since 1.26."""

    def test_it_passes_candidates_on(self):
        kubectl = shutil.which("kubectl")
        if kubectl is None:
            self.skipTest("kubectl is not installed")
        with tempfile.TemporaryDirectory() as folder:
            for name in ("kubectl-wecan", "kubectl_complete-wecan"):
                os.symlink(WECAN, os.path.join(folder, name))

            def run(*args):
                return subprocess.run([kubectl, *args], env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"},
                                      text=True, capture_output=True, timeout=TIMEOUT_SECONDS, check=False).stdout

            version = re.search(r"v1\.(\d+)", run("version", "--client"))
            if version is None or int(version.group(1)) < 26:
                self.skipTest("this kubectl does not complete plugins")
            self.assertEqual("cluster-binding\n:4\n", run("__complete", "wecan", "fix", "--strategy", "cl"))
            self.assertIn("usage: kubectl wecan COMMAND", run("wecan", "--help"))


if __name__ == "__main__":
    unittest.main()
