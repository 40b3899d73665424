"""Multipart forms as they arrive, a part at a time, without a copy in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from .replies import Refusal

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

    from .incoming import Incoming

HEADER_BYTES = 8192  # of all headers of one part
Make = Callable[[str, str], "Incoming"]


class Form:
    """The files of a form; fields without a file name are passed over.

    Args:
        make: (file name, content type) → where its bytes go.
        most: files in one form.
    """

    def __init__(self, content_type: str, make: Make, most: int) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
            raise Refusal(400, "the body must be multipart/form-data with a boundary")
        self.files: list[Incoming] = []
        self._make, self._most = make, most
        self._parts, self._ended = 0, False
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value, self._length = bytearray(), bytearray(), 0
        self._current: Incoming | None = None
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._on_part, "on_part_data": self._on_data,
            "on_header_begin": self._on_header, "on_header_field": self._on_field,
            "on_header_value": self._on_value, "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers, "on_end": self._on_end,
        }  # fmt: skip
        self._parser = MultipartParser(boundary, callbacks)

    def feed(self, chunk: bytes) -> None:
        """Take more of the body. Raises Refusal."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Refusal(400, "the multipart body is malformed") from error

    def finish(self) -> list[Incoming]:
        """The files, in order. Raises Refusal if the form is cut off or holds none."""
        if not self._ended:
            raise Refusal(400, "the multipart body is cut off")
        if not self.files:
            raise Refusal(400, "there is no file in the form")
        return self.files

    def _on_part(self) -> None:
        self._parts += 1
        if self._parts > self._most:
            raise Refusal(400, f"more than {self._most} files in one request")
        self._headers, self._length, self._current = {}, 0, None

    def _on_header(self) -> None:
        self._name, self._value = bytearray(), bytearray()

    def _grow(self, target: bytearray, data: bytes) -> None:
        self._length += len(data)
        if self._length > HEADER_BYTES:
            raise Refusal(400, "a part of the form has too long headers")
        target += data

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._grow(self._name, data[start:end])

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._grow(self._value, data[start:end])

    def _on_header_end(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" in options:
            name = options[b"filename"].decode("utf-8", "replace")
            kind = self._headers.get(b"content-type", b"").decode("latin-1")
            self._current = self._make(name, kind)
            self.files.append(self._current)

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._current is not None:
            self._current.feed(data[start:end])

    def _on_end(self) -> None:
        self._ended = True
