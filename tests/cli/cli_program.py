"""What tests of the migdeploy program share: the program, a sandbox, and a proxy that misbehaves on demand."""
import contextlib
import http.client
import http.server
import os
import pathlib
import re
import ssl
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TUTORIAL = ROOT / "tests" / "data" / "tutorial"
SPEC = """apiVersion: migdeploy.dev/v1alpha1
kind: MigratoryDataCluster
metadata: {name: data, namespace: blue}
spec:
  profile: tutorial
"""


class Program:
    """migdeploy in a folder of its own."""

    def __init__(self, build, folder):
        self.path, self.folder, self.kubeconfig = build / "bin" / "migdeploy", folder, folder / "none"

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if "proxy" not in k.lower() and k != "NO_COLOR"}
        return {**kept, "KUBECONFIG": str(self.kubeconfig), "HOME": str(self.folder)}

    def start(self, *words, **options):
        return subprocess.Popen([self.path, *map(str, words)], cwd=self.folder, env=self.environment(), text=True,
                                errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    def run(self, *words, typed="", timeout=120, **options):
        return subprocess.run([self.path, *map(str, words)], cwd=self.folder, env=self.environment(), text=True,
                              errors="replace", input=typed, capture_output=True, timeout=timeout, check=False,
                              **options)

    def write(self, text, name="migdeploy.yaml"):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


class Sandbox:
    """migdeploy-sandbox, which writes its kubeconfig once it listens."""

    def __init__(self, build, folder, *words, pace=200):
        self.kubeconfig = folder / "sandbox-kubeconfig"
        self.kubeconfig.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [build / "bin" / "migdeploy-sandbox", "--pace", str(pace), "--kubeconfig", self.kubeconfig, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not (self.kubeconfig.exists() and self.kubeconfig.stat().st_size):
            if self.process.poll() is not None or time.monotonic() > end:
                self.close()
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.01)
        text = self.kubeconfig.read_text()
        self.port = int(re.search(r"server: \S+:(\d+)", text).group(1))
        self.token = re.search(r"token: ([^\s,}]+)", text).group(1)

    def close(self):
        self.process.terminate()
        self.process.wait(10)


def write_kubeconfig(path, port, token="t", **cluster):
    """The least kubeconfig that names a server on loopback."""
    fields = "".join(f", {key.replace('_', '-')}: {value}" for key, value in cluster.items())
    path.write_text(f"""apiVersion: v1
kind: Config
current-context: here
contexts: [{{name: here, context: {{cluster: c, user: u}}}}]
clusters: [{{name: c, cluster: {{server: "https://127.0.0.1:{port}"{fields}}}}}]
users: [{{name: u, user: {{token: {token}}}}}]
""")
    return path


def certificate(folder, name):
    """A certificate for that name that signs itself, and its key."""
    key, chain = folder / f"{name}.key", folder / f"{name}.pem"
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", chain, "-days", "2", "-subj", f"/CN={name}", "-addext",
                    f"subjectAltName={kind}:{name}"], check=True, capture_output=True)
    return chain, key


class Proxy:
    """A TLS server that asks `hook(number, method, path)` before it passes a request on to a sandbox.

    The hook answers None to pass it on, or (status, headers, body) to answer itself. `after(number, method,
    path)` is called when the sandbox has answered and the program has not heard of it yet.
    """

    def __init__(self, chain, key, hook, sandbox=None, after=None):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except OSError:  # the program is gone
                    pass

            def answer(self):
                proxy.answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):  # a handshake that the program gives up
                pass

        self.hook, self.after, self.sandbox, self.number, self.lock = hook, after, sandbox, 0, threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self.lock:
            self.number += 1
            number = self.number
        own = self.hook(number, request.command, request.path)
        if own is not None:
            status, headers, content = own
            request.send_response(status)
            for name, value in {"Content-Length": len(content), **headers}.items():
                request.send_header(name, str(value))
            request.end_headers()
            request.wfile.write(content)
            request.close_connection = "Content-Length" in headers
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        upstream = http.client.HTTPSConnection("127.0.0.1", self.sandbox.port, timeout=60, context=context)
        with contextlib.closing(upstream):
            self.pass_on(number, request, body, upstream)

    def pass_on(self, number, request, body, upstream):
        headers = {k: v for k, v in request.headers.items() if k.lower() not in ("host", "content-length")}
        upstream.request(request.command, request.path, body, headers)
        answer = upstream.getresponse()
        stream = "watch=" in request.path
        content = b"" if stream else answer.read()
        if self.after:
            self.after(number, request.command, request.path)
        request.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                request.send_header(name, value)
        if not stream:
            request.send_header("Content-Length", str(len(content)))
        else:
            request.send_header("Connection", "close")
            request.close_connection = True
        request.end_headers()
        request.wfile.write(content)
        while stream and (piece := answer.read1(65536)):
            request.wfile.write(piece)
            request.wfile.flush()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
