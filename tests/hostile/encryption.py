"""Encryption of each kind: with a password to open, with one only to restrict, and broken."""

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.hostile.case import ACCEPTED, ACTIVE, DAMAGED, ENCRYPTED, Case, case
from tests.pdfs import assemble, encrypted_for_certificates

if TYPE_CHECKING:
    import pikepdf

KINDS = {
    "rc4-40": {"R": 2, "aes": False, "metadata": False},
    "rc4-128": {"R": 3, "aes": False, "metadata": False},
    "aes-128": {"R": 4, "aes": True, "metadata": True},
    "aes-256-early": {"R": 5, "aes": True, "metadata": True},
    "aes-256": {"R": 6, "aes": True, "metadata": True},
}
_UNDO = (ENCRYPTED, DAMAGED)


def cases() -> list[Case]:
    made = []
    for name, kind in KINDS.items():
        packed = kind["R"] > 3
        made += [
            case(f"encrypted-{name}-to-open", saved(kind, user="secret"), ENCRYPTED),
            case(f"encrypted-{name}-to-restrict", saved(kind), ACCEPTED),
            case(
                f"encrypted-{name}-active",
                saved(kind, active=True),
                ACTIVE,
                kinds={"launch", "javascript", "unsafe_uri"},
            ),
        ]
        if packed:
            made += [
                case(f"encrypted-{name}-packed", saved(kind, packed=True), ACCEPTED),
                case(
                    f"encrypted-{name}-packed-active",
                    saved(kind, packed=True, active=True),
                    ACTIVE,
                    kinds={"launch", "javascript", "unsafe_uri"},
                ),
            ]
    return [
        *made,
        case("encrypted-for-certificates", encrypted_for_certificates, ENCRYPTED),
        *[case(f"encrypted-broken-{name}", _broken(text), *_UNDO) for name, text in _BROKEN.items()],
        case("encrypted-by-nobody", _broken(b"9 0 R"), ACCEPTED),
        case("encrypted-truncated", lambda: saved(KINDS["aes-256"])()[:-300], DAMAGED),
    ]  # fmt: skip


_STANDARD = b"/Filter /Standard /V 2 /R 3 /Length 128 /P -4 "
_BROKEN = {
    "handler": b"<< /Filter /Nobody /V 4 /R 4 /Length 128 >>",
    "empty": b"<< >>",
    "number": b"7",
    "itself": b"<< /Filter /Standard /V 4 /R 4 /O 1 0 R /U 1 0 R /P 1 0 R >>",
    "no-keys": b"<< %s >>" % _STANDARD,
    "short-keys": b"<< %s /O (a) /U (b) >>" % _STANDARD,
    "long-keys": b"<< %s /O (%s) /U (%s) >>" % (_STANDARD, b"a" * 100_000, b"b" * 100_000),
    "version-99": b"<< /Filter /Standard /V 99 /R 99 /O (%s) /U (%s) /P -4 >>" % ((b"a" * 32,) * 2),
    "length-huge": b"<< /Filter /Standard /V 2 /R 3 /Length 2147483640 /O (%s) /U (%s) /P -4 >>"
    % ((b"a" * 32,) * 2),
    "length-negative": b"<< /Filter /Standard /V 2 /R 3 /Length -8 /O (%s) /U (%s) /P -4 >>"
    % ((b"a" * 32,) * 2),
    "unknown-crypt-filter": b"<< /Filter /Standard /V 4 /R 4 /CF << /A << /CFM /Odd >> >> /StmF /A "
    b"/StrF /A /O (%s) /U (%s) /P -4 >>" % ((b"a" * 32,) * 2),
}  # fmt: skip


def _broken(dictionary: bytes) -> Callable[[], bytes]:
    return lambda: assemble(trailer=b"/ID [<00> <00>] /Encrypt " + dictionary)


def saved(
    kind: dict[str, int], *, user: str = "", packed: bool = False, active: bool = False
) -> Callable[[], bytes]:
    def make() -> bytes:
        import pikepdf

        pdf = pikepdf.new()
        pdf.add_blank_page()
        if active:
            _arm(pdf)
        buffer = io.BytesIO()
        modes = pikepdf.ObjectStreamMode
        encryption = pikepdf.Encryption(user=user, owner="owner", **kind)
        mode = modes.generate if packed else modes.disable
        with warnings.catch_warnings(action="ignore"):  # One of the kinds is deprecated.
            pdf.save(buffer, encryption=encryption, object_stream_mode=mode)
        return buffer.getvalue()

    return make


def _arm(pdf: "pikepdf.Pdf") -> None:
    """Add a script at open, a launch action on the page and a link to an odd address."""
    from pikepdf import Array, Dictionary, Name

    pdf.Root.OpenAction = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS="app.alert(1)"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9])
    link.A = Dictionary(S=Name.URI, URI="javascript:alert(1)")
    pdf.pages[0].Annots = Array([pdf.make_indirect(link)])
    pdf.pages[0].AA = Dictionary(O=pdf.make_indirect(Dictionary(S=Name.Launch, F="a.exe")))
