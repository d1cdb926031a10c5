"""Real Jupyter Servers and a real JupyterHub beside the tests, which write down what they are asked."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from hashlib import sha1
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.sites import alive_in_session, children_of

HERE = Path(__file__).parent
PROXY = HERE / "node_modules" / ".bin" / "configurable-http-proxy"
TOKEN = "a-token-of-the-tests"
_MARKS = count(1)

# Tornado calls this for each request that it has answered.
_WRITE_DOWN = """
def write_down(handler):
    request = handler.request
    with open({log!r}, "a") as log:
        log.write(f"{{request.method}} {{handler.get_status()}} {{request.uri}}\\n")
"""

_SERVER = (
    _WRITE_DOWN
    + """
c = get_config()
c.ServerApp.ip, c.ServerApp.port, c.ServerApp.port_retries = "127.0.0.1", {port}, 0
c.ServerApp.root_dir, c.ServerApp.base_url = {root!r}, {base!r}
c.ServerApp.open_browser, c.ServerApp.allow_root = False, True
c.ServerApp.tornado_settings = {{"log_function": write_down}}
c.IdentityProvider.token = {token!r}
c.PasswordIdentityProvider.hashed_password = {password!r}
c.ContentsManager.allow_hidden = {hidden}
c.ServerApp.jpserver_extensions = {{"jupyter_server_terminals": False}}
c.ServerApp.terminals_enabled = False
c.ServerApp.certfile, c.ServerApp.keyfile = {certificate!r}, {key!r}
"""
)

_HUB = """
from jupyterhub.spawner import SimpleLocalProcessSpawner

class Spawner(SimpleLocalProcessSpawner):
    async def start(self):
        # What a user's server of a real hub finds in its image.
        self.args = ["--allow-root", "--ContentsManager.allow_hidden=True"]
        return await super().start()

c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}{base}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.auth_token = "between-hub-and-proxy"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret = bytes(32)
c.JupyterHub.authenticator_class, c.Authenticator.allow_all = "dummy", True
c.JupyterHub.spawner_class = Spawner
c.Spawner.home_dir_template = c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.cmd, c.Spawner.notebook_dir = [{python!r}, "-m", "jupyterhub.singleuser"], "~/notebooks"
c.Spawner.start_timeout = c.Spawner.http_timeout = 60
c.Spawner.environment = {{"JUPYTERHUB_SINGLEUSER_APP": "jupyter_server.serverapp.ServerApp"}}
c.JupyterHub.api_page_default_limit = 2
c.JupyterHub.services = [
    {{"name": "opsnotes", "api_token": {token!r}}},
    {{"name": "lister", "api_token": {token!r} + "-lister"}},
    {{"name": "nobody", "api_token": {token!r} + "-nobody"}},
    {{"name": "tests", "api_token": {token!r} + "-tests", "admin": True}},
]
c.JupyterHub.load_roles = [
    {{"name": "reads", "services": ["opsnotes"], "scopes": ["list:users", "read:servers", "access:servers"]}},
    {{"name": "lists", "services": ["lister"], "scopes": ["list:users", "read:servers"]}},
]
"""


def demand(is_there, what):
    """Skips where something to be started is not installed; in CI it has to be."""
    if is_there:
        return
    if os.environ.get("OPSNOTES_REQUIRE_SERVICES"):
        pytest.fail(f"{what} is required here")
    pytest.skip(f"{what} is not installed")


class _Server:
    """A process that is begun and ended, and begun again on the same port."""

    def __init__(self, folder):
        self.folder, self.process = folder, None
        folder.mkdir(parents=True, exist_ok=True)
        self.config, self.log = folder / "config.py", folder / "log.txt"

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.05)
        return self

    def kill(self):
        """At once, as when its machine fails; with all that it started in sessions of their own."""
        if self.process is None:
            return
        leaders, found = [self.process.pid], []
        for leader in leaders:
            mine = alive_in_session(leader)
            found += mine
            leaders += [child for pid in mine for child in children_of(pid) if child not in mine]
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def _answers(self):
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{self.ready}", timeout=5) as answer:
                return answer.status == 200
        except OSError:  # the hub's proxy is there before the hub is
            return False

    def _environment(self):
        """Nothing of the configuration of whoever runs the tests."""
        left = {
            name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "OPSNOTES"))
        }
        places = {
            f"JUPYTER_{what}_DIR": str(self.folder / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")
        }
        return {**left, **places, "HOME": str(self.folder), "PYTHONWARNINGS": "ignore"}


class JupyterServer(_Server):
    def __init__(
        self, folder, *, token=TOKEN, password="", hidden=True, base="/", certificate="", key="", port=0
    ):
        demand(find_spec("jupyter_server"), "jupyter_server")
        super().__init__(folder)
        self.root, self.requests_log = folder / "root", folder / "requests.txt"
        self.root.mkdir(exist_ok=True)
        self.port, self.base, self.ready = port or free_port(), base, f"{base}api"
        self.is_tls = bool(certificate)
        self.config.write_text(
            _SERVER.format(
                log=str(self.requests_log), port=self.port, root=str(self.root), base=base, token=token,
                password=_hashed(password), hidden=hidden, certificate=str(certificate), key=str(key),
            )
        )  # fmt: skip
        self.command = [sys.executable, "-m", "jupyter_server", f"--config={self.config}"]

    @property
    def url(self):
        return f"{'https' if self.is_tls else 'http'}://127.0.0.1:{self.port}{self.base}"

    def requests(self):
        """What it was asked since this was asked last: (method, status, address) each."""
        # It writes an answer down when it has sent it. What we ask last, it writes down last.
        mark = f"?mark={next(_MARKS)}"
        urlopen(f"{self.url}api{mark}", timeout=10).close()
        end = time.monotonic() + 10
        while mark not in (text := self.requests_log.read_text()):
            assert time.monotonic() < end, text[-1000:]
            time.sleep(0.005)
        self.requests_log.write_text("")
        found = [tuple(line.split(" ", 2)) for line in text.splitlines()]
        return [each for each in found if "?mark=" not in each[2]]

    def empty(self):
        for each in self.root.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()

    def _answers(self):
        if not self.is_tls:
            return super()._answers()
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Hub(_Server):
    def __init__(self, folder, base="/"):
        demand(find_spec("jupyterhub"), "jupyterhub")
        demand(
            PROXY.exists() and shutil.which("node"), "configurable-http-proxy (npm install in tests/jupyter)"
        )
        super().__init__(folder)
        self.port, self.base, self.homes = free_port(), base, folder / "homes"
        self.ready = f"{base}hub/api"
        self.config.write_text(
            _HUB.format(
                port=self.port, hub_port=free_port(), proxy_port=free_port(), base=base, proxy=str(PROXY),
                folder=folder, homes=str(self.homes), python=sys.executable, token=TOKEN,
            )
        )  # fmt: skip
        self.command = [sys.executable, "-m", "jupyterhub", "-f", str(self.config)]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.base}"

    def notebooks_of(self, name):
        folder = self.homes / name / "notebooks"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def empty(self):
        for folder in self.homes.glob("*/notebooks/*"):
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()

    def add_user(self, name):
        self._as_admin("POST", f"users/{name}")

    def start_server_of(self, name):
        self.notebooks_of(name)
        if name not in {user["name"] for user in self._as_admin("GET", "users?limit=100")}:
            self.add_user(name)
        self._as_admin("POST", f"users/{name}/server")
        end = time.monotonic() + 60
        while not self._is_ready(name):
            assert time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def stop_server_of(self, name):
        self._as_admin("DELETE", f"users/{name}/server")
        while "" in self._as_admin("GET", f"users/{name}")["servers"]:
            time.sleep(0.1)

    def _is_ready(self, name):
        return self._as_admin("GET", f"users/{name}")["servers"].get("", {}).get("ready")

    def _as_admin(self, method, path):
        request = Request(
            f"{self.url}hub/api/{path}", method=method, headers={"Authorization": f"token {TOKEN}-tests"}
        )
        with urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _hashed(password):
    if not password:
        return ""
    salt = "0123456789ab"  # as jupyter_server.auth.passwd(algorithm="sha1") writes it
    return f"sha1:{salt}:{sha1((password + salt).encode()).hexdigest()}"
