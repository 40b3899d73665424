"""Both ends of the mote link against the vectors."""

import ctypes
import dataclasses
import json

import pytest
from cobs import cobs

from motekit.links import vectors
from motekit.links.codec import pack, unpack
from motekit.links.conformance import CodecContract
from motekit.links.virtual.build import compile_host, link_sources
from motekit.links.wire import NO_BOOT, Splitter, checksum, holds, seed


class PythonEnd:
    def crc(self, data, boot):
        return checksum(data, seed(boot))

    def cobs(self, plain):
        return cobs.encode(plain)

    def bodies(self, data, boot, piece):
        splitter, out = Splitter(), []
        for at in range(0, len(data), piece):
            for raw in splitter.feed(data[at : at + piece]):
                if holds(raw, NO_BOOT if raw[0] & 31 in (1, 16) else seed(boot)):
                    out.append(raw[:-4])
        return out


class Decoder(ctypes.Structure):
    _fields_ = (
        ("bytes", ctypes.c_void_p), ("size", ctypes.c_uint16), ("used", ctypes.c_uint16),
        ("code", ctypes.c_uint8), ("left", ctypes.c_uint8), ("bad", ctypes.c_bool),
        ("rejected", ctypes.c_uint32),
    )  # fmt: skip


class CEnd:
    def __init__(self):
        self.lib = ctypes.CDLL(str(compile_host("link", link_sources(reader=True), library=True)))
        for name in ("mk_link_crc", "mk_link_crc_boot"):
            getattr(self.lib, name).restype = ctypes.c_uint32
        for name in ("mk_link_cobs", "mk_link_decoder_put"):
            getattr(self.lib, name).restype = ctypes.c_uint16
        self.lib.mk_link_crc_holds.restype = ctypes.c_bool

    def _seed(self, boot):
        return ctypes.c_uint32(self.lib.mk_link_crc_boot(ctypes.c_uint32(boot)))

    def crc(self, data, boot):
        return self.lib.mk_link_crc(self._seed(boot), data, len(data)) ^ 0xFFFFFFFF

    def cobs(self, plain):
        # Encoded in place, as the device does it: the plain bytes at the end of the buffer.
        slack = 1 + len(plain) // 254
        buffer = ctypes.create_string_buffer(bytes(slack) + plain, slack + len(plain) + 1)
        at = ctypes.addressof(buffer)
        n = self.lib.mk_link_cobs(
            ctypes.c_void_p(at), ctypes.c_void_p(at + slack), ctypes.c_uint16(len(plain))
        )
        assert buffer.raw[n - 1] == 0
        return buffer.raw[: n - 1]

    def bodies(self, data, boot, piece):
        memory = ctypes.create_string_buffer(1024)
        decoder = Decoder()
        self.lib.mk_link_decoder_init(ctypes.byref(decoder), memory, ctypes.c_uint16(1024))
        out = []
        for byte in data:
            n = self.lib.mk_link_decoder_put(ctypes.byref(decoder), ctypes.c_uint8(byte))
            raw = memory.raw[:n]
            if n and self.lib.mk_link_crc_holds(
                self._seed(0 if raw[0] & 31 in (1, 16) else boot), raw, n
            ):
                out.append(raw[:-4])
        return out


class TestPython(CodecContract):
    end = PythonEnd()


class TestC(CodecContract):
    end = CEnd()


def test_the_vectors_are_what_their_generator_makes():
    assert vectors.PATH.read_text(encoding="utf-8") == vectors.render()


@pytest.mark.parametrize("name", vectors.FRAMES)
def test_frames_and_bodies(name):
    frame = vectors.FRAMES[name]
    case = next(c for c in json.loads(vectors.render())["frames"] if c["name"] == name)
    assert unpack(bytes.fromhex(case["body"])) == frame
    assert pack(frame).hex() == case["body"]
    assert case["fields"].keys() == {f.name for f in dataclasses.fields(frame)}


@pytest.mark.parametrize("name", vectors.FRAMES)
def test_a_body_cut_short_is_refused(name):
    body = pack(vectors.FRAMES[name])
    whole = {"data", "note", "hold"}  # their last field may have any length
    for n in range(1, len(body)):
        if name.split(",")[0] not in whole or n < 18:
            assert unpack(body[:n]) is None or name.startswith(("wake", "close")), n


def test_a_later_version_and_unknown_types_are_refused():
    body = pack(vectors.FRAMES["probe"])
    assert unpack(bytes([body[0] + 32]) + body[1:]) is None
    assert unpack(bytes([1 << 5 | 15]) + body[1:]) is None
    assert unpack(bytes([1 << 5 | 31]) + body[1:]) is None


def test_frames_of_a_host_fit_its_limit():
    for frame in vectors.FRAMES.values():
        body = pack(frame)
        if body[0] & 31 >= 16:
            assert len(body) + 4 <= 64
