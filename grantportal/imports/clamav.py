"""ClamAV: bytes in, and whether anything was found, over its INSTREAM command."""

import socket
import struct

SECONDS = 60
_PART = 64 * 1024


class ScanFailed(Exception):
    """The scanner gave no verdict: the file goes on waiting."""


def is_infected(address: str, content: bytes) -> bool:
    """Ask the scanner at `host:port`, or at the path of a socket. Raises ScanFailed or OSError without a verdict."""
    with _connected(address) as line:
        line.sendall(b"zINSTREAM\0")
        for place in range(0, len(content), _PART):
            part = content[place : place + _PART]
            line.sendall(struct.pack(">I", len(part)) + part)
        line.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := line.recv(4_096)):
            answer += more
    told = answer.rstrip(b"\0").decode("utf-8", "replace").strip()
    if told.endswith(" FOUND"):
        return True
    if told == "stream: OK":
        return False
    raise ScanFailed(told or "no answer")


def _connected(address: str) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(SECONDS)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line
