"""Messages: safetensors on a stream.

Eight bytes for the length of the header, little-endian; the header, JSON with the name, type, shape and place of each array and
a mapping of words; the arrays, little-endian and row-major.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, Mapping

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Words = dict[str, str]
Arrays = dict[str, Array]

TYPES: dict[str, np.dtype[Any]] = {"F64": np.dtype("<f8"), "U64": np.dtype("<u8"), "U8": np.dtype("u1")}
WORDS = {dtype: name for name, dtype in TYPES.items()}


def receive(stream: BinaryIO) -> tuple[Words, Arrays] | None:
    """The words and arrays of the next message; None at the end of the stream."""
    length = stream.read(8)
    if len(length) < 8:
        return None
    header = json.loads(stream.read(struct.unpack("<Q", length)[0]))
    words = header.pop("__metadata__", {})
    data = stream.read(max((info["data_offsets"][1] for info in header.values()), default=0))
    arrays = {}
    for name, info in header.items():
        start, end = info["data_offsets"]
        dtype = TYPES[info["dtype"]]
        values = np.frombuffer(data, dtype, (end - start) // dtype.itemsize, start)
        arrays[name] = values.reshape(info["shape"])
    return words, arrays


def send(stream: BinaryIO, words: Mapping[str, str], arrays: Mapping[str, Array]) -> None:
    """Writes a message."""
    header: dict[str, object] = {"__metadata__": dict(words)}
    blobs, offset = [], 0
    for name, values in arrays.items():
        values = np.ascontiguousarray(values)
        header[name] = {
            "dtype": WORDS[values.dtype],
            "shape": list(values.shape),
            "data_offsets": [offset, offset + values.nbytes],
        }
        blobs.append(values)
        offset += values.nbytes
    text = json.dumps(header).encode()
    # Data begin at a multiple of eight, so that readers may take them where they lie.
    text += b" " * (-len(text) % 8)
    stream.write(struct.pack("<Q", len(text)) + text)
    for values in blobs:
        stream.write(values.data.cast("B") if values.size else b"")
    stream.flush()
