#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks docs/schema against what wecan prints, and that it refuses what wecan never prints.

Run: WECAN=build/release/wecan /usr/bin/python3 tests/scripts/schema_test.py
Needs Debian's python3-jsonschema and python3-yaml."""

import copy
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

try:
    import jsonschema
    import yaml
except ImportError:
    sys.exit("python3-jsonschema or python3-yaml is missing: apt-get install python3-jsonschema python3-yaml")

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
WECAN = pathlib.Path(os.environ.get("WECAN", ROOT / "build" / "release" / "wecan")).resolve()


def validator(name):
    schema = json.loads((ROOT / "docs" / "schema" / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


REPORT = validator("report-v1.json")
CAN_I = validator("can-i-v1.json")
DIAGNOSE = validator("diagnose-v1.json")
FIX = validator("fix-v1.json")
PROFILES_DIFF = validator("profiles-diff-v1.json")
AUDIT = validator("audit-v1.json")
WHO_CAN = validator("who-can-v1.json")
EXPLAIN = validator("explain-v1.json")
CONFIG = validator("config-v1.json")
BASELINE = validator("baseline-v1.json")


class Yaml12Loader(yaml.SafeLoader):
    """Words such as `off` are strings, and so are dates, as in YAML 1.2, which editors read."""


Yaml12Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def load_yaml(text):
    return yaml.load(text, Loader=Yaml12Loader)


def run(*args, stdin=""):
    """The JSON that wecan prints, and its exit code."""
    result = subprocess.run([WECAN, *map(str, args), "-o", "json"], input=stdin, text=True,
                            capture_output=True, check=False, timeout=60)
    return json.loads(result.stdout), result.returncode


def mutations(value, path=()):
    """Every (what, copy of value) with one field removed, added, or of another type."""

    def walk(node, path):
        yield path, node
        if isinstance(node, dict):
            for key in node:
                yield from walk(node[key], path + (key,))
        elif isinstance(node, list):
            for index, item in enumerate(node):
                yield from walk(item, path + (index,))

    def changed(path, change):
        document = copy.deepcopy(value)
        node = document
        for key in path[:-1]:
            node = node[key]
        change(node, path[-1] if path else None)
        return document

    for path, node in walk(value, ()):
        if path and isinstance(path[-1], str):
            yield f"without {path}", changed(path, lambda n, k: n.pop(k))
        if path:
            # Nothing that wecan prints may be of this type as well.
            other = 3.5 if not isinstance(node, float) else "x"
            yield f"number at {path}", changed(path, lambda n, k, o=other: n.__setitem__(k, o))
        if isinstance(node, dict):
            document = copy.deepcopy(value)
            inner = document
            for key in path:
                inner = inner[key]
            inner["unheardOf"] = 1
            yield f"one more at {path}", document


class SchemaTest(unittest.TestCase):
    def assert_valid(self, schema, document, what):
        errors = [f"{list(e.absolute_path)}: {e.message}" for e in schema.iter_errors(document)]
        self.assertEqual(errors, [], what)

    def assert_refused(self, schema, document, what):
        self.assertFalse(schema.is_valid(document), what)


class ReportTest(SchemaTest):
    def test_goldens(self):
        goldens = sorted(FIXTURES.glob("*/expected/report.json"))
        self.assertGreater(len(goldens), 50)
        for golden in goldens:
            report = json.loads(golden.read_text())
            schema = {"AuditReport": AUDIT, "DiagnoseReport": DIAGNOSE, "FixReport": FIX}.get(report["kind"], REPORT)
            self.assert_valid(schema, report, golden)

    def test_live_runs(self):
        for folder in sorted(FIXTURES.iterdir()):
            if not folder.is_dir() or folder.name == "conformance":
                continue
            with self.subTest(folder.name):
                report, exit_code = run("check", folder)
                self.assert_valid(REPORT, report, folder)
                self.assertEqual(report["summary"]["exitCode"], exit_code)

    def test_flags(self):
        kubestellar = FIXTURES / "kubestellar"
        for args in (
                ("--profile", f"file:{FIXTURES}/over-broad-secrets/agent.yaml", kubestellar),
                ("--profile", "ocm-0.11", kubestellar),
                ("--mode", "singleton", kubestellar),
                ("--shared", kubestellar),
                ("--rule", "WEC101=note", kubestellar),
                (FIXTURES / "nowhere",),
        ):
            with self.subTest(args):
                report, _ = run("check", *args)
                self.assert_valid(REPORT, report, args)

    def test_standard_input(self):
        for text in ("", "a: [", "kind: [\n", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"):
            report, _ = run("check", "-", stdin=text)
            self.assert_valid(REPORT, report, text)

    def test_folder_without_objects(self):
        with tempfile.TemporaryDirectory() as folder:
            report, exit_code = run("check", folder)
            self.assertEqual(exit_code, 0)
            self.assert_valid(REPORT, report, "empty folder")

    def test_every_change_is_refused(self):
        for name in ("kubestellar", "templates", "input-grants-unknown-role", "executor", "executor-escalation"):
            report = json.loads((FIXTURES / name / "expected" / "report.json").read_text())
            for what, broken in mutations(report):
                self.assert_refused(REPORT, broken, f"{name}: {what}")

    def test_wrong_values_are_refused(self):
        report = json.loads((FIXTURES / "kubestellar" / "expected" / "report.json").read_text())
        finding, permission = ("findings", 0), ("findings", 0, "permission")
        for path, value in (
                (("schemaVersion",), "2.0"),
                (("kind",), "CanIReport"),
                (("agent", "mode"), "hosted"),
                (("summary", "exitCode"), 4),
                (("summary", "files"), -1),
                (finding + ("id",), "D0B5F426A3CC42A3"),
                (finding + ("rule",), "WEC1"),
                (finding + ("level",), "fatal"),
                (finding + ("permission",), {}),
                (finding + ("objects",), []),
                (permission + ("scope",), "namespace"),
                (permission + ("namespace",), ""),
                (permission + ("missing",), ["impersonate"]),
                (permission + ("missing",), ["get", "get"]),
                (finding + ("fix", "rules"), []),
                (finding + ("fix", "strategy"), "grant"),
                (finding + ("account",), ""),
                (finding + ("escalation",), {"missing": [], "aggregationRule": False, "complete": True}),
                (("inputs", 0, "status"), "fine"),
        ):
            broken = copy.deepcopy(report)
            node = broken
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = value
            self.assert_refused(REPORT, broken, f"{path} = {value}")


class Wec(http.server.ThreadingHTTPServer):
    """Says no to every SubjectAccessReview, serves an empty discovery, and refuses all else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            empty = {"/api": {"kind": "APIVersions", "versions": ["v1"]},
                     "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": []},
                     "/apis": {"kind": "APIGroupList", "groups": []}}
            self.answer(200 if self.path in empty else 403, empty.get(self.path, {"kind": "Status", "message": "no"}))

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            asked = self.path.endswith("/subjectaccessreviews")
            self.answer(201 if asked else 403, {"status": {"allowed": False, "reason": "no"}} if asked else {"kind": "Status"})

        def answer(self, code, body):
            text = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class CanITest(SchemaTest):
    def ask(self, *args):
        report, exit_code = run("can-i", *args)
        self.assert_valid(CAN_I, report, args)
        self.assertEqual(report["summary"]["exitCode"], exit_code, args)
        return report

    def test_live_runs(self):
        dump = FIXTURES / "over-broad-secrets" / "agent.yaml"
        for args in (
                ("create", "storageclasses.storage.k8s.io"),
                ("get", "pods/log", "web", "-n", "demo"),
                ("get", "/healthz"),
                ("list", "secrets", "-A", "--as", "ann", "--as-group", "dev"),
                ("get", "secrets", "--rbac", dump),
                ("-f", FIXTURES / "kubestellar"),
                ("-f", FIXTURES / "default-support", "--rbac", dump),
                ("-f", FIXTURES / "escalation" / "input", "--profile", f"file:{FIXTURES}/escalation/agent.yaml"),
                ("-f", FIXTURES / "malformed" / "one-bad-of-three-documents.yaml"),
        ):
            with self.subTest(args):
                self.ask(*args)

    def test_live_clusters(self):
        """One that answers reviews and nothing else, and one that is down."""
        with Wec() as wec, tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder) / "config"
            config.write_text(json.dumps({
                "users": [{"name": "u", "user": {}}],
                "clusters": [{"name": "wec1", "cluster": {"server": wec.url}},
                             {"name": "wec2", "cluster": {"server": "http://127.0.0.1:1"}}],
                "contexts": [{"name": name, "context": {"cluster": name, "user": "u"}} for name in ("wec1", "wec2")]}))
            live = ("--kubeconfig", config, "--all-contexts")
            for args in (("create", "pods"), ("get", "/healthz"), ("-f", FIXTURES / "kubestellar")):
                with self.subTest(args):
                    report = self.ask(*args, *live)
                    self.assertTrue(report["summary"]["incomplete"])
                    for what, broken in mutations(report):
                        self.assert_refused(CAN_I, broken, f"{args}: {what}")

    def test_every_change_is_refused(self):
        executor = FIXTURES / "executor-escalation" / "input"
        refused = ("-f", executor / "work.yaml", "--rbac", executor, "--as", "system:serviceaccount:shop:deployer")
        for args in (("create", "pods"), ("get", "/healthz"), refused):
            for what, broken in mutations(self.ask(*args)):
                self.assert_refused(CAN_I, broken, f"{args}: {what}")

    def test_a_path_has_no_resource(self):
        report = self.ask("get", "/healthz")
        report["clusters"][0]["results"][0]["resource"] = "pods"
        self.assert_refused(CAN_I, report, "path and resource")
        report = self.ask("get", "pods")
        report["clusters"][0]["results"][0]["resource"] = ""
        self.assert_refused(CAN_I, report, "neither path nor resource")


class ProfilesDiffTest(SchemaTest):
    def diff(self, *args):
        report, exit_code = run("profiles", "diff", *args)
        self.assert_valid(PROFILES_DIFF, report, args)
        self.assertEqual(exit_code, 0 if report["summary"]["equal"] else 1, args)
        self.assertEqual(report["summary"]["equal"], not report["changes"], args)
        return report

    def test_live_runs(self):
        dump = f"file:{FIXTURES}/over-broad-secrets/agent.yaml"
        for args in (
                ("ocm-0.11", "ocm-1.3"),
                ("ocm-1.3", "kubestellar-0.30"),
                ("ocm-1.3", f"file:{FIXTURES}/cluster/rbac"),
                (f"file:{FIXTURES}/cluster/rbac", dump),
                (dump, dump),
                ("ocm-1.3", "ocm-0.12", "--mode", "singleton", "--kubernetes", "1.25"),
        ):
            with self.subTest(args):
                self.diff(*args)

    def test_every_change_is_refused(self):
        report = self.diff("ocm-0.12", "ocm-0.13")
        self.assertTrue(report["changes"])
        for what, broken in mutations(report):
            self.assert_refused(PROFILES_DIFF, broken, what)

    def test_scope_and_namespace_agree(self):
        report = self.diff("ocm-0.12", "ocm-0.13")
        report["changes"][0]["namespace"] = "shop" if report["changes"][0]["scope"] == "cluster" else ""
        self.assert_refused(PROFILES_DIFF, report, "namespace")


class DiagnoseTest(SchemaTest):
    def diagnose(self, *args):
        report, exit_code = run("diagnose", *args)
        self.assert_valid(DIAGNOSE, report, args)
        self.assertEqual(report["summary"]["exitCode"], exit_code, args)
        return report

    def test_live_runs(self):
        folder = FIXTURES / "diagnose"
        for args in (
                (f"{folder}/manifestworks.yaml", f"{folder}/deploy"),
                (f"{FIXTURES}/diagnose-log/agent.log",),
                (f"{FIXTURES}/denials/samples.yaml", "--any-subject", "--strategy", "role-binding"),
                (f"{folder}/deploy/storage.yaml",),
        ):
            with self.subTest(args=args):
                self.diagnose(*args)

    def test_other_documents_are_refused(self):
        report = self.diagnose(f"{FIXTURES}/diagnose/manifestworks.yaml")
        self.assertEqual(len(report["denials"]), 2)
        report["grants"] = []  # objects of Kubernetes, whose labels and annotations are free
        for what, broken in mutations(report):
            self.assert_refused(DIAGNOSE, broken, what)

    def test_only_a_missing_permission_has_a_grant(self):
        report = self.diagnose(f"{FIXTURES}/diagnose/manifestworks.yaml")
        report["denials"][1]["grant"] = {"verbs": ["get"]}
        self.assert_refused(DIAGNOSE, report, "grant")


class AuditTest(SchemaTest):
    def audit(self, *args):
        report, exit_code = run("audit", *args)
        self.assert_valid(AUDIT, report, args)
        self.assertEqual(report["summary"]["exitCode"], exit_code, args)
        return report

    def test_live_runs(self):
        for folder in sorted(FIXTURES.iterdir()):
            if folder.name == "conformance" or not folder.is_dir():
                continue
            with self.subTest(folder.name):
                self.audit(folder / "input" if (folder / "input").is_dir() else folder, "--all")

    def test_dumps(self):
        workload = FIXTURES / "audit" / "input"
        for dump in (FIXTURES / "audit" / "wec1.yaml", FIXTURES / "cluster" / "rbac"):
            with self.subTest(str(dump)):
                self.audit(workload, "--rbac", dump)
                self.audit(workload, "--rbac", dump, "--all", "--profile", "ocm-0.11")

    def test_every_change_is_refused(self):
        for args in ((FIXTURES / "audit" / "input",),
                     (FIXTURES / "audit" / "input", "--rbac", FIXTURES / "audit" / "wec1.yaml"),
                     (FIXTURES / "audit" / "input", "--audit-log", FIXTURES / "audit" / "audit.jsonl")):
            for what, broken in mutations(self.audit(*args)):
                self.assert_refused(AUDIT, broken, f"{args}: {what}")

    def test_logs(self):
        log = FIXTURES / "audit" / "audit.jsonl"
        report = self.audit(FIXTURES / "audit" / "input", "--audit-log", log, "--all")
        self.assertEqual({grant["used"] for grant in report["clusters"][0]["grants"]}, {True, False})
        self.assertTrue(report["evidence"]["unpredicted"])
        self.audit(FIXTURES / "audit" / "input", "--rbac", FIXTURES / "audit" / "wec1.yaml", "--audit-log", log)
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder) / "other.log"
            other.write_text("no JSON\n")
            report = self.audit(FIXTURES / "audit" / "input", "--audit-log", log, "--audit-log", other)
            self.assertEqual(len(report["evidence"]["skipped"]), 1)
            report = self.audit(FIXTURES / "audit" / "input", "--audit-log", other)
            self.assertIsNone(report["evidence"])
            self.assertEqual({grant["used"] for grant in report["clusters"][0]["grants"]}, {None})

    def test_only_what_was_used_has_a_usage(self):
        report = self.audit(FIXTURES / "audit" / "input", "--audit-log", FIXTURES / "audit" / "audit.jsonl")
        for grant in report["clusters"][0]["grants"]:
            broken = copy.deepcopy(report)
            index = report["clusters"][0]["grants"].index(grant)
            broken["clusters"][0]["grants"][index]["used"] = not grant["used"]
            self.assert_refused(AUDIT, broken, grant["rule"])


class WhoCanTest(SchemaTest):
    def ask(self, *args):
        report, exit_code = run("who-can", *args)
        self.assert_valid(WHO_CAN, report, args)
        self.assertEqual(exit_code, report["exitCode"], args)
        return report

    def test_live_runs(self):
        dump = str(FIXTURES / "conformance/sar/001/rbac.yaml")
        for args in (
                ("create", "deployments.apps"),
                ("create", "deployments.apps", "-A", "--kubernetes", "1.25"),
                ("get", "/metrics"),
                ("get", "pods", "--rbac", dump, "-A"),
                ("list", "secrets", "-n", "kube-system", "--rbac", dump, "--aggregate"),
                ("get", "nodes/proxy", "n1"),
        ):
            with self.subTest(args):
                self.ask(*args)

    def test_every_change_is_refused(self):
        report = self.ask("get", "secrets", "-A", "--rbac", str(FIXTURES / "cluster/rbac"))
        self.assertGreater(len(report["sources"][0]["holders"]), 3)
        for what, broken in mutations(report):
            self.assert_refused(WHO_CAN, broken, what)

    def test_a_source_has_holders_or_an_error(self):
        report = self.ask("get", "pods")
        report["sources"][0]["error"] = "refused"
        self.assert_refused(WHO_CAN, report, "both")
        report["sources"][0]["method"] = ""
        self.assert_refused(WHO_CAN, report, "holders beside an error")


class ExplainTest(SchemaTest):
    def explain(self, *args):
        report, exit_code = run("explain", *args)
        self.assert_valid(EXPLAIN, report, args)
        self.assertEqual(exit_code, 0, args)
        return report

    def test_rules(self):
        rules, _ = run("rules")
        self.assertGreater(len(rules["rules"]), 20)
        for rule in rules["rules"]:
            self.assertEqual(self.explain(rule["id"])["rule"]["id"], rule["id"])

    def test_refusals(self):
        refusals = yaml.safe_load((ROOT / "rules" / "refusals.yaml").read_text())["refusals"]
        self.assertGreater(len(refusals), 20)
        for refusal in refusals:
            self.assertEqual(self.explain(refusal["id"])["refusal"]["id"], refusal["id"])

    def test_resources(self):
        dump = str(FIXTURES / "conformance/sar/001/rbac.yaml")
        for args in (
                ("StorageClass",),
                ("configmaps", "-n", "shop"),
                ("secrets", "--verb", "list", "--rbac", dump),
                ("widgets.example.org",),
                ("pods", "--as", "jane", "--as-group", "system:masters"),
        ):
            with self.subTest(args):
                self.explain(*args)

    def test_every_change_is_refused(self):
        for args in (("WEC101",), ("rbac-forbidden",), ("StorageClass",), ("configmaps", "-n", "shop")):
            for what, broken in mutations(self.explain(*args)):
                self.assert_refused(EXPLAIN, broken, f"{args}: {what}")

    def test_a_topic_is_one_thing(self):
        report = self.explain("StorageClass")
        report["rule"] = self.explain("WEC101")["rule"]
        self.assert_refused(EXPLAIN, report, "both")

    def test_what_is_denied_has_a_reason(self):
        report = self.explain("StorageClass")
        answer = report["sources"][0]["answers"][0]
        self.assertFalse(answer["allowed"])
        answer["message"] = ""
        self.assert_refused(EXPLAIN, report, "no message")


class FixTest(SchemaTest):
    def fix(self, *args):
        report, exit_code = run("fix", *args)
        self.assert_valid(FIX, report, args)
        self.assertEqual(report["summary"]["exitCode"], exit_code, args)
        return report

    def test_live_runs(self):
        for folder in sorted(FIXTURES.iterdir()):
            # Two of the cases are refused, and have no report.
            if folder.name in ("conformance", "fix-anchors") or not folder.is_dir():
                continue
            for strategy in ("aggregate", "role-binding"):
                with self.subTest(folder.name, strategy=strategy):
                    self.fix(folder / "input" if (folder / "input").is_dir() else folder,
                             "--strategy", strategy)

    def test_every_change_is_refused(self):
        for args in ((FIXTURES / "kubestellar",),
                     (FIXTURES / "kubestellar", "--strategy", "role-binding", "--diff",
                      "--out", "x.yaml")):
            for what, broken in mutations(self.fix(*args)):
                self.assert_refused(FIX, broken, f"{args}: {what}")


class BaselineTest(SchemaTest):
    def test_what_is_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "baseline.json"
            run("check", FIXTURES / "kubestellar", FIXTURES / "scope", FIXTURES / "resource-quota",
                "--write-baseline", path)
            baseline = json.loads(path.read_text())
        self.assertGreater(len(baseline["entries"]), 2)
        self.assert_valid(BASELINE, baseline, "written")
        baseline["entries"] = baseline["entries"][:2]
        for what, broken in mutations(baseline):
            self.assert_refused(BASELINE, broken, what)


class ConfigTest(SchemaTest):
    """.wecan.yaml: the schema is the table's, and it and wecan agree on what is good."""

    GOOD = (
        "version: 1",
        "failOn: never",
        "agent: {profile: ocm-1.0, mode: singleton, kubernetes: 1.30, executor: 'a:b'}",
        "agent: {kubernetes: '1.30'}",
        "{paths: [a, b], exclude: 'c*', crds: [], load: x}",
        "wecs: {contexts: ['wec*'], requestTimeout: 10s, parallel: 8, method: auto}",
        "fix: {strategy: aggregate, file: a, name: b, labels: {c: d, e: ''}, resourceNames: true, wrap: none}",
        "rules: {WEC103: error, WEC303: off}",
        "output: [text, json=r.json]",
        "color: never",
        "baseline: b.json",
        "ignore: [{rule: WEC101, kind: StorageClass, name: local-*, reason: r, expires: 2027-03-31}]",
        "ignore: [{rule: WEC101, group: '', reason: r}]",
    )
    # Wrong to an editor; wecan reads the rest of the file, and says WEC903.
    NO_SUPPRESSION = ("ignore: [{rule: WEC101, kind: A}]", "ignore: [{rule: WEC101, kind: A, reason: ''}]")
    BAD = (
        "- a",
        "version: 2",
        "version: '1'",
        "verison: 1",
        "agent: {profil: x}",
        "agent: x",
        "agent: {mode: hosted}",
        "agent: {namespace: 5}",
        "paths: {a: b}",
        "paths: ['']",
        "paths: [[a]]",
        "wecs: {parallel: 0}",
        "wecs: {parallel: many}",
        "fix: {labels: [a]}",
        "fix: {labels: {a: true}}",
        "fix: {resourceNames: maybe}",
        "failOn: warn",
        "rules: {WEC101: fatal}",
        "rules: {'': off}",
        "ignore: {}",
        "ignore: [{rule: WEC101, reason: r}]",
        "ignore: [{kind: A, reason: r}]",
        "ignore: [{rule: WEC101, kind: A, reason: r, until: x}]",
        "baseline: [a]",
        "output: {json: a}",
        "color: red",
    )

    def take(self, text):
        """What wecan says to this file."""
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            done = subprocess.run([WECAN, "config", "--config", file.name], text=True, capture_output=True,
                                  check=False, timeout=60)
        return done.returncode, done.stderr

    def test_it_is_the_schema_of_the_table(self):
        printed, exit_code = run("config", "--schema")
        self.assertEqual(exit_code, 0)
        page = json.loads((ROOT / "docs" / "schema" / "config-v1.json").read_text())
        self.assertEqual(printed, page, "wecan config --schema > docs/schema/config-v1.json")

    def test_good_files(self):
        for text in self.GOOD:
            with self.subTest(text):
                self.assert_valid(CONFIG, load_yaml(text), text)
                self.assertEqual(self.take(text), (0, ""))
        for text in self.NO_SUPPRESSION:
            with self.subTest(text):
                self.assert_refused(CONFIG, load_yaml(text), text)
                self.assertEqual(self.take(text), (0, ""))

    def test_bad_files(self):
        for text in self.BAD:
            with self.subTest(text):
                self.assert_refused(CONFIG, load_yaml(text), text)
                exit_code, error = self.take(text)
                self.assertEqual(exit_code, 2)
                self.assertNotIn("cannot do that yet", error)

    def test_the_sample_of_the_page(self):
        page = (ROOT / "docs" / "config.md").read_text()
        sample = page.split("```yaml\n")[1].split("```")[0]
        self.assert_valid(CONFIG, load_yaml(sample), sample)
        self.assertEqual(self.take(sample)[0], 0)


if __name__ == "__main__":
    unittest.main()
