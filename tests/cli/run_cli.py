#!/usr/bin/env python3
"""The program as people and scripts meet it: transcripts to the letter, exit codes, bad input of every kind.

  tests/cli/run_cli.py BUILD
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import shlex
import shutil
import signal
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest
import urllib.request

from cli_program import SPEC, TUTORIAL, Program, Proxy, Sandbox, certificate, write_kubeconfig

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
HEAD = "apiVersion: migdeploy.dev/v1alpha1\nkind: MigratoryDataCluster\nmetadata: {name: data}\n"
NOBODY = 65534
BROKEN = """# A file that somebody edited in a hurry
apiVersion: migdeploy.dev/v1alpha1
kind: MigratoryDataCluster
metadata: {name: migratorydata, namespace: migratory}
spec:
  profile: production
  members:
    replicsa: 3
    maxReplicas: 5
    seeds: "three"
    image: migratorydata/server:6.0.16
    image: migratorydata/server:6.0.16
    memory: 512MB
  service:
    sourceRanges: []
  # as many as the members can be
  autoscale: {min: 3, max: 6, cpuPercent: 50}
"""


class Case(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.program = Program(BUILD, self.folder)

    def sandbox(self, *words, spec=SPEC, **options):
        """A cloud, and the spec of a cluster that is not there yet."""
        made = Sandbox(BUILD, self.folder, *words, **options)
        self.addCleanup(made.close)
        self.program.kubeconfig = made.kubeconfig
        self.program.write(spec)
        return made

    def proxy(self, hook, sandbox=None, name="127.0.0.1"):
        chain, key = certificate(self.folder, name)
        made = Proxy(chain, key, hook, sandbox)
        self.addCleanup(made.close)
        self.program.kubeconfig = write_kubeconfig(self.folder / "proxy", made.port, "sandbox-token",
                                                   certificate_authority=chain)
        return made

    def ends(self, code, *words, **options):
        done = self.program.run(*words, **options)
        self.assertEqual(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
        return done

    def refuses(self, code, pattern, *words, **options):
        """An error is told once, ends with what to do next or nothing, and fits the page."""
        done = self.ends(code, *words, **options)
        self.assertRegex(done.stderr.replace("\n    ", " "), pattern)
        self.assertNotIn("http", done.stdout)
        return done


def read_transcripts(name):
    """Rows (what is put into the folder, words, exit code, standard output, standard error)."""
    rows, put = [], None
    for line in (HERE / name).read_text().splitlines():
        if line.startswith("@"):
            put = line[1:]
        elif line.startswith("$ migdeploy"):
            match = re.match(r"\$ migdeploy(.*?)\s*\[exit (\d+)\]$", line)
            rows.append((put, match[1].split(), int(match[2]), [], []))
            put = None
        elif line[:3] in ("1| ", "2| "):
            rows[-1][2 + int(line[0])].append(line[3:])
    return rows


def as_pattern(lines):
    text = "".join(line + "\n" for line in lines)
    text = re.escape(text).replace("<time>", r"(?:\d+[hms])+").replace("<clock>", r"\d\d:\d\d:\d\dZ")
    text = text.replace("<port>", r"\d+")
    return text.replace("<node>", r"ip-\S+\.internal").replace("<waits>\\\n", r"(?:\S+Z \w+ +(?:start|wait) .*\n)*")


class Transcripts(Case):
    def test_what_is_printed_is_what_was_designed(self):
        for file in TUTORIAL.glob("*.yaml"):
            shutil.copy(file, self.folder)
        rows = read_transcripts("transcripts.txt")
        self.assertGreater(len(rows), 12)
        for put, words, code, out, told in rows:
            with self.subTest(" ".join(words)):
                if put == "BROKEN":
                    self.program.write(BROKEN)
                elif put == "NONE":
                    (self.folder / "migdeploy.yaml").unlink(missing_ok=True)
                done = self.program.run(*words)
                self.assertRegex(done.stdout, f"^{as_pattern(out)}$")
                self.assertRegex(done.stderr, f"^{as_pattern(told)}$")
                self.assertEqual(done.returncode, code)
                self.assertLessEqual(max(map(len, (done.stdout + done.stderr).splitlines())), 100)

    def test_scenes_are_played_as_they_were_designed(self):
        made, rows = None, read_transcripts("scenes.txt")
        self.assertGreater(len(rows), 5)
        for start, words, code, out, told in rows:
            if start is not None:
                if made:
                    made.close()
                for file in self.folder.glob("migdeploy.yaml*"):
                    file.unlink()
                made = Sandbox(BUILD, self.folder, *start.split())
                self.addCleanup(made.close)
                self.program.kubeconfig = made.kubeconfig
            with self.subTest(" ".join(words)):
                done = self.program.run(*words)
                self.assertRegex(done.stdout, f"^{as_pattern(out)}$")
                self.assertRegex(done.stderr, f"^{as_pattern(told)}$")
                self.assertEqual(done.returncode, code)

    def test_help_of_each_command_shows_each_of_its_flags_and_an_example(self):
        for name in re.findall(r"^(?:\w+ +|  +)(\w+)", self.ends(0, "--help").stdout, re.M)[1:-1]:
            with self.subTest(name):
                told = self.ends(0, name, "--help").stdout
                self.assertTrue(told.startswith(f"Usage: migdeploy {name}"))
                self.assertIn("Example  ", told)
                self.assertLessEqual(max(map(len, told.splitlines())), 100)
                for flag in re.findall(r"^  (?:-\w, )?(--[\w-]+)", told, re.M):
                    self.assertNotIn("takes no", self.program.run(name, flag, "--help").stderr)

    def test_a_finding_as_json_has_its_hint_and_what_it_is_related_to(self):
        done = self.ends(0, "check", *sorted(TUTORIAL.glob("m*.yaml")), TUTORIAL / "nlb-service.yaml", "-o", "json")
        told = json.loads(done.stdout)
        self.assertEqual(told["summary"], {"errors": 0, "warnings": 10, "notes": 3})
        first = told["findings"][0]
        self.assertEqual(
            {key: first[key] for key in ("rule", "severity", "message", "object", "pointer", "line", "column")},
            {"rule": "C9", "severity": "warning", "message": "no member can leave: 3 run, 3 must stay",
             "object": "PodDisruptionBudget/migratory/migratorydata-pdb", "pointer": "/spec/minAvailable",
             "line": 40, "column": 17})
        self.assertEqual({key: first["related"][0][key] for key in ("object", "pointer", "line", "column")},
                         {"object": "StatefulSet/migratory/migratorydata", "pointer": "/spec/replicas", "line": 57,
                          "column": 13})
        self.ends(7, "check", "--strict", TUTORIAL)
        self.assertEqual(json.loads(self.ends(0, "check", TUTORIAL, "-o", "sarif").stdout)["version"], "2.1.0")


class BadFiles(Case):
    # What is wrong with it: the file, the exit code, what is said.
    SPECS = {
        "a tab": (HEAD + "spec:\n\tprofile: dev\n", 3, r"migdeploy.yaml:5:1: tabs"),
        "not UTF-8": (HEAD.encode() + b"spec:\n  profile: \xff\n", 3, r"migdeploy.yaml:5:12: not UTF-8"),
        "NUL": (HEAD + "spec:\n  profile: \0\n", 3, r"migdeploy.yaml:5:12: .*U\+0000"),
        "empty": ("", 3, r"migdeploy.yaml:1:1: "),
        "only comments": ("# one\n# two\n", 3, r"migdeploy.yaml:1:1: "),
        "two documents": (HEAD + "---\n" + HEAD, 3, r"migdeploy.yaml:4:1: a second document"),
        "another kind": ("apiVersion: v1\nkind: ConfigMap\n", 3, r"migdeploy.yaml:2:7: .*ConfigMap"),
        "too large": ("#" + "x" * (4 << 20), 1, r"migdeploy.yaml .*limit"),
        "too deep": (HEAD + "spec: " + "[" * 5000, 3, r"migdeploy.yaml:4:\d+: .*deeper"),
        "aliases": (HEAD + "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)), 3, r"migdeploy.yaml:\d+:\d+: .*alias"),
        "%TAG": ("".join(f"%TAG !a{i}! tag:x{i},2000:\n" for i in range(20)) + "---\n" + HEAD, 3,
                 r"migdeploy.yaml:17:1: .*%TAG"),
        "not closed": (HEAD + "spec: {profile: dev\n", 3, r"migdeploy.yaml:5:1: "),
        "beyond 64 bits": (HEAD + "spec:\n  members: {replicas: 9223372036854775808}\n", 3,
                           r"migdeploy.yaml:5:23: error: .*9223372036854775808"),
        "quantity of two points": (HEAD + "spec:\n  members:\n    resources: {cpu: 0.5.1}\n", 3,
                                   r'migdeploy.yaml:6:22: error: .*"0.5.1"'),
        "quantity without end": (HEAD + "spec:\n  members:\n    resources: {memory: 1e400}\n", 3,
                                 r'migdeploy.yaml:6:25: error: .*"1e400"'),
        "unknown key": (HEAD + "spec:\n  profil: dev\n", 3, r'migdeploy.yaml:5:3: error: no key "profil".*"profile"'),
        "wrong type": (HEAD + "spec:\n  members: 3\n", 3, r"migdeploy.yaml:5:12: error: members wants a map"),
        "duplicate key": (HEAD + "spec:\n  profile: dev\n  profile: dev\n", 3,
                          r'migdeploy.yaml:6:3: error: "profile" stands here a second time, first in line 5'),
    }

    def test_a_bad_spec_is_refused_with_its_place(self):
        for name, (text, code, pattern) in self.SPECS.items():
            with self.subTest(name):
                self.program.write(text)
                done = self.ends(code, "check", "-q")
                self.assertRegex(done.stdout + done.stderr, pattern)
                self.assertEqual(self.program.run("plan").stdout, "", "nothing was planned on it")

    def test_line_ends_of_dos_and_a_byte_order_mark_are_read(self):
        for text in (SPEC.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + SPEC.encode()):
            self.program.write(text)
            self.ends(0, "check")

    def test_a_folder_without_documents_a_file_that_is_not_there_and_nothing_at_all(self):
        (self.folder / "empty").mkdir()
        self.refuses(1, "empty holds no .yaml", "check", "empty")
        self.refuses(1, "none.yaml: No such file", "check", "none.yaml")
        self.refuses(1, "no object to check", "check", "-")
        self.refuses(1, "none.yaml: No such file", "apply", "-f", "none.yaml")

    def test_a_spec_is_judged_wherever_it_stands(self):
        bad = HEAD + "spec:\n  profil: dev\n"
        (self.folder / "specs").mkdir()
        self.program.write(bad, "specs/bad.yaml")
        wrong = r":5:3: error: no key \"profil\" in spec; did you mean \"profile\"\? \[spec\]"
        for words, typed, name in ((["specs"], "", "specs/bad.yaml"), (["-"], bad, "standard input"),
                                   (["specs/bad.yaml", TUTORIAL / "nlb-service.yaml"], "", "specs/bad.yaml")):
            with self.subTest(words[0]):
                done = self.ends(3, "check", "-q", *words, typed=typed)
                self.assertRegex(done.stdout, "(?m)^" + name + wrong)
        self.program.write(SPEC, "good.yaml")
        done = self.ends(0, "check", "good.yaml", TUTORIAL / "nlb-service.yaml", "-o", "json")
        self.assertIn("good.yaml", {finding["file"] for finding in json.loads(done.stdout)["findings"]})

    def test_what_is_no_object_is_an_error_with_its_place(self):
        for text, place in (("# one\njust words\n", "2:1"), ("[1, 2]\n", "1:1"), ("a: b\n", "1:1"),
                            ("kind: Service\n", "1:1"), ("apiVersion: v1\n", "1:1")):
            with self.subTest(text):
                self.program.write(text, "no.yaml")
                done = self.ends(3, "check", "-q", "no.yaml")
                self.assertRegex(done.stdout, rf"^no.yaml:{place}: error: no object: .* \[spec\]\n$")

    def test_where_nothing_is_a_member_it_is_said(self):
        text = (TUTORIAL / "migratorydata-cluster.yaml").read_text()
        self.program.write(text.replace("kind: StatefulSet", "kind: StatfulSet"), "typed.yaml")
        done = self.ends(0, "check", "-q", "typed.yaml", TUTORIAL / "nlb-service.yaml")
        self.assertRegex(done.stderr, r"^note: no MigratoryData member in \d objects\n2 files: ")
        self.assertNotIn("note: no", self.ends(0, "check", "-q", TUTORIAL / "migratorydata-cluster.yaml").stderr)

    def test_a_pipe_is_read_once(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for text in (SPEC, (TUTORIAL / "migratorydata-cluster.yaml").read_text()):
            writer = threading.Thread(target=fifo.write_text, args=(text,))
            writer.start()
            done = self.ends(0, "check", "-q", fifo, timeout=20)
            writer.join()
            self.assertRegex(done.stderr, "^1 file: 0 errors")

    def test_a_file_that_may_not_be_read_is_named(self):
        self.program.write(SPEC).chmod(0)
        self.folder.chmod(0o755)
        options = {}
        if os.getuid() == 0:  # nobody may not look into root's home, where the checkout may be
            options["user"] = NOBODY
            self.program.path = shutil.copy(self.program.path, self.folder)
        self.refuses(1, "migdeploy.yaml: Permission denied", "check", **options)

    def test_a_bad_kubeconfig_is_refused_with_its_place(self):
        self.program.write(SPEC)
        self.program.kubeconfig = path = self.folder / "kubeconfig"
        self.refuses(1, "there is no kubeconfig: .*kubeconfig", "plan")
        path.write_text("apiVersion: v1\nkind: Config\n: [\n")
        self.refuses(3, r"kubeconfig:3:1: ", "plan")
        path.write_text("apiVersion: v1\nkind: Config\nclusters: []\n")
        self.refuses(1, "no current-context", "plan")
        write_kubeconfig(path, 1, certificate_authority="none.pem")
        self.refuses(1, r"kubeconfig:5:\d+: .*none.pem", "plan")
        self.refuses(1, 'no context "green"; contexts: "here"', "plan", "--context", "green")


class Words(Case):
    """What the line says is what is meant, or it is refused before anything is touched."""

    # The words that a command does not take; nothing listens, so that a command that went on would fail otherwise.
    STRAY = (("destroy", "staging", "--yes"), ("deploy", "staging"), ("plan", "staging"), ("status", "staging"),
             ("restart", "staging"), ("render", "staging"), ("init", "staging"), ("apply", "-f", "a.yaml", "staging"),
             ("version", "staging"), ("rules", "C9", "staging"), ("scale", "4", "staging"),
             ("get", "pods", "data-0", "staging"))

    def test_a_word_that_a_command_does_not_take_is_refused(self):
        for words in self.STRAY:
            with self.subTest(words[0]):
                self.assertEqual(self.refuses(2, "^error: ", *words).stderr,
                                 f'error: {words[0]} takes no "staging"\nnext: migdeploy {words[0]} --help\n')
        self.program.write(SPEC, "prod.yaml")
        for command, letter in (("deploy", "-s"), ("destroy", "-s"), ("apply", "-f")):
            self.refuses(2, f'^error: {command} takes no "prod.yaml"; did you mean {letter} prod.yaml\\?\n', command,
                         "prod.yaml")
        self.assertFalse((self.folder / "migdeploy.yaml").exists())

    def test_init_writes_what_its_flags_say(self):
        plain = self.ends(0, "init", "-s", "-").stdout
        self.assertEqual(list(self.folder.iterdir()), [], "it went to standard output")
        self.ends(0, "init", "-n", "prod", "--set", "spec.members.replicas=4")
        self.assertEqual((self.folder / "migdeploy.yaml").read_text(),
                         plain.replace("namespace: migratory}", "namespace: prod}").replace("replicas: 3 ", "replicas: 4 "))
        self.ends(0, "check")
        (self.folder / "migdeploy.yaml").unlink()
        self.refuses(2, "^error: --set wants PATH=VALUE, not \"replicas\"\n", "init", "--set", "replicas")
        self.refuses(2, 'no key "replicsa".*"replicas"', "init", "--set", "spec.members.replicsa=4")
        self.refuses(3, "migdeploy.yaml:8:15: .*two", "init", "--set", "spec.members.replicas=two")
        self.assertEqual(self.ends(3, "init", "-n", "Blue_1").stderr,
                         'refused: migdeploy.yaml:4:44: namespace wants a DNS label, not "Blue_1"\n'
                         "next: correct it, then migdeploy init -n Blue_1\n")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_help_and_version_are_asked_for_as_elsewhere(self):
        self.assertEqual(self.ends(0, "help").stdout, self.ends(0, "--help").stdout)
        self.assertEqual(self.ends(0, "help", "plan").stdout, self.ends(0, "plan", "--help").stdout)
        self.refuses(2, 'no command "stauts"; did you mean "status"', "help", "stauts")
        told = self.ends(0, "version").stdout
        self.assertRegex(told, r"^migdeploy \d+\.\d+\.\d+\S*\n$")
        self.assertEqual(self.ends(0, "--version").stdout, told)
        self.assertEqual(json.loads(self.ends(0, "version", "-o", "json").stdout),
                         {"version": told.split()[1], "kubernetes": {"least": "1.28"}})

    def test_rules_are_accepted_as_people_write_them(self):
        self.program.write(SPEC)
        found = [finding["rule"] for finding in json.loads(self.ends(0, "check", "-o", "json").stdout)["findings"]
                 if finding["severity"] == "warning"]
        self.assertIn("C9", found)
        self.assertIn("T16", found)
        for flags in (("--accept", "C9,t16"), ("--accept", "c9", "--accept", "T16")):
            told = json.loads(self.ends(0, "check", "-o", "json", *flags).stdout)["findings"]
            self.assertEqual({finding["severity"] for finding in told if finding["rule"] in ("C9", "T16")}, {"note"})
        for bad in ("C99", "C9,", "C9,,T16"):
            self.assertEqual(self.program.run("check", "--accept", bad).returncode, 2, bad)

    def test_a_spec_of_eks_is_judged_and_rendered_and_nothing_is_sent_for_it(self):
        made = self.sandbox(spec=SPEC + "  aws:\n    cluster: my-eks\n    region: eu-west-1\n")
        self.ends(0, "check")
        self.assertIn("kind: StatefulSet", self.ends(0, "render").stdout)
        asked = []
        self.proxy(lambda *request: asked.append(request), made)
        for words in (("plan",), ("deploy",), ("status",), ("scale", "4"), ("restart",), ("destroy", "--yes")):
            self.refuses(3, r"^refused: migdeploy.yaml:6:3: this version deploys into the cluster of the kubeconfig: set "
                            r"aws: null\nNothing was changed\.\nnext: correct it, then migdeploy ", *words)
        self.assertEqual(asked, [])
        self.ends(0, "deploy", "--set", "spec.aws=null")

    # The page's table of exit codes: who answers with which of them.
    EXITS = {"check": (7, "warnings alone, with --strict"), "plan": (8, "there are changes, with --detailed-exitcode"),
             "deploy": (6, "somebody else's"), "scale": (3, "refused by the rules"), "get": (5, "not allowed")}

    def test_help_names_the_exit_codes_of_that_command(self):
        for command in ("init", "check", "rules", "render", "plan", "deploy", "scale", "restart", "apply", "destroy",
                        "status", "get", "version"):
            told = self.ends(0, command, "--help").stdout
            exits = re.search(r"(?m)^Exits    0 done   1 failed   2 wrong usage(?:.*\n)(?: {9}\d.*\n)*", told)[0]
            for owner, (code, means) in self.EXITS.items():
                if owner == command:
                    self.assertRegex(exits, rf"\b{code} {re.escape(means)}(?:   |\n)")
                elif code > 6:
                    self.assertNotIn(means, exits)

    def test_what_could_not_be_written_is_told(self):
        self.program.write(SPEC)
        for words in (("rules",), ("rules", "-o", "json"), ("--help",), ("version",), ("plan", "--help"), ("render",),
                      ("check", "-q"), ("init", "-s", "-"), ()):
            with open("/dev/full", "w") as full, self.subTest(words):
                done = subprocess.run([self.program.path, *words], cwd=self.folder, env=self.program.environment(),
                                      stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, r"(?m)^error: cannot write standard output(: No space left on device)?$")
        self.assertEqual(self.ends(1, "render", "--dir", "out").stderr,
                         "error: cannot write out/Namespace-blue.yaml: No such file or directory\n"
                         "next: mkdir -p out && migdeploy render --dir out\n")
        (self.folder / "out").mkdir()
        self.ends(0, "render", "--dir", "out")
        self.assertTrue((self.folder / "out" / "StatefulSet-data.yaml").stat().st_size)

    def test_what_is_to_be_pasted_means_the_same_cluster(self):
        for words in (("-s", "prod.yaml"), ("-n", "migratory"), ("--kubeconfig", "x", "--context", "y"),
                      ("--set", "metadata.name=green")):
            told = self.refuses(2, "^refused: ", "destroy", *words).stderr
            self.assertTrue(told.endswith(f"\nnext: migdeploy destroy {' '.join(words)} --yes\n"), told)
        for word in ("it's here.yaml", "$(x).yaml", "a;b.yaml", ""):
            told = self.refuses(2, "^refused: ", "destroy", "-s", word).stderr
            self.assertEqual(shlex.split(told.splitlines()[-1]), ["next:", "migdeploy", "destroy", "-s", word, "--yes"])
        told = self.refuses(2, "^refused: ", "destroy", "-s", "x" * 5000, "--context", "y").stderr
        self.assertTrue(told.endswith("\nnext: migdeploy destroy -s ... --yes\n"), told)
        self.assertIn('takes no "..."', self.refuses(2, "^error: ", "destroy", "-s", "x", "...", "--yes").stderr)
        made = self.sandbox()
        (self.folder / "migdeploy.yaml").unlink()
        self.program.write(SPEC + "  members: {replicas: 3, image: 'migratorydata/server:6.0.16'}\n", "prod.yaml")
        self.program.kubeconfig = self.folder / "none"
        here = ("-s", "prod.yaml", "--kubeconfig", str(made.kubeconfig), "--context", "sandbox")
        line = " ".join(here)
        self.assertRegex(self.ends(0, "deploy", *here).stderr, rf"\nnext: migdeploy status {line} \(deployed in .*\)\n$")
        self.assertRegex(self.ends(0, "scale", "4", *here).stderr,
                         rf"\nnext: migdeploy scale 4 {line} --write \(puts 4 into line 6\)\n$")
        told = json.loads(self.ends(4, "scale", "5", *here, "--timeout", "1ms", "-q", "-o", "json").stderr)["error"]
        self.assertEqual(told["next"], f"migdeploy scale 5 {line}")
        self.program.write(SPEC + "  members: {replicsa: 3}\n", "prod.yaml")
        for words in (("-s", "prod.yaml"), ("prod.yaml",)):
            self.assertTrue(self.ends(3, "check", *words).stderr.endswith(
                "\nnext: correct these lines, then migdeploy check -s prod.yaml\n"))


class BadServers(Case):
    def test_each_answer_that_is_none_ends_with_its_exit_code(self):
        codes = {"status=401": 5, "status=403": 5, "status=404": 1, "status=409": 6, "status=415": 1,
                 "status=422": 1, "status=429": 1, "status=500": 1, "status=503": 1, "html": 1, "cut": 1,
                 "reset-before": 1, "stall": 4}
        for fault, code in codes.items():
            with self.subTest(fault):
                made = self.sandbox("--fault", f"*:{fault}")
                status = re.sub(r"\D", "", fault)
                pattern = (rf"\(Kubernetes, {status}\)|accept the credentials" if status else
                           {"html": "text/html", "cut": "cut off", "stall": "deadline"}.get(fault, "closed"))
                self.refuses(code, pattern, "deploy", "--timeout", "4s")
                made.close()

    def test_who_may_not_is_told_what_and_who_allows_it(self):
        made = self.sandbox()
        self.ends(0, "deploy", "-q")
        path = self.program.kubeconfig
        path.write_text(path.read_text().replace(made.token, "viewer-token"))
        done = self.ends(5, "scale", "4")
        self.assertEqual(done.stderr, 'error: user "viewer" may not get statefulsets in namespace blue (Kubernetes, 403)\n'
                                      'next: a cluster administrator allows that verb to "viewer"; then migdeploy scale 4\n')

    def test_one_bad_answer_is_got_over(self):
        for fault in ("2:status=429", "2:status=503", "2:cut", "2:reset-before", "9:reset-after"):
            with self.subTest(fault):
                made = self.sandbox("--fault", fault)
                self.ends(0, "deploy")
                made.close()

    def test_retry_after_is_kept(self):
        answered = []

        def hook(number, _, path):
            answered.append((path, time.monotonic()))
            return (429, {"Retry-After": 1, "Content-Type": "application/json"}, b"{}") if number == 1 else None

        self.proxy(hook, self.sandbox())
        self.ends(0, "status")
        path, refused = answered[0]
        self.assertGreaterEqual(min(at for other, at in answered[1:] if other == path) - refused, 0.9)

    def test_a_server_that_is_not_there(self):
        self.program.write(SPEC)
        self.program.kubeconfig = write_kubeconfig(self.folder / "kubeconfig", 1)
        self.refuses(1, "https://127.0.0.1:1: connection refused, 4 tries", "plan")

    def test_a_certificate_for_another_name_or_of_another_authority_is_refused(self):
        self.program.write(SPEC)
        proxy = self.proxy(lambda *_: (200, {}, b"{}"), name="blue.example")
        self.refuses(1, "certificate", "plan")
        other, _ = certificate(self.folder, "127.0.0.1")
        write_kubeconfig(self.program.kubeconfig, proxy.port, certificate_authority=other)
        self.refuses(1, "certificate", "plan")
        self.assertEqual(proxy.number, 0, "no token went to it")

    def test_a_namespace_that_never_goes_is_named_until_the_deadline(self):
        made = self.sandbox()
        self.program.write("apiVersion: v1\nkind: Namespace\nmetadata: {name: blue}\n---\napiVersion: v1\nkind: ConfigMap"
                           "\nmetadata: {name: held, namespace: blue, finalizers: [example.com/held]}\n", "held.yaml")
        self.ends(0, "apply", "-f", "held.yaml")
        request = urllib.request.Request(f"https://127.0.0.1:{made.port}/api/v1/namespaces/blue", method="DELETE",
                                         headers={"Authorization": f"Bearer {made.token}"})
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        urllib.request.urlopen(request, context=context).close()
        self.refuses(4, "namespace blue is being deleted", "deploy", "--timeout", "3s")


SLOW = ("--settings", '{"startSeconds":1000000}')


class Lives(Case):
    def test_members_that_never_become_ready_end_at_the_time_limit(self):
        # In our own time, in which no member is gone before a destroy has to stop either.
        self.sandbox("--settings", '{"startSeconds":1000000,"stopSeconds":30}', pace=1)
        done = self.refuses(4, "0 of 3 Ready", "deploy", "--timeout", "2s")
        self.assertTrue(done.stderr.endswith("the deadline of 2s has passed\nremains: all but members, address\n"
                                             "next: migdeploy deploy --timeout 2s (goes on from here)\n"), done.stderr)
        told = json.loads(self.ends(4, "scale", "4", "--timeout", "1s", "-q", "-o", "json").stderr)["error"]
        self.assertEqual((told["remaining"], told["next"]), ("all but members", "migdeploy scale 4"))
        told = self.ends(4, "destroy", "--yes", "--timeout", "2s").stderr
        self.assertRegex(told, r"\nremains: not gone yet: objects, namespace\nnext: .* \(goes on from here\)\n$")

    def test_an_image_that_is_not_there_is_told_before_the_time_limit(self):
        self.sandbox(spec=SPEC + "  members: {image: 'migratorydata/server:6.0.61'}\n")
        done = self.refuses(1, r"migratorydata/server:6\.0\.61", "deploy")
        self.assertRegex(done.stderr, r"\nremains: all but members; they start in order, 1 and 2 wait for 0; no client is served"
                                      r"\nnext: correct migdeploy.yaml:6:20, then migdeploy deploy \(it replaces the stuck pod "
                                      r"as well\)\n$")
        self.assertLessEqual(max(map(len, re.sub(r"(?m)^\d\d:.*\n", "", done.stderr).splitlines())), 97)

    def test_another_writer_at_work_is_left_alone(self):
        self.sandbox(*SLOW, pace=20)
        first = self.program.start("deploy", "--progress", "plain")
        for line in first.stderr:
            if "0 of 3 Ready" in line:
                break
        done = self.refuses(6, rf"^error: \S+@\S+ has been running deploy since \d\d:\d\d:\d\dZ \(pid {first.pid}\)\n", "scale",
                            "5", timeout=20)
        self.assertIn("next: migdeploy scale 5 --wait", done.stderr)
        first.send_signal(signal.SIGINT)
        _, told = first.communicate(timeout=30)
        self.assertEqual(first.returncode, 130, told)
        self.assertRegex(told, r"Stopped in step members after .*: 0 of 3 Ready")
        self.refuses(4, "0 of 3 Ready", "deploy", "--timeout", "2s")

    def test_ctrl_c_at_any_request_is_gone_on_from(self):
        for number in range(1, 40, 4):
            with self.subTest(number):
                made, running = self.sandbox(), []
                self.proxy(lambda at, *_, n=number: running[0].send_signal(signal.SIGINT) if at == n else None, made)
                running.append(self.program.start("deploy"))
                _, told = running[0].communicate(timeout=60)
                self.assertIn(running[0].returncode, (0, 130), told)
                if running[0].returncode == 130:
                    self.assertEqual(told.splitlines()[-1], "next: migdeploy deploy (goes on from here)")
                self.ends(0, "deploy")
                made.close()

    def test_scale_is_judged_and_says_what_the_file_says(self):
        self.sandbox(spec=SPEC + "  members: {replicas: 3} # as the vendor has it\n")
        self.assertRegex(self.ends(0, "deploy").stdout, r"^http://\S+\n$")
        told = self.ends(0, "scale", "5").stderr
        self.assertRegex(told, r"migdeploy.yaml:6 still says 3: a deploy leaves 5 and says so \[C24\]\.\n"
                               r"next: migdeploy scale 5 --write \(puts 5 into line 6\)\n$")
        self.refuses(3, r"^refused: 6 members, but the list that every member holds ends at 5 "
                     r"\(migdeploy.yaml:6:3\) \[C6\]\n", "scale", "6")
        self.assertTrue(self.ends(0, "scale", "4", "--write").stderr.endswith("migdeploy.yaml says 4 members now.\n"))
        self.assertIn("replicas: 4} # as the vendor has it", (self.folder / "migdeploy.yaml").read_text())
        self.assertIn("Nothing to do", self.ends(0, "plan", "--detailed-exitcode").stderr)
        self.program.write((TUTORIAL / "migratorydata-autoscale.yaml").read_text()
                           .replace("migratorydata", "data").replace("migratory", "blue"), "scaler.yaml")
        self.ends(0, "apply", "-f", "scaler.yaml")
        self.refuses(3, r"^refused: .*\[T12\]", "scale", "5")

    def test_the_file_that_is_written_stays_what_it_was(self):
        self.sandbox()
        (self.folder / "migdeploy.yaml").unlink()
        (self.folder / "kept").mkdir()
        path = self.program.write(SPEC + "  members: {replicas: 3}\n", "kept/prod.yaml")
        path.chmod(0o600)
        (self.folder / "kept" / "prod.yaml.new").write_text("somebody's own")
        link = self.folder / "link.yaml"
        link.symlink_to(pathlib.Path("kept") / "prod.yaml")
        self.ends(0, "deploy", "-q", "-s", "link.yaml")
        self.ends(0, "scale", "4", "--write", "-s", "link.yaml")
        self.assertTrue(link.is_symlink(), "the link is still one")
        self.assertEqual(path.read_text(), SPEC + "  members: {replicas: 4}\n")
        self.assertEqual(path.stat().st_mode & 0o7777, 0o600)
        self.assertEqual({found.name for found in path.parent.iterdir()}, {"prod.yaml", "prod.yaml.new"})
        self.assertEqual((self.folder / "kept" / "prod.yaml.new").read_text(), "somebody's own")

    def test_what_is_no_file_is_not_replaced_by_one(self):
        self.sandbox()
        os.mkfifo(self.folder / "pipe.yaml")
        (self.folder / "link.yaml").symlink_to("pipe.yaml")
        for name in ("pipe.yaml", "link.yaml", "-"):
            told = self.refuses(2, "^error: ", "scale", "4", "--write", "-s", name, typed=SPEC).stderr
            self.assertEqual(told, f"error: --write puts 4 into a file, and {name} is none; nothing was changed\n"
                                   "next: migdeploy scale --help\n")
        self.assertTrue((self.folder / "pipe.yaml").is_fifo())
        self.assertTrue((self.folder / "link.yaml").is_symlink())

    def test_a_spec_or_a_file_that_the_rules_refuse_is_told_line_by_line(self):
        self.sandbox(spec=SPEC + "  members: {replicas: 2}\n")
        for words in (["plan"], ["deploy"], ["apply", "-f", "set.yaml"]):
            rendered = self.ends(0, "render", "--part", "members").stdout
            self.program.write(rendered, "set.yaml")
            done = self.refuses(3, r"(?m)^refused: \d errors; nothing was changed\n"
                                   rf"next: correct these lines, then migdeploy {' '.join(words)}$", *words)
            self.assertRegex(done.stderr, r"(?m)^(migdeploy|set).yaml:\d+:\d+: error: 2 members; guaranteed delivery needs "
                                          r"3 \[C2\]$")
        told = json.loads(self.ends(3, "deploy", "-o", "json").stderr)["error"]
        self.assertEqual((told["status"], told["file"], told["line"]), ("MIGD_ERR_REFUSED", "migdeploy.yaml", 6))

    def test_a_server_that_numbers_no_pods_is_refused_for_a_budget_over_the_seeds(self):
        made = self.sandbox(spec=SPEC.replace("tutorial", "production") + "  members: {image: 'migratorydata/server:6.0.16'}\n")
        version = json.dumps({"major": "1", "minor": "27", "gitVersion": "v1.27.16"}).encode()
        self.proxy(lambda _, method, path: (200, {"Content-Type": "application/json"}, version)
                   if path == "/version" else None, made)
        for command in ("plan", "deploy"):
            self.refuses(3, r"^refused: Kubernetes 1\.27 numbers no pods \(1\.28 does\): a budget over the seeds would cover nobody"
                            r"\nNothing was changed\. ways out: upgrade Kubernetes; or a budget over all members:\n"
                            r"next: (migdeploy deploy --set spec\.disruption\.scope=members --set "
                            r"spec\.disruption\.maxUnavailable=1)\n$", command)
        self.assertEqual(json.loads(self.ends(0, "get", "namespaces", "-o", "json").stdout)["items"][-1]["metadata"]["name"],
                         "kube-system", "nothing was made")
        self.ends(0, "deploy", "--set", "spec.disruption.scope=members", "--set", "spec.disruption.maxUnavailable=1")
        self.assertIn(", Kubernetes 1.27\n", self.ends(0, "status").stdout)

    def test_plan_names_the_line_that_asks_and_what_it_does(self):
        self.sandbox(spec=SPEC + "  members:\n    image: migratorydata/server:6.0.15\n")
        self.ends(0, "deploy")
        self.program.write(SPEC + "  members:\n    image: migratorydata/server:6.0.16\n    replicas: 4\n")
        done = self.ends(8, "plan", "--detailed-exitcode")
        self.assertIn("~ StatefulSet/blue/data\n"
                      "    /spec/replicas                          3 -> 4                             migdeploy.yaml:8\n"
                      "    /spec/template/spec/containers/0/image  ...:6.0.15 -> ...:6.0.16           migdeploy.yaml:7\n"
                      "Effect: data-3 starts; then 2, 1, 0 restart one at a time, without a pause (pauseSeconds).\n"
                      "        While a seed restarts, seeds up 2 of 3, quorum 2, margin 0: lose nothing else then.\n",
                      done.stdout)

    def test_plan_shows_the_part_of_a_long_value_that_differs(self):
        members = "  members:\n    image: migratorydata/server:6.0.16\n    memory: {}\n"
        self.sandbox(spec=SPEC + members.format("100MB"))
        self.ends(0, "deploy", "-q")
        self.program.write(SPEC + members.format("120MB"))
        done = self.ends(0, "plan")
        lines = [line for line in done.stdout.splitlines() if line.startswith("    /")]
        self.assertRegex("\n".join(lines), r"/env/\d/value  +(?:\.\.\.)?-DMemory=100MB\.\.\. -> (?:\.\.\.)?-DMemory=120MB"
                                           r"\.\.\. +migdeploy\.yaml:8")
        self.assertEqual(len({line.index(" -> ") > 0 and line.rindex("migdeploy.yaml:") for line in lines
                              if "migdeploy.yaml:" in line}), 1, lines)
        changes = json.loads(self.ends(0, "plan", "-o", "json").stdout)["changes"]
        self.assertEqual([change["object"] for change in changes], ["StatefulSet/blue/data"], "one object, one change")
        self.assertIn("/spec/template/", changes[0]["fields"][0]["pointer"])

    def test_documents_for_scripts_have_their_keys(self):
        self.sandbox()
        plan = json.loads(self.ends(0, "plan", "-o", "json").stdout)
        self.assertEqual(set(plan), {"changes", "findings"})
        self.assertEqual(set(plan["changes"][0]), {"step", "action", "object", "fields"})
        self.assertEqual([change["object"] for change in plan["changes"]],
                         ["Namespace/blue", "Service/blue/data-cs", "Service/blue/data-hs",
                          "PodDisruptionBudget/blue/data-pdb", "StatefulSet/blue/data"])
        self.assertEqual(plan["findings"], json.loads(self.ends(0, "check", "-o", "json").stdout)["findings"])
        done = self.ends(0, "deploy", "-o", "json", "--progress", "json")
        self.assertIn("address", json.loads(done.stdout))
        for line in done.stderr.splitlines():
            self.assertEqual(set(json.loads(line)), {"time", "step", "state", "object", "text", "elapsedMs"})
        status = json.loads(self.ends(0, "status", "-o", "json").stdout)
        self.assertIn("Pod/blue/data-3", [json.loads(line)["object"] for line in self.ends(
            0, "scale", "4", "--progress", "json").stderr.splitlines() if '"state":"done"' in line])
        self.assertEqual(status["seeds"], {"up": 3, "of": 3, "quorum": 2, "margin": 1})
        error = json.loads(self.ends(3, "scale", "2", "-o", "json").stderr)["error"]
        self.assertEqual(error["details"][0], {"field": "/spec/replicas", "reason": "C5", "message": "smaller nodes",
                                               "subject": "StatefulSet/blue/data"})
        self.assertEqual((error["remaining"], error["next"]), ("nothing was changed; 4 run", "migdeploy rules C5"))
        error = json.loads(self.ends(1, "get", "pods", "none", "-n", "blue", "-o", "json").stderr)["error"]
        self.assertEqual((error["httpStatus"], error["remoteCode"]), (404, "NotFound"))
        self.assertEqual(self.ends(0, "get", "pods", "-n", "blue", "-o", "name").stdout.split()[0], "pod/data-0")
        self.assertEqual(self.ends(0, "get", "pods", "-n", "green").stderr, "No pods found in green namespace.\n")

    def test_status_says_what_matters_and_watches_until_ctrl_c(self):
        self.sandbox()
        self.assertIn("Members  none: there is no StatefulSet data in namespace blue", self.ends(0, "status").stdout)
        self.ends(0, "deploy", "-q")
        done = self.ends(0, "status")
        self.assertRegex(done.stdout, r"^Cluster  context sandbox, blue/data, Kubernetes 1\.36\n"
                                      r"Nodes    5 of 5 Ready, in 3 zones\n"
                                      r"Members  3 of 3 Ready, at most 5      seeds up 3 of 3, quorum 2, margin 1\n"
                                      r"Drain    not now: budget data-pdb keeps 3 of 3: 0 may leave, ever \[C9\]\n"
                                      r"Scaling  by hand\nAddress  http://127.0.0.1:\d+\n         answers\n$")
        self.assertEqual(done.stderr, "All is well.\n")
        watch = self.program.start("status", "--watch")
        self.assertRegex(watch.stdout.readline(), "^Cluster")
        watch.send_signal(signal.SIGINT)
        _, told = watch.communicate(timeout=30)
        self.assertEqual((watch.returncode, told), (0, ""))

    def patch(self, made, target, body):
        """Somebody else's merge patch."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        headers = {"Authorization": f"Bearer {made.token}", "Content-Type": "application/merge-patch+json"}
        urllib.request.urlopen(urllib.request.Request(f"https://127.0.0.1:{made.port}{target}", json.dumps(body).encode(),
                                                      headers, method="PATCH"), context=context).close()

    def test_status_at_a_bad_moment_says_first_what_not_to_do(self):
        made = self.sandbox("--settings", '{"nodes":3}', spec=SPEC.replace("tutorial", "production"))
        self.ends(0, "deploy", "-q", "--set", "spec.members.image=migratorydata/server:6.0.16")
        pod = json.loads(self.ends(0, "get", "pods", "data-1", "-n", "blue", "-o", "json").stdout)
        node = pod["spec"]["nodeName"]
        old = json.loads(self.ends(0, "get", "nodes", node, "-o", "json").stdout)
        instance = old["spec"]["providerID"].rsplit("/", 1)[1]
        zone = old["metadata"]["labels"]["topology.kubernetes.io/zone"]
        self.patch(made, "/sandbox/settings", {"lost": [node]})
        told = ""
        for _ in range(100):
            told = self.ends(0, "status", "--set", "spec.members.image=migratorydata/server:6.0.16").stdout
            if "2 of 3 Ready" in told.splitlines()[2]:
                break
        self.assertRegex(told, rf"\nNodes    2 of 3 Ready       {re.escape(node)} silent for (?:\d+[hms])+ \({zone}\)\n"
                               r"Members  2 of 3 Ready       seeds up 2 of 3, quorum 2, margin 0: the next loss stops the "
                               r"cluster\nDrain    not now: budget data-pdb lets 1 be away, and 1 is\n(?:.*\n){3}"
                               r"Why      data-1 \(seed\) is on it; it starts elsewhere only once the node object is gone\.\n"
                               r"Do not   drain, scale down, restart or deploy until the margin is 1 again\.\n"
                               rf"Do       Bring the machine back; or see that it is off: kubectl delete node {re.escape(node)}\n$")
        self.patch(made, f"/api/v1/nodes/{node}", {"metadata": {"labels": {"eks.amazonaws.com/nodegroup": "ng"}}})
        told = self.ends(0, "status", "--set", "spec.members.image=migratorydata/server:6.0.16").stdout
        self.assertIn(f"Do       Wait 5 min for EC2 to replace it; else terminate {instance}: a new one comes.\n", told)

    def test_a_roll_that_was_cut_off_is_neither_well_nor_done(self):
        """Of four members one has the new template, and a pause keeps the next one waiting."""
        self.sandbox(spec=SPEC + "  members: {replicas: 4, image: 'migratorydata/server:6.0.16', pauseSeconds: 86400}\n")
        self.ends(0, "deploy", "-q")
        newer = ("--set", "spec.members.image=migratorydata/server:6.0.17")
        self.ends(4, "deploy", "-q", "--timeout", "3s", *newer)
        done = self.ends(0, "status")
        self.assertIn("\nRoll     1 of 4 has the new template\n", done.stdout)
        self.assertEqual(done.stderr, "next: migdeploy deploy\n")
        done = self.ends(8, "plan", "--detailed-exitcode", *newer)
        self.assertIn("~ StatefulSet/blue/data\n"
                      "    /spec/updateStrategy/rollingUpdate/partition  3 -> 0\n"
                      "Effect: 2, 1, 0 restart one at a time, 1440 min apart (pauseSeconds).\n", done.stdout)
        self.ends(0, "deploy", "-q", "--set", "spec.members.pauseSeconds=0", *newer)
        self.assertEqual(self.ends(0, "status").stderr, "All is well.\n")
        self.ends(0, "plan", "--detailed-exitcode", *newer)

    def test_a_member_that_is_not_there_is_named(self):
        made = self.sandbox("--settings", '{"startSeconds":30}', pace=10)
        self.ends(0, "deploy", "-q")
        self.ends(4, "scale", "4", "-q", "--timeout", "300ms")
        done = self.ends(0, "status")
        self.assertRegex(done.stdout, r"Members  3 of 4 Ready(?:.*\n)+Why      data-3 ")
        self.assertEqual(done.stderr, "next: migdeploy status --watch\n")
        self.assertIsNone(made.process.poll())

    def test_one_of_one_is_no_bad_moment(self):
        self.sandbox()
        (self.folder / "migdeploy.yaml").unlink()
        self.ends(0, "init", "--profile", "dev")
        address = self.ends(0, "deploy", "-q").stdout.strip()
        done = self.ends(0, "status")
        self.assertIn("seeds up 1 of 1, quorum 1, margin 0", done.stdout)
        self.assertNotRegex(done.stdout, "Do not|Do  ")
        self.assertRegex(done.stdout, rf"(?m)^Address  {re.escape(address)}(?:, inside the cluster)?$")
        self.assertEqual(done.stderr, "All is well.\n")

    def test_get_looks_where_the_spec_says_and_names_as_kubectl(self):
        self.sandbox()
        self.assertEqual(self.ends(0, "get", "pods").stderr, "No pods found in blue namespace.\n")
        self.ends(0, "deploy", "-q")
        for kind, first in (("pods", "pod/data-0"), ("services", "service/data-cs"), ("sts", "statefulset.apps/data"),
                            ("poddisruptionbudgets", "poddisruptionbudget.policy/data-pdb"),
                            ("namespaces", "namespace/blue")):
            self.assertIn(first, self.ends(0, "get", kind, "-o", "name").stdout.splitlines(), kind)
        self.assertIn("pod/data-2\n", self.ends(0, "get", "pods", "-A", "-o", "name").stdout)
        self.assertEqual(self.ends(0, "get", "pod", "data-1", "-o", "name").stdout, "pod/data-1\n")
        self.refuses(2, "a=b,,c", "get", "pods", "-l", "a=b,,c")
        (self.folder / "migdeploy.yaml").unlink()
        self.assertEqual(self.ends(0, "get", "pods").stderr, "No pods found in default namespace.\n")

    def test_a_seed_that_is_down_is_named_with_its_node(self):
        self.sandbox("--settings", '{"crashing":[":6.0.99"]}', spec=SPEC + "  members: {image: 'migratorydata/server:6.0.16'}\n")
        self.ends(0, "deploy", "-q")
        self.ends(1, "deploy", "-q", "--set", "spec.members.image=migratorydata/server:6.0.99")
        node = json.loads(self.ends(0, "get", "pod", "data-2", "-o", "json").stdout)["spec"]["nodeName"]
        done = self.ends(0, "status")
        self.assertRegex(done.stdout, rf"(?m)^Why      data-2 \(seed\) on {re.escape(node)}: CrashLoopBackOff")
        self.assertRegex(done.stdout, r"(?m)^Do not   .*\nDo       .*")

    def test_status_says_whose_next_run_sets_the_number_back(self):
        made = self.sandbox()
        self.ends(0, "deploy", "-q")
        note = json.dumps({"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": {"replicas": 3}})
        self.patch(made, "/apis/apps/v1/namespaces/blue/statefulsets/data",
                   {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": note}}})
        self.assertIn("\nScaling  by hand\n", self.ends(0, "status").stdout)
        self.ends(0, "scale", "4")
        self.assertIn("\nScaling  by hand; the next kubectl apply sets 3 again\n", self.ends(0, "status").stdout)

    def test_destroy_removes_all_and_says_what_is_left(self):
        self.sandbox()
        self.ends(0, "deploy", "-q")
        self.assertIn("Nothing is left.", self.ends(0, "destroy", "--yes").stderr)
        self.ends(0, "destroy", "--yes")
        self.program.write("apiVersion: v1\nkind: Namespace\nmetadata: {name: blue}\n", "namespace.yaml")
        self.ends(0, "apply", "-f", "namespace.yaml")
        self.ends(0, "deploy", "-q")
        self.assertRegex(self.ends(0, "destroy", "--yes").stdout, r"^kept Namespace/blue: .*\n$")

    def on_terminal(self, columns, *words, colour=True, typed=b""):
        """What a terminal of that width gets, and the exit code."""
        child, screen = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            environment = self.program.environment() | ({} if colour else {"NO_COLOR": "1"})
            os.execve(self.program.path, ["migdeploy", *words], environment)
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.write(screen, typed)
        told = b""
        while True:
            try:
                more = os.read(screen, 65536)
            except OSError:
                break
            if not more:
                break
            told += more
        return told.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_a_terminal_gets_lines_that_fit_it(self):
        for columns in (60, 100):
            with self.subTest(columns):
                made = self.sandbox(pace=10)
                told, code = self.on_terminal(columns, "deploy")
                made.close()
                self.assertEqual(code, 0, told)
                self.assertIn("\x1b[32mdone\x1b[0m  members", told)
                plain = re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", told)
                lines = [line for line in re.split(r"[\r\n]+", plain) if not line.startswith(("context", "http", "Rules"))]
                self.assertLessEqual(max(map(len, lines)), columns)
                self.assertTrue(any(re.match(r"done  members     " + ("3 of 3 Ready" if columns > 60 else r"\s+\d+m?s$"),
                                             line) for line in lines), plain)

    def test_members_that_did_nothing_are_not_told(self):
        self.sandbox(pace=20)
        self.ends(0, "deploy", "-q")
        told = self.ends(0, "scale", "5", "--progress", "plain").stderr
        self.assertEqual(re.findall(r"done   (data-\d) Ready", told), ["data-3", "data-4"])
        told = self.ends(0, "scale", "4", "--progress", "plain").stderr
        self.assertEqual(re.findall(r"done   (data-\d .*?),? ", told), ["data-4 gone"])
        self.assertNotIn("5 of 4", told)

    def test_a_terminal_gets_one_line_for_each_member(self):
        self.sandbox()
        self.ends(0, "deploy", "-q")
        self.ends(0, "status")
        told, code = self.on_terminal(100, "scale", "5", colour=False)
        self.assertEqual(code, 0, told)
        lines = [line for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", told)) if line[:4] != "wait"]
        self.assertRegex("\n".join(lines), r"^context sandbox, blue/data: 3 -> 5 of at most 5; seeds 3, quorum 2\n"
                                           r"done  data-3  +Ready on ip-\S+\.internal +(?:\d+m?s)+\n"
                                           r"done  data-4  +Ready on ip-\S+\.internal +(?:\d+m?s)+\n5 of 5 Ready in ")
        self.assertEqual(len(lines[1]), len(lines[2]))
        self.assertLessEqual(len(lines[1]), 97)

    def test_colour_is_only_for_terminals_that_want_it(self):
        self.sandbox()
        told, code = self.on_terminal(100, "deploy", colour=False)
        self.assertEqual(code, 0)
        self.assertNotIn("\x1b[3", told)
        self.assertNotIn("\x1b", self.ends(0, "deploy").stderr)

    def test_destroy_wants_the_name_typed(self):
        self.sandbox()
        self.ends(0, "deploy", "-q")
        told, code = self.on_terminal(100, "destroy", typed=b"yes\n")
        self.assertIn("Type the cluster's name, data: ", told)
        self.assertEqual(code, 130, told)
        self.assertIn("3 of 3 Ready", self.ends(0, "status").stdout)
        (self.folder / "migdeploy.yaml").unlink()
        told, code = self.on_terminal(100, "destroy", "-n", "blue", typed=b"data\n")
        self.assertIn("Type the cluster's name, data: ", told)
        self.assertEqual(code, 0, told)


class Found(Case):
    """Clusters of anybody's manifests, which no spec here knows."""

    PARTS = ("migratory-namespace", "migratorydata-cluster", "nlb-service")

    def tutorial(self, *words, **options):
        """The tutorial's cluster as its own page makes it; no migdeploy.yaml is here."""
        made = self.sandbox(*words, **options)
        (self.folder / "migdeploy.yaml").unlink()
        self.ends(0, "apply", "-q", *(word for part in self.PARTS for word in ("-f", TUTORIAL / f"{part}.yaml")))
        for _ in range(200):
            status = self.ends(0, "status", "-n", "migratory", "-o", "json").stdout
            if json.loads(status)["members"]["ready"] == 3:
                return made
            time.sleep(0.05)
        self.fail(status)

    def second(self):
        """Another set of the same kind beside it."""
        text = (TUTORIAL / "migratorydata-cluster.yaml").read_text()
        self.program.write(text[text.index("apiVersion: apps"):].replace("migratorydata\n", "second\n"), "second.yaml")
        self.ends(0, "apply", "-q", "-f", "second.yaml", "-n", "migratory")

    def test_the_one_cluster_of_the_namespace_is_found_and_judged(self):
        self.tutorial()
        self.assertRegex(self.ends(0, "status", "-n", "migratory").stdout,
                         r"^Cluster  context sandbox, migratory/migratorydata, .*\n.*\n"
                         r"Members  3 of 3 Ready, at most 5      seeds up 3 of 3, quorum 2, margin 1\n"
                         r"Drain    not now: budget migratorydata-pdb keeps 3 of 3: 0 may leave, ever \[C9\]\n"
                         r"Scaling  by hand\n"
                         r"Address  http://127.0.0.1:\d+\n         answers\n$")
        told = self.ends(0, "scale", "5", "-n", "migratory").stderr
        self.assertRegex(told, r"^context sandbox, migratory/migratorydata: 3 -> 5 of at most 5; seeds 3, quorum 2\n")
        self.assertRegex(told, r"\n5 of 5 Ready in (?:\d+[ms])+\.\n$")
        told = self.refuses(3, r"^refused: .*\[.*C5", "scale", "2", "-n", "migratory").stderr
        self.assertIn("\nNothing was changed; 5 run. ways out: ", told)
        self.refuses(3, r"^refused: .*\[C6\]", "scale", "6", "-n", "migratory")
        self.ends(0, "apply", "-q", "-f", TUTORIAL / "migratorydata-autoscale.yaml")
        self.refuses(3, r"^refused: .*\[T12\]", "scale", "4", "-n", "migratory")
        told = self.ends(0, "restart", "-n", "migratory").stderr
        self.assertRegex(told, r"^context sandbox, migratory/migratorydata\n")
        self.assertEqual(len(set(re.findall(r"(migratorydata-\d) restarts in \d+m\d\ds of 6m00s", told))), 4,
                         "the vendor's pause, between five members")
        done = self.ends(0, "destroy", "--yes", "-n", "migratory")
        self.assertEqual(done.stdout, "kept Namespace/migratory: it was not made by migdeploy\n")
        for kind in ("statefulsets", "pods", "services", "pdb", "hpa"):
            self.assertEqual(self.ends(0, "get", kind, "-n", "migratory").stdout, "", kind)

    def test_of_several_none_is_taken_and_they_are_named(self):
        self.tutorial()
        self.second()
        for words in (("status",), ("scale", "4"), ("restart",), ("destroy", "--yes")):
            with self.subTest(words[0]):
                told = self.refuses(2, r"^error: .*in namespace migratory: migratorydata, second\n", *words, "-n",
                                    "migratory").stderr
                self.assertTrue(told.endswith("\nnext: migdeploy init\n"), told)
        self.program.write(SPEC.replace("name: data", "name: second").replace("blue", "migratory"))
        self.assertRegex(self.ends(0, "status").stdout, "^Cluster  context sandbox, migratory/second, Kubernetes ")

    def test_where_there_is_none_it_says_where_it_looked(self):
        self.sandbox()
        (self.folder / "migdeploy.yaml").unlink()
        for words in (("status",), ("scale", "4"), ("restart",), ("destroy", "--yes")):
            for more, namespace in (((), "default"), (("-n", "blue"), "blue")):
                told = self.refuses(1, "^error: ", *words, *more).stderr
                self.assertEqual(told, "error: no spec, and no StatefulSet of MigratoryData in namespace "
                                       f"{namespace}\nnext: migdeploy get statefulsets -A\n")
        self.refuses(1, "prod.yaml: No such file", "status", "-s", "prod.yaml")
        self.refuses(1, "migdeploy.yaml: No such file", "scale", "4", "--set", "spec.members.replicas=3")

    def test_a_spec_and_a_flag_that_name_two_namespaces_are_refused(self):
        made = self.sandbox()
        for words in (("status",), ("plan",), ("deploy",), ("destroy", "--yes")):
            line = " ".join(words)
            told = self.refuses(2, "^refused: ", *words, "-n", "green").stderr
            self.assertEqual(told, "refused: -n green, but migdeploy.yaml:3:35 names namespace blue\n"
                                   f"next: migdeploy {line} -n green --set metadata.namespace=green (or leave out -n; "
                                   "nothing was sent)\n")
        self.ends(0, "deploy", "-q", "-n", "green", "--set", "metadata.namespace=green")
        self.ends(0, "status", "-n", "blue")
        self.assertIsNone(made.process.poll())

    def test_what_is_to_be_written_needs_a_file(self):
        self.tutorial()
        self.refuses(2, "^error: there is no migdeploy.yaml for --write to put 4 into\nnext: migdeploy init\n$", "scale",
                     "4", "--write", "-n", "migratory")
        self.assertIn("3 of 3 Ready", self.ends(0, "status", "-n", "migratory").stdout)

    # The findings of the files in looks.md, but for T12: nobody applies the number again.
    LIVING = ["C9", "C10", "T16", "T14", "T16", "T18", "T19", "T20", "T21", "T22", "T23", "T25"]

    def test_what_runs_is_judged_as_its_files_are(self):
        self.tutorial()
        self.ends(0, "apply", "-q", "-f", TUTORIAL / "migratorydata-autoscale.yaml")
        told = json.loads(self.ends(0, "check", "--live", "-n", "migratory", "-o", "json").stdout)
        self.assertEqual(told["summary"], {"errors": 0, "warnings": 9, "notes": 3})
        self.assertEqual([finding["rule"] for finding in told["findings"]], self.LIVING)
        self.assertEqual({key: told["findings"][0][key] for key in ("object", "pointer", "file", "line", "column")},
                         {"object": "PodDisruptionBudget/migratory/migratorydata-pdb",
                          "pointer": "/spec/minAvailable", "file": None, "line": 0, "column": 0})
        done = self.ends(7, "check", "--live", "--strict", "-n", "migratory")
        self.assertIn("StatefulSet/migratory/migratorydata: warning: \"latest\": members may run different versions "
                      "[T18]\n    Name a tag", done.stdout)
        self.assertEqual(done.stderr, "context sandbox, namespace migratory\nWhat runs: 0 errors, 9 warnings, 3 notes. "
                                      "No ClusterConfig: zones, nodes, ssh were not judged.\n"
                                      "next: migdeploy rules C9\n")
        self.ends(0, "check", "--live", "-n", "migratory", "-o", "sarif")
        accepted = self.ends(0, "check", "--live", "-n", "migratory", "--accept", "C9", "-o", "json").stdout
        self.assertEqual(json.loads(accepted)["findings"][0]["severity"], "note")

    def test_files_are_judged_on_what_runs(self):
        self.tutorial()
        self.ends(0, "scale", "5", "-n", "migratory")
        text = (TUTORIAL / "migratorydata-cluster.yaml").read_text()
        path = self.program.write(text[text.index("apiVersion: apps"):].replace("replicas: 3", "replicas: 2"), "two.yaml")
        done = self.ends(3, "check", "--live", "-q", path, "-n", "migratory")
        self.assertRegex(done.stdout, r"two.yaml:\d+:13: error: 2 members for 3 seeds: margin 0 from the start \[C5\]")
        self.assertRegex(done.stdout, r"PodDisruptionBudget/migratory/migratorydata-pdb: error: .*\[C7\]")
        self.assertRegex(done.stderr, r"^1 file over what runs: \d errors")
        done = self.ends(0, "check", "--live", "-q", TUTORIAL / "eksctl-dry-run.yaml", "-n", "migratory")
        self.assertRegex(done.stdout, r"eksctl-dry-run.yaml:\d+:\d+: warning: 2 zones: .* \[C14\]")

    def test_which_namespace_is_judged(self):
        self.sandbox()
        none = "^error: no StatefulSet and no Deployment runs in namespace {}\nnext: migdeploy get statefulsets -A\n$"
        self.refuses(1, none.format("blue"), "check", "--live")
        self.refuses(1, none.format("green"), "check", "--live", "-n", "green")
        self.refuses(2, "^error: migdeploy.yaml is a spec: .*\nnext: migdeploy plan\n$", "check", "--live",
                     "migdeploy.yaml")
        (self.folder / "migdeploy.yaml").unlink()
        self.refuses(1, none.format("default"), "check", "--live")
        self.refuses(1, "none.yaml: No such file", "check", "--live", "none.yaml")

    def test_who_may_not_look_is_told_what_he_may_not(self):
        self.sandbox("--fault", "*:status=403")
        self.refuses(5, r"\(Kubernetes, 403\)", "check", "--live")


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - min(bad, program.result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
