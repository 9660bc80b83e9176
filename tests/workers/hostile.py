"""Functions that do what hostile bytes would like a describer to do; loaded inside workers by the tests."""

import ctypes
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def echo(payload: Any, arguments: Any) -> Any:
    return {"bytes": None if payload is None else len(payload.read()), "arguments": arguments}


def ends(payload: Any, _: Any) -> Any:
    head = payload.read(4).decode()
    payload.seek(-4, 2)
    return [head, payload.read().decode()]


def loop(_: Any, __: Any) -> Any:
    while True:
        pass


def sleep(_: Any, arguments: Any) -> Any:
    time.sleep(float(arguments["seconds"]))
    return arguments["seconds"]


def eat(_: Any, __: Any) -> Any:
    held = []
    while True:
        held.append(bytearray(64 * 1024 * 1024))


def kill(_: Any, arguments: Any) -> Any:
    os.kill(os.getpid(), arguments["signal"])


def segfault(_: Any, __: Any) -> Any:
    ctypes.string_at(0)


def leave(_: Any, __: Any) -> Any:
    os._exit(7)


def give_up(_: Any, __: Any) -> Any:
    sys.exit(3)


def burn(_: Any, __: Any) -> Any:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (1, 60))
    loop(None, None)


def chatter(_: Any, __: Any) -> Any:
    print("J\0\0\0\2{}")
    os.write(1, b"J\0\0\0\2{}")
    os.write(2, b"noise")
    return [os.read(0, 10).decode(), sys.stdin.read()]


def write(_: Any, arguments: Any) -> Any:
    Path(arguments["path"]).write_bytes(b"x")


def read(_: Any, arguments: Any) -> Any:
    return Path(arguments["path"]).read_bytes().decode()


def connect(_: Any, arguments: Any) -> Any:
    with socket.create_connection(("127.0.0.1", arguments["port"]), timeout=2):
        return "connected"


def udp(_: Any, __: Any) -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        return "bound"


def program(_: Any, __: Any) -> Any:
    return subprocess.run(["/bin/true"], check=True).returncode


def shoot(_: Any, __: Any) -> Any:
    os.kill(os.getppid(), 0)


def number(_: Any, __: Any) -> Any:
    return 0.5


def large(_: Any, __: Any) -> Any:
    return "x" * (17 * 1024 * 1024)


def deep(_: Any, __: Any) -> Any:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    return value


def surrogate(_: Any, __: Any) -> Any:
    return "\ud800"


def environment(_: Any, __: Any) -> Any:
    return sorted(os.environ)


def wrong(_: Any, __: Any) -> Any:
    raise LookupError("no \ud800 such")


def forge(_: Any, __: Any) -> Any:
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"J\x00\x00\x00\x14" + b'{"job":1,"value":"1"}'[:20])
        except OSError:
            continue
    time.sleep(5)


def pid(_: Any, __: Any) -> Any:
    return os.getpid()


def cpu_limit(_: Any, __: Any) -> Any:
    import resource

    return resource.getrlimit(resource.RLIMIT_CPU)[0]
