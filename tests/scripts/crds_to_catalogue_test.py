#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/crds-to-catalogue. Run: /usr/bin/python3 tests/scripts/crds_to_catalogue_test.py"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "crds-to-catalogue"
CATALOGUE = pathlib.Path(__file__).resolve().parents[2] / "rules" / "catalogue" / "custom.yaml"

WIDGET = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, shortNames: ["no", wd]}
  versions:
  - {name: v1alpha1, served: true, storage: false}
  - {name: v1beta2, served: false, storage: false}
  - {name: v2, served: true, storage: true, subresources: {status: {}, scale: {}}}
  - {name: v10, served: true, storage: false}
  - {name: v1beta1, served: true, storage: false}
"""
WIDGET_LINE = (
    "  - {group: example.com, kind: Widget, plural: widgets, namespaced: true, versions: [v10, v2, v1beta1, v1alpha1],"
    ' shortNames: ["no", wd], subresources: [scale, status]}\n'
)

OLD_GADGET = """\
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata: {name: gadgetry.example.com}
spec:
  group: example.com
  version: v1beta1
  names: {kind: Gadget, plural: gadgetry, singular: thing}
  subresources: {status: {}}
"""
OLD_GADGET_LINE = (
    "  - {group: example.com, kind: Gadget, plural: gadgetry, singular: thing, namespaced: true,"
    " versions: [v1beta1], subresources: [status]}\n"
)


def definition(kind="Widget", plural="widgets", scope="Namespaced", versions=("v1",), group="example.com"):
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural},
            "versions": [{"name": name, "served": True, "storage": False} for name in versions],
        },
    }


class CrdsToCatalogue(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return str(path)

    def run_script(self, *arguments, text=""):
        return subprocess.run([str(SCRIPT), *arguments], input=text, capture_output=True, text=True, check=False)

    def good(self, *arguments, text=""):
        result = self.run_script(*arguments, text=text)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    # --- reading ---

    def test_v1(self):
        self.assertEqual(self.good(text=WIDGET), "custom:\n  # example.com\n" + WIDGET_LINE)

    def test_v1beta1_with_odd_plural_and_singular_and_default_scope(self):
        self.assertEqual(self.good("-", text=OLD_GADGET), "custom:\n  # example.com\n" + OLD_GADGET_LINE)

    def test_v1beta1_version_list_wins_over_the_single_version(self):
        text = OLD_GADGET + "  scope: Cluster\n  versions: [{name: v1alpha1, served: true}, {name: v1, served: true}]\n"
        output = self.good(text=text)
        self.assertIn("namespaced: false, versions: [v1, v1alpha1]", output)

    def test_documents_are_sorted_and_other_objects_ignored(self):
        text = f"---\n{WIDGET}---\napiVersion: v1\nkind: ConfigMap\ndata: {{a: CustomResourceDefinition}}\n---\n{OLD_GADGET}"
        self.assertEqual(self.good(text=text), "custom:\n  # example.com\n" + OLD_GADGET_LINE + WIDGET_LINE)

    def test_groups_have_their_comment_lines(self):
        text = "\n---\n".join(json.dumps(definition(group=group)) for group in ("b.example.com", "a.example.com"))
        lines = self.good(text=text).splitlines()
        self.assertEqual([line for line in lines if "#" in line], ["  # a.example.com", "  # b.example.com"])

    def test_list(self):
        items = [definition("Widget", "widgets"), definition("Gadget", "gadgets")]
        plain = {"apiVersion": "v1", "kind": "List", "items": items}
        bare = [{key: value for key, value in item.items() if key not in ("apiVersion", "kind")} for item in items]
        typed = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinitionList", "items": bare}
        expected = self.good(text="\n---\n".join(map(json.dumps, items)))
        self.assertEqual(expected.count("  - {"), 2)
        self.assertEqual(self.good(text=json.dumps(plain)), expected)
        self.assertEqual(self.good(text=json.dumps(typed)), expected)

    def test_json_with_tabs(self):
        text = json.dumps(definition(), indent="\t")
        expected = "  - {group: example.com, kind: Widget, plural: widgets, namespaced: true, versions: [v1]}\n"
        self.assertEqual(self.good(text=text), "custom:\n  # example.com\n" + expected)

    def test_folder_and_source(self):
        self.file("crds/deep/widget.yml", WIDGET)
        self.file("crds/gadget.json", definition("Gadget", "gadgets"))
        self.file("crds/notes.txt", json.dumps(definition("Hidden", "hidden")))
        output = self.good("--source", "owner/repo@0123456789ab", str(self.folder / "crds"))
        self.assertEqual(output.count("source: owner/repo@0123456789ab}"), 2)
        self.assertNotIn("Hidden", output)

    def test_the_same_definition_twice_is_united(self):
        paths = [self.file(f"{version}.json", definition(versions=[version])) for version in ("v1alpha1", "v1", "v1beta1")]
        self.assertIn("versions: [v1, v1beta1, v1alpha1]", self.good(*paths))

    def test_equals_sign_as_a_value(self):
        self.assertIn("kind: Widget", self.good(text=WIDGET + "  x-enum: ['!=', =]\n"))

    def test_nothing_found(self):
        self.assertEqual(self.good(text="apiVersion: v1\nkind: Pod\n"), "custom: []\n")

    def test_output_is_deterministic(self):
        one, two = self.file("a.yaml", WIDGET), self.file("b.yaml", OLD_GADGET)
        self.assertEqual(self.good(one, two), self.good(two, one))

    # --- broken input ---

    def test_broken_document_is_skipped_with_one_line(self):
        template = "{{- if .Values.crds }}\nkind: CustomResourceDefinition\n  a: {{ b }\n{{- end }}\n"
        path = self.file("broken.yaml", f"{template}---\n{WIDGET}")
        result = self.run_script(path)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout, "custom:\n  # example.com\n" + WIDGET_LINE)
        self.assertEqual(result.stderr.count("\n"), 1)
        self.assertIn(path, result.stderr)

    def test_incomplete_definitions_are_skipped_with_one_line_each(self):
        no_plural, bad_scope, not_served = definition(), definition(), definition()
        del no_plural["spec"]["names"]["plural"]
        bad_scope["spec"]["scope"] = "Somewhere"
        not_served["spec"]["versions"][0]["served"] = False
        for broken in (no_plural, bad_scope, not_served, {**definition(), "spec": None}):
            result = self.run_script(text=json.dumps(broken))
            self.assertEqual((result.returncode, result.stdout), (0, "custom: []\n"))
            self.assertEqual(result.stderr.count("\n"), 1)
            self.assertIn("standard input", result.stderr)

    def test_dangling_link_in_a_folder_is_skipped(self):
        self.file("crds/widget.yaml", WIDGET)
        os.symlink("nowhere.yaml", self.folder / "crds" / "link.yaml")
        result = self.run_script(str(self.folder / "crds"))
        self.assertEqual((result.returncode, result.stdout), (0, "custom:\n  # example.com\n" + WIDGET_LINE))
        self.assertIn("link.yaml", result.stderr)

    # --- conflicts ---

    def test_conflicts_exit_1_and_print_nothing(self):
        others = {
            "plural": definition(plural="widgetry"),
            "scope": definition(scope="Cluster"),
            "kind Other": definition(kind="Other"),
        }
        for word, other in others.items():
            result = self.run_script(text="\n---\n".join(map(json.dumps, (definition(), other))))
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn("conflict: example.com", result.stderr)
            self.assertIn(word, result.stderr)

    # --- merging ---

    HEAD = "# Kept as it is.\n#   custom: not the key\n"

    def test_merge(self):
        known = "  - {group: example.com, kind: Widget, plural: widgets, namespaced: true, versions: [v1beta1], shortNames: [w], source: [a/a, b/b]}\n"
        path = self.file("catalogue.yaml", f"{self.HEAD}custom:\n  # example.com\n{known}")
        text = "\n---\n".join(json.dumps(item) for item in (definition(versions=["v1", "v1alpha1"]), definition("Gadget", "gadgets")))
        self.assertEqual(self.good("--source", "b/b@0123456789ab", "--merge", path, text=text), "")
        merged = pathlib.Path(path).read_text(encoding="utf-8")
        self.assertEqual(
            merged,
            f"{self.HEAD}custom:\n  # example.com\n"
            "  - {group: example.com, kind: Gadget, plural: gadgets, namespaced: true, versions: [v1], source: b/b@0123456789ab}\n"
            "  - {group: example.com, kind: Widget, plural: widgets, namespaced: true, versions: [v1, v1beta1, v1alpha1],"
            " shortNames: [w], source: [a/a, b/b@0123456789ab]}\n",
        )
        self.good("--source", "b/b", "--merge", path, text=text)
        self.assertEqual(pathlib.Path(path).read_text(encoding="utf-8"), merged, "a second time changes nothing")

    def test_merge_into_an_empty_catalogue(self):
        path = self.file("catalogue.yaml", self.HEAD + "custom: []\n")
        self.good("--merge", path, text=WIDGET)
        text = pathlib.Path(path).read_text(encoding="utf-8")
        self.assertEqual(text, self.HEAD + "custom:\n  # example.com\n" + WIDGET_LINE)

    def test_merge_conflict_writes_nothing(self):
        known = "custom:\n  - {group: example.com, kind: Widget, plural: widgets, namespaced: false, versions: [v1]}\n"
        path = self.file("catalogue.yaml", known)
        result = self.run_script("--merge", path, text=WIDGET)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("scope Cluster against Namespaced", result.stderr)
        self.assertEqual(pathlib.Path(path).read_text(encoding="utf-8"), known)
        self.assertEqual(os.listdir(self.folder), ["catalogue.yaml"])

    def test_the_catalogue_of_the_project_has_this_format(self):
        copy = self.file("custom.yaml", CATALOGUE.read_text(encoding="utf-8"))
        self.good("--merge", copy, text="")
        self.assertEqual(pathlib.Path(copy).read_text(encoding="utf-8"), CATALOGUE.read_text(encoding="utf-8"))

    # --- usage ---

    def test_bad_usage_exits_2(self):
        bad = self.file("bad.yaml", "builtin: []\n")
        for arguments in (
            ["--unknown"],
            ["--source", "not a repository"],
            ["--merge"],
            ["--merge", str(self.folder / "missing.yaml")],
            ["--merge", bad],
            [str(self.folder / "missing")],
        ):
            result = self.run_script(*arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)
            self.assertTrue(result.stderr)


if __name__ == "__main__":
    unittest.main()
