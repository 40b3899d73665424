"""Signed uploads of 2 KB, each different, made fast enough not to be what is measured."""

from __future__ import annotations

import hashlib
import hmac
import json
import random

ZEROS = "0" * 64
SAMPLES = 62  # of three axes: one second at 62.5 Hz, 2 KB


def _templates(count: int) -> list[tuple[bytes, bytes]]:
    """Text before and after the device's name."""
    numbers = random.Random(7)
    out = []
    for _ in range(count):
        values = [[round(numbers.gauss(0, 4), 4) for _ in range(3)] for _ in range(SAMPLES)]
        found = {
            "protected": {"ver": "v1", "alg": "HS256", "iat": 1760000000},
            "signature": ZEROS,
            "payload": {
                "device_name": "NAME", "device_type": "BENCH", "interval_ms": 16,
                "sensors": [{"name": f"acc{a}", "units": "m/s2"} for a in "XYZ"],
                "values": values,
            },
        }  # fmt: skip
        before, _, after = json.dumps(found).encode().partition(b"NAME")
        out.append((before, after))
    return out


class Uploads:
    """Upload number n, always the same bytes."""

    def __init__(self, hmac_key: str) -> None:
        self._key = hmac_key.encode()
        self._templates = _templates(64)

    def body(self, number: int) -> bytes:
        """The signed file."""
        before, after = self._templates[number % len(self._templates)]
        unsigned = before + f"mote-{number:09d}".encode() + after
        signature = hmac.new(self._key, unsigned, hashlib.sha256).hexdigest()
        return unsigned.replace(ZEROS.encode(), signature.encode(), 1)

    def digest(self, number: int) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.body(number)).hexdigest()
