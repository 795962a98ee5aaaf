# SPDX-License-Identifier: Apache-2.0
"""Runs every sample of README.md and docs/*.md, and compares the generated pages with what the generator writes.

A fenced block with the info string `console` is run: a line that starts with `$ ` is a command (a trailing backslash
continues it), run by `sh -c` in the root of the repository with the program's folder first on PATH and, for each block, a
fresh folder in TMPDIR. The lines up to the next command are what it prints, on both streams together; `...` stands for any lines, and
blanks at the ends of lines do not count. A command that fails says so in a last line, `# exit 1`.

UPDATE_SAMPLES=1 rewrites the blocks in place instead of comparing them.
"""

import glob
import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WECAN = os.path.abspath(os.environ.get("WECAN") or os.path.join(ROOT, "build/release/wecan"))
GENERATE = os.path.abspath(os.environ.get("WECAN_GENERATE") or os.path.join(os.path.dirname(WECAN), "wecan_generate"))
UPDATE = bool(os.environ.get("UPDATE_SAMPLES"))

REFRESH_SAMPLES = "UPDATE_SAMPLES=1 /usr/bin/python3 tests/scripts/docs_samples_test.py"
REFRESH_PAGES = "build/release/wecan_generate docs . docs"

LANGUAGES = {"console", "sh", "text", "yaml", "json"}
# What a block marked `sh` may be about: steps that need more than wecan and the tools of any POSIX system.
# A cluster, and what comes of asking one.
NOT_RUN = re.compile(r"\b(helm|kustomize|kubectl|git)\b|\bscripts/|--(context|all-contexts|its|wds)\b|\bwecan merge\b|\bcontext:")
TIMEOUT_SECONDS = 60


def pages():
    """The hand-written and generated pages, relative to the root."""
    found = [os.path.join(ROOT, "README.md")] + sorted(glob.glob(os.path.join(ROOT, "docs", "*.md")))
    return [os.path.relpath(path, ROOT) for path in found]


def read(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as f:
        return f.read()


class Block:
    """One fenced block: lines[start:end] are what stands between the fences; `start` counts from 0."""

    def __init__(self, language, start, lines):
        self.language, self.start, self.lines = language, start, lines


def blocks_of(text):
    """All fenced blocks, in order. A fence that is never closed gives a block with language None."""
    blocks, fence = [], None
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = re.match(r"(`{3,})(.*)$", line)
        if fence is None and match:
            fence, block = match.group(1), Block(match.group(2).strip(), number + 1, [])
        elif fence is not None and match and match.group(1) == fence and not match.group(2).strip():
            blocks.append(block)
            fence = None
        elif fence is not None:
            block.lines.append(line)
    if fence is not None:
        blocks.append(Block(None, block.start, block.lines))
    return blocks


def commands_of(lines):
    """Shell lines, with those that a trailing backslash continues put together."""
    commands = []
    for line in lines:
        if commands and commands[-1].endswith("\\"):
            commands[-1] += "\n" + line
        else:
            commands.append(line)
    return [c for c in commands if c.strip() and not c.lstrip().startswith("#")]


class Sample:
    """One command of a console block with what it prints."""

    def __init__(self, line):
        self.line = line  # in the page, from 1
        self.command = ""
        self.output = []
        self.exit_code = 0


def samples_of(block):
    samples = []
    in_command = False
    for offset, line in enumerate(block.lines):
        if in_command:
            samples[-1].command += "\n" + line
        elif line.startswith("$ "):
            samples.append(Sample(block.start + offset + 1))
            samples[-1].command = line[2:]
        elif not samples:
            raise ValueError("line %d: a console block starts with a command, `$ `" % (block.start + offset + 1))
        else:
            samples[-1].output.append(line)
            continue
        in_command = samples[-1].command.endswith("\\")
    for sample in samples:
        sample.output = trimmed(sample.output)
        match = re.fullmatch(r"# exit (\d+)", sample.output[-1]) if sample.output else None
        if match:
            sample.exit_code = int(match.group(1))
            sample.output.pop()
        sample.output = trimmed(sample.output)
    return samples


def trimmed(lines):
    """Without blanks at the ends of lines, and without empty lines at the end."""
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def run(command, folder):
    """Exit code and output lines of a command that may write into `folder`."""
    keep = {"HOME", "PATH"}
    environment = {key: value for key, value in os.environ.items() if key in keep}
    environment["PATH"] = os.path.dirname(WECAN) + os.pathsep + environment.get("PATH", "/usr/bin:/bin")
    environment["LC_ALL"] = "C"
    # Where a sanitizer writes its reports is for the caller to say.
    environment.update({key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")})
    environment["TMPDIR"] = folder
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False)
    return done.returncode, trimmed(done.stdout.decode("utf-8", "replace").split("\n"))


def matches(expected, actual):
    """Whether `actual` is what `expected` says; `...` stands for any lines, also for none."""
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in actual)) is not None


def abridged(expected, actual):
    """`actual`, cut where `expected` is; None if that has more than one `...`."""
    gaps = expected.count("...")
    if gaps == 0:
        return actual
    head, tail = expected.index("..."), len(expected) - expected.index("...") - 1
    if gaps > 1 or head + tail > len(actual):
        return None
    return actual[:head] + ["..."] + (actual[-tail:] if tail else [])


class Samples(unittest.TestCase):
    maxDiff = None

    def test_the_program_is_built(self):
        self.assertTrue(os.access(WECAN, os.X_OK), "no program at %s; set WECAN" % WECAN)

    def test_console_blocks_show_what_the_program_prints(self):
        for page in pages():
            if UPDATE:
                self.update(page)
                continue
            for block in blocks_of(read(page)):
                if block.language != "console":
                    continue
                with tempfile.TemporaryDirectory() as folder:
                    for sample in samples_of(block):
                        with self.subTest(page=page, line=sample.line, command=sample.command):
                            self.compare(sample, folder)

    def compare(self, sample, folder):
        code, output = run(sample.command, folder)
        refresh = "\nTo rewrite the samples: " + REFRESH_SAMPLES
        if not matches(sample.output, output):
            self.assertEqual("\n".join(sample.output), "\n".join(output), refresh)
        self.assertEqual(sample.exit_code, code, "exit code" + refresh)

    def update(self, page):
        text = read(page)
        lines = text.split("\n")
        for block in reversed(blocks_of(text)):
            if block.language != "console":
                continue
            with tempfile.TemporaryDirectory() as folder:
                fresh = [self.rewritten(page, sample, folder) for sample in samples_of(block)]
            lines[block.start:block.start + len(block.lines)] = "\n\n".join(fresh).split("\n")
        with open(os.path.join(ROOT, page), "w", encoding="utf-8", newline="\n") as f:
            f.write("\n".join(lines))


    def rewritten(self, page, sample, folder):
        code, output = run(sample.command, folder)
        self.assertNotIn(code, (126, 127), "%s:%d: %s" % (page, sample.line, output))
        if matches(sample.output, output):
            output = sample.output
        else:
            output = abridged(sample.output, output)
            self.assertIsNotNone(output, "%s:%d: edit this sample by hand" % (page, sample.line))
        return "\n".join(["$ " + sample.command] + output + (["# exit %d" % code] if code else []))


class Pages(unittest.TestCase):
    def test_every_block_says_what_it_is(self):
        for page in pages():
            for block in blocks_of(read(page)):
                with self.subTest(page=page, line=block.start):
                    self.assertIsNotNone(block.language, "this fence is never closed")
                    self.assertIn(block.language, LANGUAGES)

    def test_blocks_that_are_not_run_need_other_tools(self):
        for page in pages():
            for block in blocks_of(read(page)):
                for command in commands_of(block.lines) if block.language == "sh" else []:
                    with self.subTest(page=page, line=block.start, command=command):
                        self.assertRegex(command, NOT_RUN, "mark the block `console`, so that it is run")

    def test_links_lead_somewhere(self):
        for page in pages():
            text = re.sub(r"^```.*?^```$", "", read(page), flags=re.M | re.S)
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                with self.subTest(page=page, target=target):
                    if re.match(r"[a-z]+:", target):
                        continue
                    path, _, anchor = target.partition("#")
                    file = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
                    self.assertTrue(os.path.exists(os.path.join(ROOT, file)), "no such file: " + file)
                    if anchor and file.endswith(".md"):
                        self.assertIn(anchor, anchors(read(file)))

    def test_generated_pages_are_fresh(self):
        self.assertTrue(os.access(GENERATE, os.X_OK), "no generator at %s; set WECAN_GENERATE" % GENERATE)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([GENERATE, "docs", ROOT, folder], check=True)
            for name in ("rules.md", "profiles.md"):
                with self.subTest(page=name):
                    with open(os.path.join(folder, name), "rb") as f:
                        fresh = f.read()
                    with open(os.path.join(ROOT, "docs", name), "rb") as f:
                        stored = f.read()
                    self.assertTrue(fresh == stored, "docs/%s is not what rules/ and policies/ say. Refresh it:\n  %s"
                                    % (name, REFRESH_PAGES))


def anchors(text):
    """What headings can be linked to by, as the usual renderers of Markdown name them."""
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


class Reader(unittest.TestCase):
    """The reader of the blocks itself."""

    def test_reads_commands_output_and_exit_codes(self):
        page = "```console\n$ a \\\n  b\none\n\n$ c\ntwo  \n# exit 2\n\n```\n```text\n$ not run\n```\n"
        console, text = blocks_of(page)
        self.assertEqual((console.language, text.language), ("console", "text"))
        first, second = samples_of(console)
        self.assertEqual((first.command, first.output, first.exit_code), ("a \\\n  b", ["one"], 0))
        self.assertEqual((second.command, second.output, second.exit_code, second.line), ("c", ["two"], 2, 6))

    def test_dots_stand_for_any_lines(self):
        self.assertTrue(matches(["a", "...", "z"], ["a", "z"]))
        self.assertTrue(matches(["a", "...", "z"], ["a", "b", "c", "z"]))
        self.assertFalse(matches(["a", "...", "z"], ["a", "b"]))
        self.assertFalse(matches(["a.c"], ["abc"]))
        self.assertEqual(abridged(["1", "...", "9"], ["A", "B", "C"]), ["A", "...", "C"])
        self.assertIsNone(abridged(["...", "x", "..."], ["A", "B", "C"]))

    def test_an_open_fence_is_noticed(self):
        self.assertIsNone(blocks_of("```console\n$ a\n")[0].language)


if __name__ == "__main__":
    unittest.main()
