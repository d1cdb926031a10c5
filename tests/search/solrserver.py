"""A real Solr beside the tests: one node in cloud mode, with a ZooKeeper of its own, from Solr's own artifacts.

Maven brings them, by the versions in solr/pom.xml and checked by their checksums, into its own repository in the home
folder; Java starts them. Nothing of it lies in the checkout.
"""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

HERE = Path(__file__).parent / "solr"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "opsnotes-tests"
PATIENCE = 60  # seconds to start
ZOOKEEPER = "tickTime=2000\ninitLimit=10\nsyncLimit=5\nadmin.enableServer=false\n"


def url():
    """Of the server, started at the first call; skips where it cannot be."""
    for program in ("java", "mvn"):
        _demand(program)
    return _started()


def _demand(program):
    if shutil.which(program):
        return
    reason = f"{program} is not installed, so there is no Solr"
    (pytest.fail if os.environ.get("OPSNOTES_REQUIRE_SERVICES") == "1" else pytest.skip)(reason)


@cache
def _started():
    home = Path(tempfile.mkdtemp(prefix="opsnotes-solr-"))
    shutil.copy(HERE / "solr.xml", home)
    (home / "zoo.cfg").write_text(ZOOKEEPER)
    port = _free_ports()
    with (home / "log.txt").open("wb") as log:
        server = subprocess.Popen(
            _command(home, port), cwd=home, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    atexit.register(_stop, server, home)
    end = time.monotonic() + PATIENCE
    address = f"http://127.0.0.1:{port}/solr"
    while not _answers(address):
        said = (home / "log.txt").read_text(errors="replace")[-3000:]
        assert server.poll() is None and time.monotonic() < end, said
        time.sleep(0.1)
    return address


def _command(home, port):
    return [
        "java",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",  # it lives for a minute
        f"-Dsolr.solr.home={home}",
        f"-Dsolr.log.dir={home}",
        f"-Djetty.port={port}",
        "-Dsolr.max.booleanClauses=65536",
        "-DzkRun",
        "-Dsolr.http1=true",  # as our jetty.xml has it between nodes
        "-cp",
        _class_path(),
        "org.eclipse.jetty.xml.XmlConfiguration",
        str(HERE / "jetty.xml"),
    ]


def _class_path():
    """Kept, since Maven takes some seconds to say it again."""
    pom = HERE / "pom.xml"
    kept = CACHE / f"solr-{sha256(pom.read_bytes()).hexdigest()[:16]}.classpath"
    if not kept.exists() or not all(Path(each).exists() for each in kept.read_text().split(os.pathsep)):
        CACHE.mkdir(parents=True, exist_ok=True)
        made = kept.with_suffix(f".{os.getpid()}")
        command = ["mvn", "--batch-mode", "--quiet", "--strict-checksums", f"--file={pom}"]
        command += ["dependency:build-classpath", f"-Dmdep.outputFile={made}"]
        brought = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert brought.returncode == 0, (brought.stdout + brought.stderr)[-3000:]
        made.replace(kept)
    return kept.read_text()


def _free_ports():
    """One, with that of its ZooKeeper a thousand above."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1000))
                return port


def _answers(address):
    try:
        with urlopen(f"{address}/admin/collections?action=LIST", timeout=5) as response:
            return response.status == 200
    except (URLError, OSError):
        return False


def _stop(server, home):
    server.kill()
    server.wait()
    shutil.rmtree(home, ignore_errors=True)
