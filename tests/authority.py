"""A time-stamping authority of our own: `openssl ts -reply`, by itself or behind HTTP on loopback."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

CONFIG = """
[tsa]
default_tsa = one
[one]
dir = .
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = chain.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
[stamping]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:FALSE
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
"""

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


class Authority:
    """A root, an intermediate, and whoever stamps: made in a folder, or found in one that was made before."""

    def __init__(self, folder: Path, *, chain: bool = True) -> None:
        self.folder = folder
        self.url = ""
        if folder.exists():
            return
        folder.mkdir()
        (folder / "ca.cnf").write_text(CONFIG)
        (folder / "serial").write_text("01\n")
        self._issue("root", "/CN=Root of time", None, "authority")
        self._issue("middle", "/CN=Middle", "root", "authority")
        self._issue("tsa", "/CN=Clock of Larache", "middle" if chain else "root", "stamping")
        (folder / "chain.pem").write_bytes((folder / "middle.pem").read_bytes() if chain else b"")
        if not chain:
            (folder / "ca.cnf").write_text(CONFIG.replace("certs = chain.pem\n", ""))

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def reply(self, asked: bytes) -> bytes:
        (self.folder / "asked.tsq").write_bytes(asked)
        self._run("ts", "-reply", "-config", "ca.cnf", "-queryfile", "asked.tsq", "-out", "given.tsr")
        return (self.folder / "given.tsr").read_bytes()

    def _issue(self, name: str, subject: str, by: str | None, extensions: str) -> None:
        self._run(
            "req",
            "-new",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-subj",
            subject,
            "-out",
            "asked.csr",
        )
        signed_by = (
            ("-signkey", f"{name}.key")
            if by is None
            else ("-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial")
        )
        self._run(
            "x509",
            "-req",
            "-in",
            "asked.csr",
            *signed_by,
            "-days",
            "3650",
            "-extfile",
            "ca.cnf",
            "-extensions",
            extensions,
            "-out",
            f"{name}.pem",
        )

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


@contextmanager
def online(authority: Authority) -> Iterator[str]:
    """Let an authority answer over HTTP on loopback; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    authority.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield authority.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
