"""Servers on this machine that stand for the world outside: they keep what they are sent."""

import socketserver
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Listener:
    """A web server that answers as it is told."""

    def __init__(self):
        self.got, self.status, self.text, self.headers = [], 200, b"ok", {}
        self.act = None
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.got.append((self.path, dict(self.headers), body))
                if listener.act:
                    listener.act(self)
                    return
                self.send_response(listener.status)
                for name, value in listener.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(listener.text)

            do_GET = do_POST  # noqa: N815  as a client that follows a redirect would ask

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = _serve(self.server)

    def speak_tls(self, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def url(self, path="/hook?x=1"):
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class PostOffice:
    """A mail server. `hold`, an Event, keeps it from answering once it has a mail."""

    def __init__(self):
        self.got, self.hold = [], None
        office = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.say("220 ready")
                while line := self.rfile.readline():
                    word = line.split()[0].upper() if line.split() else b""
                    if word == b"DATA":
                        self.say("354 go on")
                        self.take()
                    elif word == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

            def take(self):
                lines = list(iter(self.rfile.readline, b".\r\n"))
                office.got.append(b"".join(lines).decode())
                if office.hold:
                    office.hold.wait(60)
                self.say("250 taken")

            def say(self, text):
                self.wfile.write(f"{text}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = _serve(self.server)

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def close(self):
        if self.hold:
            self.hold.set()
        self.server.shutdown()
        self.server.server_close()


def _serve(server):
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
