"""HMAC-SHA256 signatures inside a file: computed with the signature's own place zeroed.

The key is used as the ASCII bytes it is printed with, not hex-decoded.
"""

from __future__ import annotations

import hmac
import re

from motekit.core.errors import InputError

UNSIGNED = "0" * 64
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_PLACES = 8  # places that are tried; a file has one


def key_bytes(key: str, where: object) -> bytes:
    """The key's ASCII bytes. Raises InputError."""
    try:
        return key.encode("ascii")
    except UnicodeEncodeError as error:
        raise InputError("the HMAC key is not ASCII", where=where,
                         way_out="give it as it is printed") from error  # fmt: skip


def sign(data: bytes, key: bytes) -> str:
    """Signature (64 hex digits) of a file whose signature is still zeroed."""
    return hmac.digest(key, data, "sha256").hex()


def state(data: bytes, signature: object, algorithm: object, key: str, where: object) -> str:
    """ "verified", "unsigned" or "not checked" of a file's bytes. Raises InputError if wrong.

    Args:
        signature, algorithm: as the file says.
        key: the project's HMAC key, or "" to check the form only.
    """
    if not isinstance(signature, str) or not _HEX.fullmatch(signature):
        raise InputError(
            "the signature must be 64 hex digits", where=f"{where}, field signature",
            value=str(signature)[:70], way_out="64 zeros stand for an unsigned file",
        )  # fmt: skip
    if algorithm not in ("HS256", "none"):
        raise InputError("unknown signature algorithm", where=f"{where}, field protected.alg",
                         value=str(algorithm)[:40], way_out="HS256 or none")  # fmt: skip
    if signature == UNSIGNED or algorithm == "none":
        return "unsigned"
    if not key:
        return "not checked"
    secret, text = key_bytes(key, where), signature.encode()
    place = data.find(text)
    for _ in range(_PLACES):
        if place < 0:
            break
        zeroed = data[:place] + UNSIGNED.encode() + data[place + 64 :]
        if hmac.compare_digest(sign(zeroed, secret), signature.lower()):
            return "verified"
        place = data.find(text, place + 64)
    raise InputError(
        "the HMAC signature does not fit the file and the key",
        where=f"{where}, field signature", value=signature[:16] + "…",
        way_out="check the key; if it is right, the file was changed: take it again",
    )  # fmt: skip
