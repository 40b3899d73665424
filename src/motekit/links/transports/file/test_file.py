import contextlib

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.links.transports.file import TRANSPORT, Params, connect
from motekit.testing.transport import (
    BOOT,
    STREAMS,
    Collecting,
    TransportContract,
    check,
    virtual_mote,
)  # fmt: skip


class TestFile(TransportContract):
    transport = TRANSPORT

    @contextlib.contextmanager
    def served(self, mote, tmp=None):
        import tempfile
        from pathlib import Path

        one_way = virtual_mote(one_way=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "capture.bin"
            path.write_bytes(b"".join(data for _, data in one_way.run(5.0)))
            yield Params(path=str(path), started_at=1000.0)


def test_times_are_the_device_s_own(tmp_path):
    mote = virtual_mote(one_way=True, drift_ppm=90.0, tick_hz=32768)
    path = tmp_path / "capture.bin"
    path.write_bytes(b"".join(data for _, data in mote.run(20.0)))
    with Collecting(TRANSPORT, Params(path=str(path), started_at=5000.0)) as collecting:
        collecting.join()
    assert check(collecting.sink, 19.0) == 0
    stored = collecting.sink.stream("virtual-mote", f"boot-{BOOT:08x}", "adc")
    expected = 5000.0 + (stored.index() + 1) / STREAMS[1].rate_hz
    assert np.abs(stored.time_s - expected).max() < 1e-4


def test_a_damaged_capture(tmp_path):
    mote = virtual_mote(one_way=True)
    data = bytearray(b"".join(data for _, data in mote.run(20.0)))
    for at in range(5000, len(data), 9973):
        data[at] ^= 0x40
    path = tmp_path / "capture.bin"
    path.write_bytes(data)
    with Collecting(TRANSPORT, Params(path=str(path))) as collecting:
        collecting.join()
    missing = check(collecting.sink, 15.0)
    assert 0 < missing < len(data) / 9973 * 2 * 60
    reasons = {entry.gap.reason for entry in collecting.collector.gaps}
    assert reasons <= {"not received", "closed"}


def test_no_such_file(tmp_path):
    with pytest.raises(InputError, match="cannot read: No such file"):
        connect(Params(path=str(tmp_path / "no")))
    with pytest.raises(InputError, match="cannot read"):
        TRANSPORT.clock(Params(path=str(tmp_path / "no")))
