"""The conformance kit of a file format.

class TestNpz(FormatContract):
    format = FORMAT
    recordings = (some_recording(), ...)      # what `write` can hold, or
    files = {"name.ending": bytes, ...}       # for a format that is only read
"""

from __future__ import annotations

import dataclasses
import errno
import os
import tempfile
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motekit.core.errors import InputError, MachineError
from motekit.core.format import Format
from motekit.core.params import describe
from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings.parts import join

CALM = settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)  # fmt: skip
SPARE = 24 << 20  # bytes of Python memory a reader may take beside a multiple of the file


def some_recording(dtype: str = "float64", rows: int = 200, **facts: Any) -> Recording:
    """A recording of three axes at 50 Hz with values that every format can hold."""
    values = np.round(np.random.default_rng(rows).normal(0, 1000, (rows, 3))).astype(dtype)
    channels = tuple(Channel(name, "m/s2") for name in ("accX", "accY", "accZ"))
    return Recording("made", (Stream("sensor", channels, 50.0, values),), **facts)


def equal(a: Recording, b: Recording) -> bool:
    """Whether two recordings have the same streams, timestamps and labels."""
    if (a.label, a.segments, len(a.streams)) != (b.label, b.segments, len(b.streams)):
        return False
    for s, t in zip(a.streams, b.streams, strict=True):
        if (s.channels, s.rate_hz, s.gaps, s.first_index) != (
            t.channels, t.rate_hz, t.gaps, t.first_index,
        ):  # fmt: skip
            return False
        if not np.array_equal(s.values, t.values) or (s.time_s is None) != (t.time_s is None):
            return False
        if s.time_s is not None and t.time_s is not None and not np.allclose(s.time_s, t.time_s):
            return False
    return True


class FormatContract:
    """Inherit, and set `format` and `recordings` or `files`.

    Args:
        params: parameters with which the examples are read and written.
        suffix: ending of written files; None: the format's first.
        keeps: fields of a recording besides the samples that a round trip must keep.
        guarded: whether every changed byte must be noticed or change nothing.
        bombs: small files that promise much; each must be refused.
    """

    format: ClassVar[Format]
    params: ClassVar[Mapping[str, Any]] = {}
    recordings: ClassVar[tuple[Recording, ...]] = ()
    files: ClassVar[Mapping[str, bytes]] = {}
    keeps: ClassVar[tuple[str, ...]] = ("label", "subject", "session", "device")
    guarded: ClassVar[bool] = False
    bombs: ClassVar[Mapping[str, bytes]] = {}

    def _params(self) -> Any:
        return self.format.params(**self.params)

    def _examples(self, folder: Path) -> Iterator[tuple[Path, bytes]]:
        """Whole, correct files."""
        for i, recording in enumerate(self.recordings):
            path = folder / f"example{i}{self.format.suffixes[0]}"
            assert self.format.write is not None
            self.format.write(path, recording, self._params())
            yield path, path.read_bytes()
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
            yield folder / name, data

    def _read(self, path: Path) -> list[Recording]:
        return list(join(self.format.parts(path, self._params())))

    def test_describes_itself(self) -> None:
        assert self.format.suffixes
        assert all(s.startswith(".") and s == s.lower() for s in self.format.suffixes)
        assert self.format.name == self.format.package.rpartition(".")[2]
        assert self.format.summary and "\n" not in self.format.summary
        assert all(info.help for info in describe(self.format.params))

    def test_knows_its_own_files(self, tmp_path: Path) -> None:
        seen = 0
        for _, data in self._examples(tmp_path):
            assert self.format.sniff(data[:4096])
            seen += 1
        assert seen, "set recordings or files"
        for other in (b"", b"\x7fELF" + bytes(60), b"\x89PNG\r\n\x1a\n" + bytes(60)):
            assert not self.format.sniff(other)

    def test_parts_follow_each_other(self, tmp_path: Path) -> None:
        for path, _ in self._examples(tmp_path):
            ends: dict[tuple[str, str], int] = {}
            names: list[str] = []
            for part in self.format.parts(path, self._params()):
                if part.name not in names[-1:]:
                    assert part.name not in names
                    names.append(part.name)
                for stream in part.streams:
                    index = stream.index()
                    key = (part.name, stream.sensor)
                    assert not len(index) or index[0] >= ends.get(key, -(2**62))
                    if len(index):
                        ends[key] = int(index[-1]) + 1

    def test_decodes_what_it_reads(self, tmp_path: Path) -> None:
        if self.format.decode is None:
            return
        for path, data in self._examples(tmp_path):
            (read,) = self._read(path)
            decoded = self.format.decode(data, path, self._params())
            assert equal(read, decoded)
            assert dataclasses.replace(read, streams=decoded.streams) == decoded

    def test_reads_what_it_wrote(self, tmp_path: Path) -> None:
        for i, recording in enumerate(self.recordings):
            path = tmp_path / f"example{i}{self.format.suffixes[0]}"
            assert self.format.write is not None
            self.format.write(path, recording, self._params())
            (found,) = self._read(path)
            for s, t in zip(recording.streams, found.streams, strict=True):
                assert np.array_equal(s.physical(), t.physical())
                assert [(c.name, c.unit) for c in s.channels] == [
                    (c.name, c.unit) for c in t.channels
                ]
                assert s.rate_hz == pytest.approx(t.rate_hz, rel=1e-12)
                assert s.gaps == t.gaps or [(g.start, g.count) for g in s.gaps] == [
                    (g.start, g.count) for g in t.gaps
                ]
            for field in self.keeps:
                assert getattr(recording, field) == getattr(found, field), field
            if "label" in self.keeps:
                assert recording.segments == found.segments

    def test_writes_the_same_bytes_again(self, tmp_path: Path) -> None:
        first = [data for _, data in self._examples(tmp_path)]
        assert first == [data for _, data in self._examples(tmp_path)]

    def test_refuses_an_empty_and_a_missing_file(self, tmp_path: Path) -> None:
        path = tmp_path / f"empty{self.format.suffixes[0]}"
        with pytest.raises(InputError, match=r"missing|read|no such"):
            self._read(tmp_path / f"missing{self.format.suffixes[0]}")
        path.write_bytes(b"")
        with pytest.raises(InputError) as error:
            self._read(path)
        assert path.name in str(error.value)

    def _read_damaged(self, path: Path, good: list[Recording], data: bytes) -> None:
        """InputError that names the file, or recordings; nothing else, in bounded memory."""
        path.write_bytes(data)
        tracemalloc.start()
        try:
            found = self._read(path)
        except InputError as error:
            assert path.name in error.line() and "\n" not in error.line()
            return
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < SPARE + 64 * len(data)
        if self.guarded:
            assert len(found) == len(good)
            assert all(equal(a, b) for a, b in zip(found, good, strict=True))

    @CALM
    @given(data=st.data())
    def test_survives_cut_off_files(self, data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for path, content in self._examples(Path(folder)):
                good = self._read(path)
                self._read_damaged(
                    path, good, content[: data.draw(st.integers(0, len(content) - 1))]
                )

    @CALM
    @given(data=st.data())
    def test_survives_flipped_bits(self, data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for path, content in self._examples(Path(folder)):
                good, damaged = self._read(path), bytearray(content)
                for _ in range(data.draw(st.sampled_from((1, 1, 2, 8)))):
                    bit = data.draw(st.integers(0, len(content) * 8 - 1))
                    damaged[bit // 8] ^= 1 << bit % 8
                self._read_damaged(path, good, bytes(damaged))

    @CALM
    @given(data=st.data())
    def test_survives_pieces_put_together_wrongly(self, data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for path, content in self._examples(Path(folder)):
                good = self._read(path)
                a, b = sorted(data.draw(st.integers(0, len(content))) for _ in range(2))
                noise = data.draw(st.binary(max_size=16))
                self._read_damaged(path, good, content[:a] + noise + content[b:])

    def test_refuses_bombs(self, tmp_path: Path) -> None:
        for name, data in self.bombs.items():
            path = tmp_path / name
            path.write_bytes(data)
            tracemalloc.start()
            try:
                with pytest.raises(InputError) as error:
                    self._read(path)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert path.name in error.value.line()
            assert peak < 64 << 20, (name, peak)

    def test_a_full_disk_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(handle: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        for recording in self.recordings:
            path = tmp_path / f"old{self.format.suffixes[0]}"
            path.write_bytes(b"old")
            assert self.format.write is not None
            with monkeypatch.context() as patch:
                patch.setattr(os, "fsync", full)
                with pytest.raises(MachineError):
                    self.format.write(path, recording, self._params())
            assert path.read_bytes() == b"old"
            assert list(tmp_path.iterdir()) == [path]

    def test_says_what_it_cannot_write(self, tmp_path: Path) -> None:
        for recording in self.recordings:
            twice = dataclasses.replace(
                recording,
                streams=(
                    recording.streams[0],
                    dataclasses.replace(recording.streams[0], sensor="other"),
                ),
            )
            path = tmp_path / f"two{self.format.suffixes[0]}"
            assert self.format.write is not None
            with pytest.raises(InputError):
                self.format.write(path, twice, self._params())
            assert not path.exists()
