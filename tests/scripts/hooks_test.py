#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Commits to scratch repositories in which the real pre-commit runs the hooks of .pre-commit-hooks.yaml, and keeps the transcript in
docs/ci.md true. No network: the repository that offers the hooks is a folder.

Run: WECAN=build/release/wecan /usr/bin/python3 tests/scripts/hooks_test.py
UPDATE_SAMPLES=1 rewrites the transcript instead of comparing it.
"""

import os
import pathlib
import re
import shutil
import tempfile
import unittest

import docs_samples_test
import tools

REFRESH = "UPDATE_SAMPLES=1 /usr/bin/python3 tests/scripts/hooks_test.py"
STORAGE = tools.ROOT / "fixtures" / "kubestellar" / "scenario-4" / "storage.yaml"
GRANT = "deploy/wecan-rbac.yaml"
QUOTA = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: compute, namespace: shop}\n"
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
# What is YAML or JSON, and no Kubernetes object: some of it cannot even be parsed.
STRANGERS = {
    ".github/workflows/ci.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.sha }}'}]}}\n",
    "mkdocs.yml": "site_name: x\nextensions: [{emoji: {index: !!python/name:material.emoji.twemoji }}]\n",
    "template.yaml": "Resources: {A: {Type: 'AWS::S3::Bucket', Properties: {Name: !Ref B}}}\n",
    "tsconfig.json": '{\n  // strict\n  "compilerOptions": {"strict": true,},\n}\n',
    "values.yaml": "kind: production\nimage: {tag: '1'}\n",
    "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [deploy]\n",
}
CHECK_ALONE = "repos:\n- repo: REPOSITORY\n  rev: COMMIT\n  hooks:\n  - id: wecan-check\n"
BOTH_ALONE = CHECK_ALONE.replace("- id", "- id: wecan-fix\n  - id")


def git(*args, cwd, env):
    code, output = tools.run("git", *args, cwd=cwd, env=env)
    assert code == 0, output
    return output


class Hooks(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        tools.find("pre-commit")
        tools.find("git")
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        home = pathlib.Path(scratch.name)
        identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                    for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.org"), ("DATE", "2026-01-01T00:00:00Z"))}
        # The cache of pre-commit holds the clone of one commit; no test changes it.
        cls.environment = tools.environment(home, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", **identity,
                                            PRE_COMMIT_HOME=str(home / "cache"), PRE_COMMIT_COLOR="never")
        cls.offer = home / "wecan"
        cls.offer.mkdir()
        shutil.copy(tools.ROOT / ".pre-commit-hooks.yaml", cls.offer)
        for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "hooks"]):
            git(*command, cwd=cls.offer, env=cls.environment)
        cls.commit_of_hooks = git("rev-parse", "HEAD", cwd=cls.offer, env=cls.environment).strip()

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.repository = pathlib.Path(scratch.name)
        self.git("init", "-q", "-b", "main")

    def git(self, *args):
        return git(*args, cwd=self.repository, env=self.environment)

    def configure(self, text):
        """Installs the hooks, and commits their configuration."""
        text = text.replace("REPOSITORY", str(self.offer)).replace("COMMIT", self.commit_of_hooks)
        self.write({".pre-commit-config.yaml": text})
        self.git("add", ".")
        self.git("commit", "-q", "-m", "Hooks")
        code, output = tools.run("pre-commit", "install", "--install-hooks", cwd=self.repository, env=self.environment)
        self.assertEqual(0, code, output)

    def write(self, files):
        for name, text in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, *paths):
        """Stages the paths and commits: exit code, and what was printed."""
        self.git("add", *(paths or ["."]))
        return tools.run("git", "commit", "-m", "Change", cwd=self.repository, env=self.environment)

    def assert_committed(self, *paths):
        code, output = self.commit(*paths)
        self.assertEqual(0, code, output)
        return output

    def assert_refused(self, *paths):
        code, output = self.commit(*paths)
        self.assertEqual(1, code, output)
        return output

    def assert_hook(self, output, hook, result):
        self.assertRegex(output, rf"(?m)^wecan {hook} \(.*\)\.+(\(.*\))?{result}$")

    def test_a_good_commit_passes(self):
        self.configure(CHECK_ALONE)
        self.write({"deploy/settings.yaml": SETTINGS})
        self.assert_hook(self.assert_committed(), "check", "Passed")

    def test_other_yaml_passes_without_a_word(self):
        self.configure(BOTH_ALONE.replace("wecan-fix", "wecan-fix\n    args: [deploy/]"))
        self.write({"deploy/settings.yaml": SETTINGS, **STRANGERS})
        output = self.assert_committed()
        lines = [line for line in output.splitlines() if not line.startswith((" ", "[main "))]
        self.assertEqual(2, len(lines), output)
        self.assert_hook(output, "check", "Passed")

    def test_other_files_are_not_looked_at(self):
        self.configure(CHECK_ALONE)
        self.write({"README.md": STORAGE.read_text()})
        self.assert_hook(self.assert_committed(), "check", "Skipped")

    def test_staged_files_are_what_is_checked(self):
        self.configure(CHECK_ALONE)
        self.write({"deploy/storage.yaml": STORAGE.read_text(), "deploy/settings.yaml": SETTINGS})
        self.assert_committed("deploy/settings.yaml")
        output = self.assert_refused("deploy/storage.yaml")
        self.assert_hook(output, "check", "Failed")
        self.assertIn("deploy/storage.yaml:3", output)
        self.assertNotIn("settings", output)

    def test_what_is_staged_counts_not_what_is_on_disk(self):
        self.configure(CHECK_ALONE)
        self.write({"deploy/storage.yaml": SETTINGS})
        self.git("add", ".")
        self.write({"deploy/storage.yaml": STORAGE.read_text()})
        code, output = tools.run("git", "commit", "-m", "Change", cwd=self.repository, env=self.environment)
        self.assertEqual(0, code, output)

    def test_a_file_that_cannot_be_read_stops_the_commit(self):
        self.configure(CHECK_ALONE)
        self.write({"deploy/a.yaml": SETTINGS + "---\napiVersion: v1\nkind: [\n"})
        self.assertIn("exit code: 2", self.assert_refused())

    def test_a_grant_is_written_and_the_next_commit_passes(self):
        self.configure(tools.recipe(".pre-commit-config.yaml"))
        self.write({"deploy/storage.yaml": STORAGE.read_text()})
        output = self.assert_refused()
        self.assert_hook(output, "fix", "Failed")
        self.assertIn(f"{GRANT} (new)", output)
        output = self.assert_committed()
        self.assert_hook(output, "fix", "Passed")
        self.assert_hook(output, "check", "Passed")
        self.assertEqual("", self.git("status", "--short"))
        # The grant that is there is added to; git sees a file that changed.
        self.write({"deploy/quota.yaml": QUOTA})
        self.assertIn("files were modified by this hook", self.assert_refused())
        self.assert_hook(self.assert_committed(), "check", "Passed")
        # A commit without the grant: it is loaded.
        self.write({"deploy/storage.yaml": STORAGE.read_text().replace("WaitForFirstConsumer", "Immediate")})
        self.assert_hook(self.assert_committed("deploy/storage.yaml"), "check", "Passed")

    def test_what_no_grant_helps_stops_the_commit(self):
        self.configure(tools.recipe(".pre-commit-config.yaml"))
        self.write({"deploy/a.yaml": "apiVersion: v1\nkind: [\n"})
        output = self.assert_refused()
        self.assertIn("exit code: 2", output)
        self.assertFalse((self.repository / GRANT).exists())
        self.assertNotIn("commit again", output)

    def test_a_grant_that_cannot_be_written_stops_the_commit(self):
        self.configure(BOTH_ALONE.replace("wecan-fix", "wecan-fix\n    args: [deploy/, --out, nowhere/grant.yaml]"))
        self.write({"deploy/storage.yaml": STORAGE.read_text()})
        output = self.assert_refused()
        self.assertIn("exit code: 2", output)
        self.assertIn("nowhere", output)

    def test_paths_of_the_configuration_are_context(self):
        self.configure(CHECK_ALONE)
        self.write({".wecan.yaml": "paths: [deploy/]\n", "deploy/storage.yaml": STORAGE.read_text(), GRANT: ""})
        code, grant = tools.run("wecan", "fix", "deploy/storage.yaml", "-o", "yaml", "--no-config", cwd=self.repository,
                                env=self.environment)
        self.assertEqual(0, code, grant)
        self.write({GRANT: grant, "deploy/quota.yaml": QUOTA})
        # Nothing is found in what is not staged, and a grant in it counts.
        self.assert_committed(".wecan.yaml", GRANT)
        self.assert_hook(self.assert_committed("deploy/storage.yaml"), "check", "Passed")
        output = self.assert_refused("deploy/quota.yaml")
        self.assertIn("ResourceQuota/shop/compute", output)
        self.assertNotIn("storage", output)

    def test_the_configuration_says_what_is_fixed_and_what_fails(self):
        self.configure(BOTH_ALONE)
        self.write({".wecan.yaml": "paths: [deploy/]\nfix: {file: deploy/grant.yaml}\n", "deploy/storage.yaml": STORAGE.read_text()})
        self.assertIn("deploy/grant.yaml (new)", self.assert_refused())
        self.assert_hook(self.assert_committed(), "check", "Passed")
        # WEC103, a warning: the agent can apply it, not remove it.
        webhook = "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: x}\n"
        self.write({"webhook.yaml": webhook})
        self.assert_committed()
        self.write({".wecan.yaml": "paths: [deploy/]\nfailOn: warning\n", "webhook.yaml": webhook + "webhooks: []\n"})
        self.assertIn("WEC103", self.assert_refused())

    def test_the_transcript_of_the_page(self):
        self.configure(tools.recipe(".pre-commit-config.yaml"))
        self.write({"deploy/storage.yaml": STORAGE.read_text()})
        _, first = self.commit()
        _, second = self.commit()
        transcript = ["$ git add . && git commit -m Change", *first.splitlines(), "", "$ git add . && git commit -m Change",
                      *second.splitlines()]
        fresh = [re.sub(r"^\[main [0-9a-f]+\]", "[main 0123abc]", line).rstrip() for line in transcript]
        (block,) = [b for b in tools.blocks("text") if not b.lines or b.lines[0].startswith("$ git")]
        if os.environ.get("UPDATE_SAMPLES"):
            lines = docs_samples_test.read(tools.PAGE).split("\n")
            lines[block.start:block.start + len(block.lines)] = fresh
            (tools.ROOT / tools.PAGE).write_text("\n".join(lines))
        else:
            self.assertEqual("\n".join(block.lines), "\n".join(fresh), "\nTo rewrite the transcript: " + REFRESH)


if __name__ == "__main__":
    unittest.main()
