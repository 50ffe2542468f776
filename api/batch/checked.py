"""An Arrow IPC stream passed on message by message, each looked at before it is unpacked.

A compressed message of a few bytes can unpack to more than any memory holds, and Arrow has no
limit for it; so compressed ones are refused. What is read here is laid down in Arrow's Message.fbs.
"""

from __future__ import annotations

import io
import struct
from typing import Final

import pyarrow as pa

from api.batch.pieces import Pieces
from gisgrid.errors import InputError

__all__ = ["Checked"]

# Kinds of a message's header, and places of fields in their tables.
_DICTIONARY, _RECORDS = 2, 3
_HEADER_KIND, _HEADER = 1, 2
_DICTIONARY_RECORDS: Final = 1
_COMPRESSION: Final = 3


class Checked(Pieces):
    """The messages of a stream as a stream again, without any that is compressed.

    Parameters
    ----------
    body : binary file
    """

    def __init__(self, body: io.BufferedReader) -> None:
        super().__init__()
        self._messages = pa.ipc.MessageReader.open_stream(body)

    def next_piece(self) -> memoryview:
        """The next message.

        Raises
        ------
        InputError
            It is compressed.
        """
        try:
            message = self._messages.read_next_message()
        except StopIteration:
            return memoryview(b"")
        if _is_compressed(message.metadata.to_pybytes()):
            raise InputError("the stream is compressed inside", fix="write it without compression")
        return memoryview(message.serialize())


def _is_compressed(metadata: bytes) -> bool:
    """Whether a message's flatbuffer says that its buffers are compressed."""
    message = _behind(metadata, 0)
    kind_at, header_at = _field(metadata, message, _HEADER_KIND), _field(metadata, message, _HEADER)
    if not (kind_at and header_at) or metadata[kind_at] not in (_DICTIONARY, _RECORDS):
        return False
    header = _behind(metadata, header_at)
    if metadata[kind_at] == _DICTIONARY:
        header = _behind(metadata, _field(metadata, header, _DICTIONARY_RECORDS))
    return bool(_field(metadata, header, _COMPRESSION))


def _behind(metadata: bytes, place: int) -> int:
    """Where the table lies that an offset points to."""
    return place + int(struct.unpack_from("<I", metadata, place)[0])


def _field(metadata: bytes, table: int, number: int) -> int:
    """Where a field of a table lies; 0 where the table leaves it out."""
    layout = table - struct.unpack_from("<i", metadata, table)[0]
    entry = 4 + 2 * number
    if entry >= struct.unpack_from("<H", metadata, layout)[0]:
        return 0
    offset = int(struct.unpack_from("<H", metadata, layout + entry)[0])
    return table + offset if offset else 0
