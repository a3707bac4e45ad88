"""Inflate a compressed answer bit by bit, so that a small body cannot fill the memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

CHUNK = 64 * 1024


class CorruptBody(Exception):
    """The compressed bytes are damaged, or stop too early."""


def inflated(raw: Iterator[bytes]) -> Iterator[bytes]:
    """gzip (of one or several members) or zlib, at most CHUNK bytes at a time."""
    inflater = _inflater()
    try:
        for compressed in raw:
            rest, piece = compressed, b""
            # A full piece may leave more of its input waiting inside zlib.
            while rest or len(piece) == CHUNK:
                if inflater.eof and rest:
                    inflater = _inflater()
                piece = inflater.decompress(rest, CHUNK)
                yield piece
                rest = inflater.unconsumed_tail or inflater.unused_data
    except zlib.error as error:
        raise CorruptBody(str(error)) from error
    if not inflater.eof:
        raise CorruptBody("the compressed body stops early")


def _inflater() -> zlib._Decompress:
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
