# SPDX-License-Identifier: Apache-2.0
"""What the tests that run other people's tools have in common: finding them, and the recipes of docs/ci.md.

A tool that is not on the PATH skips its test; with WECAN_REQUIRE_TOOLS=1, as in .ci/run, it fails it.
"""

import os
import pathlib
import shutil
import subprocess
import unittest

import docs_samples_test

ROOT = pathlib.Path(__file__).resolve().parents[2]
WECAN = pathlib.Path(os.environ.get("WECAN") or ROOT / "build" / "release" / "wecan").resolve()
PAGE = "docs/ci.md"
TIMEOUT_SECONDS = 120


def find(name):
    """The path of a tool; skips or fails the test without it."""
    path = shutil.which(name)
    if path is not None:
        return path
    if os.environ.get("WECAN_REQUIRE_TOOLS") == "1":
        raise AssertionError(f"{name} is not installed, and WECAN_REQUIRE_TOOLS=1")
    raise unittest.SkipTest(f"{name} is not installed; .ci/run installs it")


def environment(home, *folders, **more):
    """Nothing of the caller's but the PATH; wecan and `folders` come first on it."""
    path = os.pathsep.join([*map(str, folders), str(WECAN.parent), os.environ.get("PATH", "/usr/bin:/bin")])
    keep = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
    return {**keep, "PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8", **more}


def run(*command, cwd, env, stdin=""):
    """Exit code, and what went to both streams together."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=env, input=stdin, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False)
    return done.returncode, done.stdout


def blocks(language):
    """The blocks of docs/ci.md in one language."""
    return [block for block in docs_samples_test.blocks_of(docs_samples_test.read(PAGE)) if block.language == language]


def recipe(name):
    """The text of the YAML block that begins with the comment `# NAME`."""
    (text,) = ["\n".join(block.lines) + "\n" for block in blocks("yaml") if block.lines[0] == f"# {name}"]
    return text
