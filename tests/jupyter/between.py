"""A server that stands before another, or for one, and misbehaves as it is told."""

import json
import socket
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

_NOT_CARRIED = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Who asked has hung up: that is what is tested."""


class Between:
    """Hands on what it is asked to `upstream`, a port, unless one of `rules` acts: called with the handler, it answers
    and returns True, or returns None. Without an upstream, what no rule answers is 404."""

    def __init__(self, upstream=None):  # noqa: C901  the handler is made here
        self.asked, self.rules, self.peers = [], [], set()
        self.at_once, self.most_at_once, self._lock = 0, 0, Lock()
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.body = self.rfile.read(length)
                with between._lock:
                    between.asked.append((self.command, self.path, dict(self.headers), self.body))
                    between.peers.add(self.client_address)
                    between.at_once += 1
                    between.most_at_once = max(between.at_once, between.most_at_once)
                try:
                    if not any(rule(self) for rule in list(between.rules)):
                        self.hand_on() if upstream else self.say(404)
                finally:
                    with between._lock:
                        between.at_once -= 1

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_one  # noqa: N815

            def say(self, status, body=b"", **headers):
                if not isinstance(body, bytes):
                    body = json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return True

            def ask_upstream(self):
                """(status, headers, body) of the real answer."""
                line = HTTPConnection("127.0.0.1", upstream, timeout=60)
                headers = {n: v for n, v in self.headers.items() if n.lower() not in _NOT_CARRIED}
                line.request(self.command, self.path, self.body, headers)
                answer = line.getresponse()
                body = answer.read()
                line.close()
                return (
                    answer.status,
                    [h for h in answer.getheaders() if h[0].lower() not in _NOT_CARRIED],
                    body,
                )

            def hand_on(self, change=None):
                """`change` of the body as JSON, before it goes on."""
                try:
                    status, headers, body = self.ask_upstream()
                except OSError:
                    self.hang_up()
                    return True
                if change and status == 200:
                    model = json.loads(body)
                    body = json.dumps(change(model) or model).encode()
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return True

            def hang_up(self):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return True

            def drip(self, pieces, seconds):
                """Sends one piece after the other, slowly, until nobody listens any more."""
                self.close_connection = True
                try:
                    for piece in pieces:
                        self.wfile.write(piece)
                        self.wfile.flush()
                        time.sleep(seconds)
                except OSError:
                    between.asked.append(("HUNG UP", self.path, {}, b""))
                return True

            def log_message(self, *args):
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.scheme = "http"
        Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def rule(self, act, *, times=None, method="GET", path=""):
        """`act` on the first `times` requests whose address has `path` in it."""
        left = [times]

        def rule(handler):
            if handler.command != method or path not in handler.path or left[0] == 0:
                return None
            if left[0] is not None:
                left[0] -= 1
            return act(handler)

        self.rules.append(rule)
        return rule

    def speak_tls(self, context):
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https"

    def url(self, host="127.0.0.1", base="/"):
        return f"{self.scheme}://{host}:{self.port}{base}"

    def paths(self, method="GET"):
        return [path for asked, path, _headers, _body in self.asked if asked == method]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
