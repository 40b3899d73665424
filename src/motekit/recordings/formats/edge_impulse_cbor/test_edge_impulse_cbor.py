from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any, ClassVar

import cbor2
import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Recording
from motekit.recordings.edge_impulse import Params
from motekit.recordings.formats.edge_impulse_cbor import FORMAT
from motekit.testing.format import FormatContract, some_recording

KEY = "fed53116f20684c067774ebf9e7bcbdc"
# The binary example of the format's public specification (docs.edgeimpulse.com, "Data
# acquisition format", section "Binary notation"); it was signed with the key of its samples.
EXAMPLE = bytes.fromhex(
    "a36970726f746563746564a36376657262763163616c67654853323536636961741a5d3add3d697369676e61"
    "7475726578406230656530353732613139383462393362366263353665363537366532636262643662636364"
    "3635643063333536653236623331626263396134383231306336677061796c6f6164a56b6465766963655f6e"
    "616d657161633a38373a61333a30613a32643a31626b6465766963655f7479706573444953434f2d4c343735"
    "56472d494f543031416b696e74657276616c5f6d730a6773656e736f727383a2646e616d6564616363586575"
    "6e697473646d2f7332a2646e616d65646163635965756e697473646d2f7332a2646e616d65646163635a6575"
    "6e697473646d2f73326676616c7565739f83fac11cf5c3fa3cf5c28ffa3f9ae14883fac11d47aefa3d23d70a"
    "fa3fa3d70a83fac111eb85fa3cf5c28ffa3f9d70a483fac1123d71fa3c23d70af93d00ff"
)


def signed(found: dict[str, Any], key: str = KEY, tail: bytes = b"") -> bytes:
    """A signed file, made without the code under test."""
    data = cbor2.dumps({**found, "signature": "0" * 64}) + tail
    digest = hmac.new(key.encode("ascii"), data, hashlib.sha256).hexdigest()
    return data.replace(b"0" * 64, digest.encode())


def acquisition(**payload: Any) -> dict[str, Any]:
    return {
        "protected": {"ver": "v1", "alg": "HS256"}, "signature": "0" * 64,
        "payload": {"device_type": "X", "interval_ms": 16, **payload},
    }  # fmt: skip


SOUND = acquisition(sensors=[{"name": "audio", "units": "wav"}], values=["Ref-BINARY-i16   "])
AXES = [{"name": "a", "units": "N/A"}, {"name": "b", "units": "g"}]


class TestCbor(FormatContract):
    format = FORMAT
    recordings = (some_recording(device="ac:87:a3:0a:2d:1b"), some_recording(rows=1))
    files: ClassVar[dict[str, bytes]] = {
        "example.cbor": EXAMPLE,
        "sound.cbor": cbor2.dumps(SOUND) + np.arange(50, dtype="<i2").tobytes(),
    }
    keeps = ("device",)
    bombs: ClassVar[dict[str, bytes]] = {
        "deep.cbor": b"\x81" * 1_000_000,
        "endless.cbor": b"\x9f" * 1_000_000,
        "array.cbor": b"\xa3ipayload\x9b" + b"\x00\xff" * 4,
        "text.cbor": b"\x7b" + b"\x7f" + b"\xff" * 7,
        "bytes.cbor": b"\x5b" + b"\x00\x00\xff" * 3,
        "number.cbor": b"\xc2\x5a\x00\x10\x00\x00" + b"\xff" * (1 << 20),
        "tags.cbor": b"\xd8\x1c" * 500_000,
    }


class TestSignedCbor(FormatContract):
    """With a key, no changed byte passes."""

    format = FORMAT
    params: ClassVar[dict[str, Any]] = {"hmac_key": KEY, "unsigned": "refuse"}
    recordings = (some_recording(rows=20),)
    files: ClassVar[dict[str, bytes]] = {"example.cbor": EXAMPLE}
    keeps = ()
    guarded = True


def read(path: Path, data: bytes, **params: Any) -> Recording:
    path.write_bytes(data)
    (found,) = FORMAT.parts(path, Params(**params))
    return found


def test_the_documented_example_verifies(tmp_path: Path) -> None:
    assert len(EXAMPLE) == 344
    found = read(tmp_path / "x.cbor", EXAMPLE, hmac_key=KEY)
    assert found.metadata["signature"] == "verified"
    assert found.device == "ac:87:a3:0a:2d:1b" and found.streams[0].rate_hz == 100.0
    assert found.streams[0].values[0] == pytest.approx([-9.81, 0.03, 1.21], rel=1e-6)
    assert [c.unit for c in found.streams[0].channels] == ["m/s2"] * 3


def test_the_key_is_text_not_hex(tmp_path: Path) -> None:
    data = acquisition(sensors=AXES, values=[[1, 2]])
    assert read(tmp_path / "x.cbor", signed(data), hmac_key=KEY).metadata["signature"] == "verified"
    raw = bytes.fromhex(KEY).decode("latin-1").encode("latin-1")
    body = cbor2.dumps(data)
    wrong = body.replace(b"0" * 64, hmac.new(raw, body, hashlib.sha256).hexdigest().encode())
    with pytest.raises(InputError, match="does not fit"):
        read(tmp_path / "x.cbor", wrong, hmac_key=KEY)


def test_a_wrong_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="HMAC") as error:
        read(tmp_path / "x.cbor", EXAMPLE, hmac_key=KEY[:-1] + "d")
    assert "field signature" in str(error.value.where)


def test_unsigned_files_are_flagged(tmp_path: Path) -> None:
    path, data = tmp_path / "x.cbor", acquisition(sensors=AXES, values=[[1, 2]])
    none = {**data, "protected": {"ver": "v1", "alg": "none"}, "signature": "a" * 64}
    for found in (data, none):
        assert read(path, cbor2.dumps(found)).metadata["signature"] == "unsigned"
        assert read(path, cbor2.dumps(found), hmac_key=KEY).metadata["signature"] == "unsigned"
        with pytest.raises(InputError, match="not signed"):
            read(path, cbor2.dumps(found), unsigned="refuse")
    assert read(path, EXAMPLE).metadata["signature"] == "not checked"


@pytest.mark.parametrize("kind", ["u8", "u16", "u32", "i8", "i16", "i32", "f32"])
def test_binary_tails(tmp_path: Path, kind: str) -> None:
    dtype = np.dtype("<" + kind[0] + str(int(kind[1:]) // 8))
    data = acquisition(sensors=[{"name": "a", "units": "V"}], values=[f"Ref-Binary-{kind}"])
    tail = np.array([0, 1, 100], dtype=dtype).tobytes()
    found = read(tmp_path / "x.cbor", signed(data, tail=tail), hmac_key=KEY)
    assert found.streams[0].values.dtype == dtype.newbyteorder("=")
    assert found.streams[0].values[:, 0].tolist() == [0, 1, 100]
    with pytest.raises(InputError, match="does not fit"):
        read(tmp_path / "x.cbor", signed(data, tail=tail) + bytes(4), hmac_key=KEY)
    if dtype.itemsize > 1:
        with pytest.raises(InputError, match="no whole number"):
            read(tmp_path / "x.cbor", cbor2.dumps(data) + tail[:-1])


def test_one_axis_may_be_flat(tmp_path: Path) -> None:
    data = acquisition(sensors=AXES[:1], values=[1, 2.5, -3])
    found = read(tmp_path / "x.cbor", cbor2.dumps(data))
    assert found.streams[0].values.tolist() == [[1.0], [2.5], [-3.0]]


PAYLOAD: list[tuple[dict[str, Any], str, str]] = [
    ({"sensors": AXES, "values": []}, "payload.values", "no sample"),
    ({"sensors": AXES, "values": [[1]]}, "payload.values[0]", "not a list of 2"),
    ({"sensors": AXES, "values": [[1, 2], [1, "2"]]}, "payload.values[1][1]", "not a number"),
    ({"sensors": AXES, "values": [[1, None]]}, "payload.values[0][1]", "not a number"),
    ({"sensors": AXES, "values": [[1, True]]}, "payload.values[0][1]", "not a number"),
    ({"sensors": AXES, "values": [[1, float("nan")]]}, "payload.values[0][1]", "finite"),
    ({"sensors": AXES, "values": [[1, 10**400]]}, "payload.values[0][0]", "finite"),
    ({"sensors": [], "values": [[]]}, "payload.sensors", "1 to"),
    ({"sensors": AXES[:1] * 2, "values": [[1, 2]]}, "payload.sensors", "one name"),
    ({"sensors": [{"name": "a"}], "values": [1]}, "payload.sensors[0].units", "missing"),
    ({"sensors": [{"name": "a", "units": "m/s3"}], "values": [1]}, "sensors[0].units", "unknown"),
    ({"sensors": AXES, "values": [[1, 2]], "interval_ms": 0}, "payload.interval_ms", "positive"),
    ({"sensors": AXES, "values": [[1, 2]], "interval_ms": "1"}, "interval_ms", "not a number"),
    ({"sensors": AXES[:1], "values": ["Ref-Binary-i64"]}, "payload.values", "not in the file"),
    ({"sensors": AXES, "values": [[1, 2]], "device_name": 7}, "payload.device_name", "text"),
]


@pytest.mark.parametrize(("payload", "where", "what"), PAYLOAD)
def test_names_the_field(tmp_path: Path, payload: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as error:
        read(tmp_path / "x.cbor", cbor2.dumps(acquisition(**payload)))
    assert str(error.value.where).endswith(where)


def test_bytes_after_the_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="after the end"):
        read(tmp_path / "x.cbor", EXAMPLE + b"\x01")
