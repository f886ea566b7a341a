"""The sandbox, as the tests of whole programs start and end it."""
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Sandbox:
    """migdeploy-sandbox, which writes its kubeconfig once it listens."""

    def __init__(self, build, folder, *flags):
        self.kubeconfig = pathlib.Path(folder) / "kubeconfig"
        self.process = subprocess.Popen([build / "bin" / "migdeploy-sandbox", "--kubeconfig", self.kubeconfig, *flags],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not (self.kubeconfig.exists() and self.kubeconfig.stat().st_size):
            if self.process.poll() is not None or time.monotonic() > end:
                self.close()
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.05)

    def close(self):
        self.process.terminate()
        self.process.wait(10)
