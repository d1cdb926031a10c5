"""How long something may take, told so that a machine with other work to do does not fail it."""

import time
from contextlib import contextmanager


@contextmanager
def at_most(seconds):
    """Of the processor, for what this thread does inside; waiting for a turn is no fault of the code's."""
    began = time.thread_time()
    yield
    assert time.thread_time() - began < seconds
