"""Encoders of the stream filters (ISO 32000-2, 7.4), made to expand as far as each can."""

import base64
import zlib

MEBIBYTE = 1024 * 1024
_CLEAR, _END = 256, 257


def flate_zeros(mebibytes: int, head: bytes = b"") -> bytes:
    """Return zeros after ``head``, deflated: a kilobyte for each of the mebibytes, at no cost."""
    packer = zlib.compressobj(9, wbits=-15)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    # Of Adler-32 (RFC 1950, 9), zeros change the upper half only.
    upper, lower = divmod(zlib.adler32(head), 1 << 16)
    checksum = (upper + lower * mebibytes * MEBIBYTE) % 65521 << 16 | lower
    return b"\x78\xda" + start + block * mebibytes + b"\x03\x00" + checksum.to_bytes(4, "big")


def run_length(data: bytes) -> bytes:
    """Encode runs of one byte each; what is no run is copied."""
    out = bytearray()
    for start in range(0, len(data), 128):
        part = data[start : start + 128]
        same = len(part) > 1 and part == part[:1] * len(part)
        out += bytes([257 - len(part)]) + part[:1] if same else bytes([len(part) - 1]) + part
    return bytes(out) + b"\x80"


def run_length_zeros(mebibytes: int) -> bytes:
    return b"\x81\x00" * (8192 * mebibytes) + b"\x80"


def lzw(data: bytes, zero_rounds: int = 0) -> bytes:
    """Encode bytes, then rounds of 7 MB of zeros each, of 5.6 KB each."""
    bits = "".join(f"{code:0{width}b}" for code, width in _codes(data))
    bits += f"{_CLEAR:09b}" + _zero_round() * zero_rounds + f"{_END:09b}"
    bits += "0" * (-len(bits) % 8)
    return int("1" + bits, 2).to_bytes(len(bits) // 8 + 1, "big")[1:]


def _codes(data: bytes) -> list[tuple[int, int]]:
    """Return codes and their widths, one for each byte: nothing is gained by more."""
    codes = []
    for index, byte in enumerate(data):
        if index % 200 == 0:
            codes.append((_CLEAR, 9))
        codes.append((byte, 9))
    return codes


def _zero_round() -> str:
    """Return the bits of zeros in codes that each stand for one more than the last."""
    table, bits = 258, [f"{0:09b}"]
    while table < 4094:
        # The decoder's table is one entry behind, and its codes widen one early.
        width = 9 + (table >= 511) + (table >= 1023) + (table >= 2047)
        bits.append(f"{table:0{width}b}")
        table += 1
    return "".join(bits) + f"{_CLEAR:012b}"


def ascii_hex(data: bytes) -> bytes:
    return data.hex().encode() + b">"


def ascii_85(data: bytes) -> bytes:
    return base64.a85encode(data) + b"~>"


def png_rows(rows: int, columns: int) -> bytes:
    """Return rows of zeros under a PNG predictor ("up")."""
    return (b"\x02" + bytes(columns)) * rows
