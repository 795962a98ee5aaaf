#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The recipes of docs/ci.md: their commands are run, and their YAML is shown to the tools that know the formats: actionlint,
check-jsonschema (with the schemas it brings along) and pre-commit. Those that are not installed are skipped.

Run: WECAN=build/release/wecan /usr/bin/python3 tests/scripts/ci_recipes_test.py
"""

import json
import pathlib
import re
import shutil
import tempfile
import unittest
import xml.etree.ElementTree

import yaml

import tools

SCENARIO = tools.ROOT / "fixtures" / "kubestellar" / "scenario-4"
CLEAN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
BROKEN = CLEAN + "---\napiVersion: v1\nkind: [\n"
GITHUB, GITLAB, PRE_COMMIT = ".github/workflows/wecan.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"


class Recipes(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "app"
        self.deploy = self.folder / "deploy"
        self.deploy.mkdir(parents=True)
        self.bin = pathlib.Path(scratch.name) / "bin"
        self.bin.mkdir()
        self.environment = tools.environment(self.folder, self.bin)

    def workload(self, text=None):
        (self.deploy / "storage.yaml").write_text(text or (SCENARIO / "storage.yaml").read_text())

    def sh(self, script, **more):
        return tools.run("sh", "-e", "-c", script, cwd=self.folder, env={**self.environment, **more})

    def file_of(self, name):
        """A recipe as the file that it is to be."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tools.recipe(name))
        return path


class Page(unittest.TestCase):
    def test_every_yaml_block_is_yaml(self):
        for block in tools.blocks("yaml"):
            with self.subTest(line=block.start):
                self.assertIsNotNone(yaml.safe_load("\n".join(block.lines)))

    def test_nothing_is_fetched_from_an_address(self):
        for language in ("yaml", "sh", "text", "console"):
            for block in tools.blocks(language):
                self.assertNotRegex("\n".join(block.lines), r"https?://(?!pre-commit\.com)")


class Pipes(Recipes):
    """The commands for Helm and Kustomize, with stand-ins that print what those would."""

    def stand_in(self, name, text, code=0):
        path = self.bin / name
        rendered = self.bin / f"{name}.yaml"
        rendered.write_text(text)
        path.write_text(f"#!/bin/sh\ncat '{rendered}'\nexit {code}\n")
        path.chmod(0o755)

    def commands(self):
        found = [line for block in tools.blocks("sh") for line in block.lines if re.match("(helm|kustomize) ", line)]
        self.assertEqual(3, len(found))
        return [(line.split()[0], line) for line in found]

    def test_findings_a_clean_render_and_a_failed_one(self):
        for tool, line in self.commands():
            for text, code, exit_code in (((SCENARIO / "storage.yaml").read_text(), 0, 1), (CLEAN, 0, 0), ("", 1, 2)):
                with self.subTest(line, exit_code=exit_code):
                    self.stand_in(tool, text, code)
                    self.assertEqual(exit_code, self.sh(line)[0])

    def test_annotations_name_the_template(self):
        (line,) = [line for _, line in self.commands() if "github" in line]
        storage = (SCENARIO / "storage.yaml").read_text()
        self.stand_in("helm", f"---\n# Source: shop/templates/storage.yaml\n{storage}")
        self.assertIn("::error title=", self.sh(line)[1])
        templates = self.folder / "shop" / "templates"
        templates.mkdir(parents=True)
        (templates / "storage.yaml").write_text(storage)
        self.assertIn("::error file=shop/templates/storage.yaml,title=", self.sh(line)[1])


class GitHub(Recipes):
    def setUp(self):
        super().setUp()
        self.workflow = yaml.safe_load(tools.recipe(GITHUB))
        self.steps = self.workflow["jobs"]["check"]["steps"]

    def test_rights_and_order(self):
        self.assertEqual({"contents": "read", "security-events": "write"}, self.workflow["permissions"])
        kinds = [step.get("uses", step.get("id", step.get("name"))).split("@")[0] for step in self.steps]
        self.assertEqual(["actions/checkout", "wecan", "github/codeql-action/upload-sarif", "gate"], kinds)
        for step in self.steps:
            self.assertRegex(step.get("uses", "x@v0"), r"@v\d+$")
            self.assertNotIn("${{", step.get("run", ""), "an expression in a script is pasted, not quoted")

    def steps_run(self, text):
        """The step and the gate, as the runner does it: exit code of the gate, files, standard output."""
        self.workload(text)
        output, summary = self.folder / "output", self.folder / "summary"
        output.write_text("")
        code, printed = self.sh(self.steps[1]["run"], GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary))
        self.assertEqual(0, code, printed)
        values = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return self.sh(self.steps[3]["run"], CODE=values["code"])[0], summary.read_text(), printed

    def test_findings(self):
        code, summary, printed = self.steps_run(None)
        self.assertEqual(1, code)
        self.assertRegex(printed, r"\A::error file=deploy/storage.yaml,line=3,.*\n\Z")
        self.assertIn("`storageclasses.storage.k8s.io`", summary)
        sarif = json.loads((self.folder / self.steps[2]["with"]["sarif_file"]).read_text())
        self.assertEqual(1, len(sarif["runs"][0]["results"]))

    def test_nothing_found(self):
        code, summary, printed = self.steps_run(CLEAN)
        self.assertEqual((0, ""), (code, printed))
        self.assertIn("none blocked", summary)
        self.assertTrue((self.folder / "wecan.sarif").exists())

    def test_not_readable(self):
        code, _, printed = self.steps_run(BROKEN)
        self.assertEqual(2, code)
        self.assertIn("title=WEC901", printed)
        self.assertTrue((self.folder / "wecan.sarif").exists())

    def test_wrong_usage_leaves_no_file_to_upload(self):
        self.assertIn("hashFiles('wecan.sarif') != ''", self.steps[2]["if"])
        self.assertEqual(2, self.sh("wecan check deploy/ --nonsense -o sarif=wecan.sarif")[0])
        self.assertFalse((self.folder / "wecan.sarif").exists())

    def test_actionlint(self):
        actionlint = tools.find("actionlint")
        variants = [tools.recipe(GITHUB), self.with_source()]
        for text in variants:
            path = self.folder / GITHUB
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            code, output = tools.run(actionlint, "-no-color", "-shellcheck=", "-pyflakes=", path, cwd=self.folder,
                                     env=self.environment)
            self.assertEqual((0, ""), (code, output))

    def with_source(self):
        """The recipe with the two steps that build wecan in the job."""
        (steps,) = [b.lines for b in tools.blocks("yaml") if b.lines[0].startswith("- uses: actions/checkout")]
        lines = [line for line in tools.recipe(GITHUB).split("\n") if "container:" not in line]
        at = lines.index("      - id: wecan")
        return "\n".join(lines[:at] + ["      " + line for line in steps] + lines[at:])

    def test_schema(self):
        check_jsonschema(self, "vendor.github-workflows", self.file_of(GITHUB))


class GitLab(Recipes):
    def setUp(self):
        super().setUp()
        self.job = yaml.safe_load(tools.recipe(GITLAB))["wecan"]

    def test_reports_are_there_whatever_is_found(self):
        reports = self.job["artifacts"]["reports"]
        self.assertEqual("always", self.job["artifacts"]["when"])
        for text, code, issues in ((None, 1, 1), (CLEAN, 0, 0), (BROKEN, 2, 1)):
            with self.subTest(code=code):
                self.workload(text)
                (line,) = self.job["script"]
                self.assertEqual(code, self.sh(line)[0])
                self.assertEqual(issues, len(json.loads((self.folder / reports["codequality"]).read_text())))
                suites = xml.etree.ElementTree.parse(self.folder / reports["junit"]).getroot()
                self.assertEqual(issues, int(suites.get("failures")) + int(suites.get("errors")))

    def test_schema(self):
        check_jsonschema(self, "vendor.gitlab-ci", self.file_of(GITLAB))


class ArgoCd(Recipes):
    def setUp(self):
        super().setUp()
        self.job = yaml.safe_load(tools.recipe("wecan-presync.yaml"))
        self.kustomization = yaml.safe_load(tools.recipe("kustomization.yaml"))
        (self.generator,) = self.kustomization["configMapGenerator"]

    def test_hooks(self):
        job, config_map = self.job["metadata"]["annotations"], self.generator["options"]["annotations"]
        for annotations in (job, config_map):
            self.assertEqual("PreSync", annotations["argocd.argoproj.io/hook"])
            self.assertEqual("BeforeHookCreation", annotations["argocd.argoproj.io/hook-delete-policy"])
        self.assertEqual("-1", config_map["argocd.argoproj.io/sync-wave"], "not before the Job")
        self.assertEqual(0, self.job["spec"]["backoffLimit"])

    def test_the_job_mounts_what_kustomize_makes(self):
        pod = self.job["spec"]["template"]["spec"]
        (volume,), (container,) = pod["volumes"], pod["containers"]
        self.assertEqual(self.generator["name"], volume["configMap"]["name"])
        self.assertEqual(volume["name"], container["volumeMounts"][0]["name"])
        self.assertIn(container["volumeMounts"][0]["mountPath"], container["command"])
        self.assertTrue(set(self.generator["files"]) <= set(self.kustomization["resources"]))
        self.assertIn("wecan-presync.yaml", self.kustomization["resources"])

    def test_the_command_reads_a_mounted_config_map(self):
        """The kubelet makes links to files in a hidden folder that is a link itself."""
        (container,) = self.job["spec"]["template"]["spec"]["containers"]
        mount = self.folder / "manifests"
        (mount / "..2026_01_01_00_00_00.1").mkdir(parents=True)
        (mount / "..data").symlink_to("..2026_01_01_00_00_00.1")
        (mount / "storage.yaml").symlink_to("..data/storage.yaml")
        command = [str(mount) if word == "/manifests" else word for word in container["command"]]
        for text, code in (((SCENARIO / "storage.yaml").read_text(), 1), (CLEAN, 0), (BROKEN, 2), ("a: b\n", 2)):
            (mount / "..data" / "storage.yaml").write_text(text)
            self.assertEqual(code, tools.run(*command, cwd=self.folder, env=self.environment)[0])

    def test_the_job_itself_is_nothing_that_the_agent_may_not_apply(self):
        self.assertEqual(0, tools.run("wecan", "check", self.file_of("wecan-presync.yaml"), cwd=self.folder,
                                      env=self.environment)[0])


class PreCommit(Recipes):
    def test_formats(self):
        tool = tools.find("pre-commit")
        hooks = shutil.copy(tools.ROOT / ".pre-commit-hooks.yaml", self.folder)
        config = self.file_of(PRE_COMMIT)
        config.write_text(config.read_text().replace("COMMIT", "ab" * 20))
        for command, path in (("validate-config", config), ("validate-manifest", hooks)):
            with self.subTest(command):
                code, output = tools.run(tool, command, path, cwd=self.folder, env=self.environment)
                self.assertEqual((0, ""), (code, output))

    def test_the_hooks_of_the_page_exist(self):
        offered = {hook["id"] for hook in yaml.safe_load((tools.ROOT / ".pre-commit-hooks.yaml").read_text())}
        (repo,) = yaml.safe_load(tools.recipe(PRE_COMMIT))["repos"]
        self.assertEqual(offered, {hook["id"] for hook in repo["hooks"]})


def check_jsonschema(test, schema, path):
    tool = tools.find("check-jsonschema")
    code, output = tools.run(tool, "--builtin-schema", schema, path, cwd=path.parent, env=test.environment)
    test.assertEqual(0, code, output)


if __name__ == "__main__":
    unittest.main()
