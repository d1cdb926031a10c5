"""A whole OpsNotes beside the tests: its own data folder, its own broker, real worker processes."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Site:
    def __init__(self, data, redis_url="", template=None):
        self.data = data
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("OPSNOTES_", "DJANGO_"))
            },
            "OPSNOTES_DATA": str(data),
            "OPSNOTES_REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "opsnotes.settings",
            "PYTHONWARNINGS": "ignore",
        }
        self.running = []
        self.log = data.parent / "site.log"
        if template:
            shutil.copytree(template, data, symlinks=True)
        else:
            self.manage("migrate", "-v0")

    def manage(self, *arguments, **environment):
        """Runs a command to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT, env={**self.environment, **environment}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode in {0, 1}, done.stderr
        self.printed = done.stdout
        if done.returncode and "failed" not in done.stdout:
            raise AssertionError(done.stderr)
        return done.stdout

    def start(self, *command, **environment):
        """A process that runs on, in a session of its own."""
        process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            cwd=ROOT, env={**self.environment, **environment}, start_new_session=True,
            stdout=self.log.open("ab"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.running.append(process)
        return process

    def stop(self):
        """At once: what a site has to do when it ends is tested elsewhere."""
        for process in self.running:
            leaders = [process.pid, *children_of(process.pid)]
            for pid in [pid for leader in leaders for pid in alive_in_session(leader)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()

    def rows(self, query, *values):
        with closing(sqlite3.connect(self.data / "opsnotes.sqlite3", timeout=30)) as database:
            return database.execute(query, values).fetchall()

    def value(self, query, *values):
        return self.rows(query, *values)[0][0]

    def wait_for(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"nothing after {seconds} s\n{self.log.read_text()[-3000:]}"
            time.sleep(0.02)

    def is_drained(self):
        waiting = "SELECT count(*) FROM notebooks_batchitem WHERE state IN ('queued', 'running')"
        return not self.value(waiting) and not self.value("SELECT count(*) FROM search_due")

    def index(self):
        """What the index holds and what it should: documents a notebook, by id."""
        script = """
import json
from notebooks.models import Notebook
from search.refresh import backend
engine = backend()
wanted = {n.pk: n.cell_count + 1 for n in Notebook.objects.alive()}
print(json.dumps([
    {pk: engine.count("notebook", pk) for pk in wanted}, wanted,
    sum(engine.count("kind", kind) for kind in ("notebook", "code", "markdown", "raw")),
]))
"""
        # found, wanted, all documents
        found, wanted, total = json.loads(self.manage("shell", "-v0", "-c", script).splitlines()[-1])
        return found, wanted, total


class RedisServer:
    def __init__(self, folder):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = subprocess.Popen(
            [
                "redis-server",
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(folder),
            ],
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < end, "redis-server does not answer"
            time.sleep(0.05)

    @staticmethod
    def is_installed():
        return shutil.which("redis-server") is not None

    def _answers(self):
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


def alive_in_session(leader):
    """Pids of the processes in the session of `leader`, itself included."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, NotADirectoryError):
            continue
        if entry.name.isdecimal() and fields[3] == str(leader) and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def children_of(parent):
    listed = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in listed.read_text().split()] if listed.exists() else []
