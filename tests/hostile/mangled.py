"""Good files that went through a bad network, a text-mode transfer, or a careless programme."""

import io
import random
from collections.abc import Callable

from django_event_pdfs.testing import make_pdf
from tests.hostile.case import ACCEPTED, ACTIVE, DAMAGED, Case, case

# A repaired file is accepted where no page is missing; what the shares leave of it decides.
EITHER = (ACCEPTED, DAMAGED)
ANYTHING = (ACCEPTED, DAMAGED, ACTIVE, "encrypted", "no_pages", "not_a_pdf", "too_complex")
SHARES = (5, 10, 25, 40, 50, 60, 75, 90, 95, 97, 99)
PAGES = 12


def plain() -> bytes:
    return make_pdf(pages=PAGES, title="Programme")


def compact() -> bytes:
    return _resaved(generate=True)


def linearised() -> bytes:
    return _resaved(linearize=True)


def _resaved(*, generate: bool = False, linearize: bool = False) -> bytes:
    import pikepdf

    buffer = io.BytesIO()
    modes = pikepdf.ObjectStreamMode
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        mode = modes.generate if generate else modes.disable
        pdf.save(buffer, object_stream_mode=mode, linearize=linearize)
    return buffer.getvalue()


_SOURCES: dict[str, Callable[[], bytes]] = {
    "plain": plain,
    "compact": compact,
    "linearised": linearised,
}


def cases() -> list[Case]:
    made = []
    for name, source in _SOURCES.items():
        made += [
            case(
                f"cut-{name}-at-{share}",
                lambda s=source, p=share: _share(s(), p),
                # A linearised file has its first part at its end, and a second table there.
                *(EITHER if share >= 97 or (name == "linearised" and share >= 90) else (DAMAGED,)),
            )
            for share in SHARES
        ]
        made += [
            case(f"cut-{name}-by-{count}", lambda s=source, c=count: s()[:-c], *EITHER)
            for count in (1, 2, 6, 12, 25)
        ]
        made += [
            case(f"mangled-{name}-{way}", lambda s=source, c=change: c(s()), *codes)
            for way, (change, codes) in _CHANGES.items()
        ]
        made += [
            case(f"mutated-{name}-{seed}", lambda s=source, n=seed: mutated(s(), n), *ANYTHING)
            for seed in range(12)
        ]
    return made


def _share(data: bytes, percent: int) -> bytes:
    return data[: len(data) * percent // 100]


def _without_middle(data: bytes) -> bytes:
    third = len(data) // 3
    return data[:third] + data[2 * third :]


def _nulled(data: bytes) -> bytes:
    third = len(data) // 3
    return data[:third] + bytes(512) + data[third + 512 :]


def _replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new)


def _start(value: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        head, _, tail = data.rpartition(b"startxref\n")
        return head + b"startxref\n" + value + b"\n" + tail.partition(b"\n")[2]

    return change


def _page_destroyed(data: bytes) -> bytes:
    """Overwrite one page object, or what an object stream holds of it, with blanks."""
    start = data.find(b"/Type /Page\n") if b"/Type /Page\n" in data else data.find(b"/Type /Page ")
    start = start if start > 0 else len(data) // 2
    return data[: start - 20] + b" " * 60 + data[start + 40 :]


_CHANGES: dict[str, tuple[Callable[[bytes], bytes], tuple[str, ...]]] = {
    "without-middle": (_without_middle, (DAMAGED,)),
    "nulled": (_nulled, EITHER),
    "page-destroyed": (_page_destroyed, EITHER),
    "crlf-to-lf": (_replaced(b"\r\n", b"\n"), EITHER),
    "lf-to-crlf": (_replaced(b"\n", b"\r\n"), EITHER),
    "lf-to-cr": (_replaced(b"\n", b"\r"), EITHER),
    "seven-bits": (lambda data: bytes(byte & 127 for byte in data), EITHER),
    "as-utf-8": (lambda data: data.decode("latin-1").encode(), EITHER),
    "no-endobj": (_replaced(b"endobj", b""), EITHER),
    "no-trailer": (_replaced(b"trailer", b"       "), EITHER),
    "no-startxref": (_replaced(b"startxref", b""), EITHER),
    "no-endstream": (_replaced(b"endstream", b"         "), EITHER),
    "start-zero": (_start(b"0"), EITHER),
    "start-off-by-one": (lambda d: _start(b"%d" % (int(d.split(b"startxref\n")[-1].split()[0]) + 1))(d), EITHER),
    "start-negative": (_start(b"-5"), EITHER),
    "start-huge": (_start(b"99999999999999999999"), EITHER),
    "start-beyond": (_start(b"9999999"), EITHER),
    "start-missing-number": (_start(b""), EITHER),
    "entries-off-by-one": (lambda data: data.replace(b"%PDF-", b" %PDF-", 1), EITHER),
    "entries-moved": (lambda data: data.replace(b"\n", b"\n\n", 2), EITHER),
    "entries-zero": (_replaced(b" 00000 n", b" 00000 f"), (DAMAGED, "no_pages", ACCEPTED)),
}  # fmt: skip


def mutated(data: bytes, seed: int) -> bytes:
    """Return the file after one to eight accidents, the same ones for the same seed."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 8)):
        start = chance.randrange(len(data))
        size = chance.randint(1, 200)
        block = data[start : start + size]
        data = chance.choice((_flip, _remove, _duplicate, _move))(data, start, block, chance)
    return data


def _flip(data: bytes, start: int, block: bytes, chance: random.Random) -> bytes:
    return data[:start] + bytes([data[start] ^ 1 << chance.randrange(8)]) + data[start + 1 :]


def _remove(data: bytes, start: int, block: bytes, chance: random.Random) -> bytes:
    return data[:start] + data[start + len(block) :]


def _duplicate(data: bytes, start: int, block: bytes, chance: random.Random) -> bytes:
    return data[:start] + block + data[start:]


def _move(data: bytes, start: int, block: bytes, chance: random.Random) -> bytes:
    rest = _remove(data, start, block, chance)
    target = chance.randrange(len(rest) + 1)
    return rest[:target] + block + rest[target:]
