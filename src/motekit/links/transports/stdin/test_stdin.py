import contextlib
import os
import sys
import threading

from motekit.links.transports.stdin import TRANSPORT, Params
from motekit.testing.transport import Collecting, TransportContract, check, virtual_mote


class Pipe:
    """Stands in for sys.stdin."""

    def __init__(self, handle):
        self._handle = handle

    def fileno(self):
        return self._handle


@contextlib.contextmanager
def piped(data):
    """Standard input that holds these bytes and then ends."""
    out, into = os.pipe()
    before, sys.stdin = sys.stdin, Pipe(out)

    def feed():
        with os.fdopen(into, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        sys.stdin = before
        thread.join()
        os.close(out)


class TestStdin(TransportContract):
    transport = TRANSPORT

    @contextlib.contextmanager
    def served(self, mote):
        data = b"".join(data for _, data in virtual_mote(one_way=True).run(5.0))
        with piped(data):
            yield Params()


def test_it_ends_when_the_pipe_ends():
    data = b"".join(data for _, data in virtual_mote(one_way=True).run(3.0))
    with piped(data), Collecting(TRANSPORT, Params()) as collecting:
        collecting.join()
    assert check(collecting.sink, 2.9) == 0
