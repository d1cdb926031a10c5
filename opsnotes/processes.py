"""Server processes that start together and end together, however the first of them ends."""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY = 0.2  # seconds
# A worker ends what it has in hand; what takes longer is killed, and done again at the next start.
GRACE = 20.0  # seconds
_NICENESS = 10  # a tenth of what others get that want all of it

Command = Sequence[str]


def die_with_parent(how: signal.Signals) -> None:
    """The kernel sends this process `how` when its parent ends, even by SIGKILL. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, how)


def come_second() -> None:
    """From now on this process and those that it starts get what others leave of the processor, on a busy machine."""
    os.nice(_NICENESS)
    # Linux first shares between sessions, if it groups processes by them, and each part is a session of its own.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICENESS))


def supervise(
    commands: Mapping[str, tuple[Command, signal.Signals]], meanwhile: Callable[[], None] = lambda: None
) -> int:
    """Runs `commands` until one ends or somebody stops us, then ends all. The exit code.

    Each comes with the signal it gets if this process is killed. `meanwhile` is called a few times a second.
    """
    stop = _Stop()
    running = {name: _started(command, how) for name, (command, how) in commands.items()}
    try:
        while not stop.asked_for:
            for name, process in running.items():
                if process.poll() is not None:
                    sys.stderr.write(f"{name} ended with {process.returncode}; stopping the others\n")
                    return 1
            meanwhile()
            time.sleep(_LOOK_EVERY)
        return 0
    finally:
        _end(running.values())


@contextmanager
def slot(folder: Path) -> Iterator[int]:
    """The lowest free number among the workers that share `folder`: a worker that starts again gets its own again."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        with (folder / f"{number}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield number
            return


def answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


class _Stop:
    """Whether Ctrl-C was pressed or a stop was asked for."""

    def __init__(self) -> None:
        self.asked_for = False
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._ask)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as it is under nohup
            signal.signal(signal.SIGHUP, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked_for = True


def _started(command: Command, how: signal.Signals) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we end the others in order.
    return subprocess.Popen(  # noqa: S603  our own commands
        command,
        start_new_session=True,
        preexec_fn=partial(_watch_parent, os.getpid(), how),  # noqa: PLW1509  no threads run yet
    )


def _watch_parent(parent: int, how: signal.Signals) -> None:
    die_with_parent(how)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def _end(processes: Collection[subprocess.Popen[bytes]]) -> None:
    alive = [process for process in processes if process.poll() is None]
    for process in alive:
        process.terminate()
    end = time.monotonic() + GRACE
    for process in alive:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
