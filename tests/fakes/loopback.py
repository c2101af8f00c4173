"""A threaded HTTP/1.1 server on 127.0.0.1 that records every request and can hang up at any point."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A received request. `path` is decoded and has no query, `raw_path` is as sent; header names are in lower case."""

    method: str
    path: str
    raw_path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; ValueError when it is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back. `chunks` (already encoded) replaces `body` and is sent chunked, flushed one by one.

    `cut` promises the whole body, sends half of it and hangs up.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunks: Iterable[bytes] | None = None
    cut: bool = False


class HangUp(Exception):
    """Raised by an answering function, or while its chunks are read, to close the connection without a word more."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__("connection dropped on purpose")
        self.reset = reset


def json_reply(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """`payload` as a JSON answer."""
    typed = {"content-type": "application/json; charset=utf-8", **(headers or {})}
    return Reply(status=status, headers=typed, body=json.dumps(payload).encode())


class Loopback:
    """A server that lives from construction to `close()`; `requests` holds every call in the order of arrival."""

    def __init__(self, answer: Callable[[Call], Reply]) -> None:
        self.requests: list[Call] = []
        #: Set by `close()`: an answer that waits on purpose waits on this, so that no test waits for it at the end.
        self.closing = threading.Event()
        self._answer = answer
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._serve_forever, daemon=True)
        self._thread.start()

    def _serve_forever(self) -> None:
        sys.settrace(None)
        self._server.serve_forever(0.005)  # so long each of some thousand servers waits for its end

    def handle(self, call: Call) -> Reply:
        """Record `call` and answer it."""
        self.requests.append(call)
        return self._answer(call)

    def close(self) -> None:
        """Stop serving, cut what is open, wait for the threads; safe to call twice."""
        if self.closing.is_set():
            return
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.drop_connections()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    # Threads are joined at close: a thread that outlives its test would report its trouble in another test.
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, owner: Loopback) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        sys.settrace(None)  # coverage follows new threads too, and nothing of the product runs in this one
        with self._open_lock:
            self._open.add(request)
        if self.owner.closing.is_set():
            _shut(request)
        super().process_request_thread(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away mid-answer is what half of these tests are about; anything else is our bug."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def drop_connections(self) -> None:
        with self._open_lock:
            for connection in self._open:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the peer was faster, which is the state we want


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer is written in several parts; with Nagle's algorithm each would wait 40 ms for the client's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        call = Call(
            method=self.command,
            path=unquote(parts.path),
            raw_path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        try:
            self._send(cast(_Server, self.server).owner.handle(call))
        except HangUp as hang_up:
            self._hang_up(reset=hang_up.reset)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunks is None:
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            if reply.cut:
                self.wfile.write(reply.body[: len(reply.body) // 2])
                raise HangUp
            self.wfile.write(reply.body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for chunk in reply.chunks:
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _hang_up(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            # Linger 0 turns the close into a TCP reset, which clients see as an error and not as the end of the answer.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            for part in (self.rfile, self.wfile, self.connection):
                part.close()
            raise ConnectionAbortedError("reset on purpose")
        _shut(self.connection)

    def log_message(self, format: str, *args: object) -> None:
        """Silence: the calls are in `requests`, and a test's output is for its failures."""
