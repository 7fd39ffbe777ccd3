"""Bombs of every filter where nobody has to unpack them: what is never decoded harms nothing."""

from collections.abc import Callable

from tests.hostile import filters
from tests.hostile.case import ACCEPTED, Case, case
from tests.hostile.writing import Writer, deflated, raw_stream
from tests.pdfs import CATALOG, PAGE, PAGES


def cases() -> list[Case]:
    bodies: dict[str, Callable[[], bytes]] = {
        "flate": lambda: raw_stream(filters.flate_zeros(4096), b"/Filter /FlateDecode"),
        "flate-10-times": lambda: deflated(filters.flate_zeros(2048), times=9),
        "lzw": lambda: raw_stream(filters.lzw(b"", 400), b"/Filter /LZWDecode"),
        "run-length": lambda: raw_stream(
            filters.run_length_zeros(300), b"/Filter /RunLengthDecode"
        ),
        "ascii-chain": lambda: raw_stream(_ascii_chain(), b"/Filter [%s]" % _ASCII_CHAIN),
        "png-predictor": lambda: _predicted(b"/Predictor 15 /Columns 2000000000"),
        "tiff-predictor": lambda: _predicted(
            b"/Predictor 2 /Colors 30 /BitsPerComponent 16 /Columns 70000000"
        ),
        "dct": lambda: raw_stream(_jpeg(65000, 65000), b"%s /Filter /DCTDecode" % _image(65000)),
        "jpx": lambda: raw_stream(_jpx(), b"%s /Filter /JPXDecode" % _image(2**31 - 1)),
        "jbig2": lambda: raw_stream(_jbig2(), b"%s /Filter /JBIG2Decode" % _image(2**31 - 1)),
        "ccitt": lambda: raw_stream(
            bytes(64), _image(2**31 - 1) + b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 >>"
        ),
        "crypt": lambda: raw_stream(filters.flate_zeros(2048), b"/Filter [/Crypt /FlateDecode]"),
    }
    return [
        case(f"bomb-{place}-{name}", _placed(place, body), ACCEPTED)
        for place in ("content", "metadata")
        for name, body in bodies.items()
    ]


def _placed(place: str, body: Callable[[], bytes]) -> Callable[[], bytes]:
    def make() -> bytes:
        writer = Writer()
        writer.add(1, CATALOG[:-2] + (b"/Metadata 4 0 R >>" if place == "metadata" else b">>"))
        writer.add(2, PAGES)
        writer.add(3, PAGE[:-2] + (b"/Contents 4 0 R >>" if place == "content" else b">>"))
        writer.add(4, body().replace(b"<<", b"<< /Type /Metadata", 1))
        return writer.finish()

    return make


_ASCII_CHAIN = b"/ASCIIHexDecode /ASCII85Decode /ASCIIHexDecode /ASCII85Decode /FlateDecode"


def _ascii_chain() -> bytes:
    data = filters.flate_zeros(100)
    return filters.ascii_hex(filters.ascii_85(filters.ascii_hex(filters.ascii_85(data))))


def _predicted(parameters: bytes) -> bytes:
    return raw_stream(
        filters.flate_zeros(300),
        b"/Filter /FlateDecode /DecodeParms << %s >>" % parameters,
    )


def _image(side: int) -> bytes:
    return b"/Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 " % (
        side,
        side,
    )


def _jpeg(width: int, height: int) -> bytes:
    """Return the head of a JPEG of these dimensions (ITU T.81, B.2.2) and no picture."""
    frame = b"\xff\xc2\x00\x11\x08%s%s\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    size = height.to_bytes(2, "big"), width.to_bytes(2, "big")
    return b"\xff\xd8" + frame % size + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 500


def _jpx() -> bytes:
    """Return the head of a JPEG 2000 codestream of 2,147,483,647 by as many points."""
    side = (2**31 - 1).to_bytes(4, "big")
    size = b"\x00\x00" + (side * 2 + bytes(8)) * 2 + b"\x00\x01\x07\x01\x01"
    return b"\xff\x4f\xff\x51\x00\x29" + size + b"\xff\xd9"


def _jbig2() -> bytes:
    """Return the page segment of a JBIG2 of 2,147,483,647 by as many points."""
    side = (2**31 - 1).to_bytes(4, "big")
    return b"\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13" + side * 2 + bytes(11)
