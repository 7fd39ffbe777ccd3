"""Every kind of active content, and every way of writing one and the same thing."""

from tests.hostile.case import ACTIVE, Case, case
from tests.hostile.places import PLACES, at_open

# A kind's actions (ISO 32000-2, 12.6.4). All but the last few are found wherever an action is.
ACTIONS: dict[str, tuple[str, bytes]] = {
    "launch": ("launch", b"<< /S /Launch /F (a.exe) >>"),
    "launch-win": ("launch", b"<< /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >>"),
    "goto-embedded": ("remote_embedded_goto", b"<< /S /GoToE /T << /R /C /N (a) >> /D [0 /Fit] >>"),
    "javascript": ("javascript", b"<< /S /JavaScript /JS (app.alert(1)) >>"),
    "submit": ("submit_form", b"<< /S /SubmitForm /F << /FS /URL /F (http://a.test/) >> >>"),
    "import": ("import_data", b"<< /S /ImportData /F (a.fdf) >>"),
    "goto-remote": ("remote_goto", b"<< /S /GoToR /F (a.pdf) /D [0 /Fit] >>"),
    "uri-javascript": ("unsafe_uri", b"<< /S /URI /URI (javascript:alert\\(1\\)) >>"),
    "rendition": ("javascript", b"<< /S /Rendition /OP 0 /JS (app.alert(1)) >>"),
}

_JS = b"(app.alert(1))"
_SPELLINGS: dict[str, bytes] = {
    "hashed-value": b"<< /S /J#61vaScript /JS %s >>" % _JS,
    "hashed-all": b"<< /#53 /#4a#61#76#61#53#63#72#69#70#74 /#4A#53 %s >>" % _JS,
    "hashed-key": b"<< /#53 /JavaScript /JS %s >>" % _JS,
    "hashed-js-only": b"<< /S /Rendition /#4a#53 %s >>" % _JS,
    "comment": b"<< /S%%x\n/JavaScript/JS%%y\r%s >>" % _JS,
    "nuls": b"<<\0/S\0/JavaScript\0/JS\0%s\0>>" % _JS,
    "form-feeds": b"<<\x0c/S\x0c/JavaScript\x0c/JS\x0c%s>>" % _JS,
    "tight": b"<</S/JavaScript/JS%s>>" % _JS,
    "twice-harmless-first": b"<< /S /GoTo /S /JavaScript /JS %s >>" % _JS,
    "twice-harmless-last": b"<< /S /JavaScript /JS %s /S /GoTo >>" % _JS,
    "hex-script": b"<< /S /JavaScript /JS <6170702e616c657274283129> >>",
    "empty-script": b"<< /S /JavaScript /JS () >>",
    "no-script": b"<< /S /JavaScript >>",
    "no-kind": b"<< /JS %s >>" % _JS,
    "typed": b"<< /Type /Action /S /JavaScript /JS %s >>" % _JS,
    "stream-as-action": b"<< /S /JavaScript /JS %s /Length 0 >>\nstream\n\nendstream" % _JS,
    "deep": b"<< /A " * 60 + b"<< /S /JavaScript /JS %s >>" % _JS + b" >>" * 60,
    "in-arrays": b"[" * 60 + b"<< /S /JavaScript /JS %s >>" % _JS + b"]" * 60,
}  # fmt: skip
_INDIRECT: dict[str, tuple[bytes, ...]] = {
    "kind": (b"<< /S 11 0 R /JS (a) >>", b"/JavaScript"),
    "kind-and-script": (b"<< /S 11 0 R /JS 12 0 R >>", b"/JavaScript", b"(app.alert(1))"),
    "script-in-stream": (
        b"<< /S /JavaScript /JS 11 0 R >>",
        b"<< /Length 12 >>\nstream\napp.alert(1)\nendstream",
    ),
    "kind-hashed": (b"<< /#53 11 0 R >>", b"/J#61vaScript"),
    "action": (b"[11 0 R]", b"<< /S /JavaScript /JS (a) >>"),
    "kind-only": (b"<< /S 11 0 R >>", b"/JavaScript"),
}
_NEXT: dict[str, tuple[bytes, ...]] = {
    "dictionary": (b"<< /S /GoTo /D [3 0 R /Fit] /Next << /S /Launch /F (a) >> >>",),
    "array": (
        b"<< /S /GoTo /D [3 0 R /Fit] /Next [<< /S /Named /N /NextPage >> << /S /Launch >>] >>",
    ),
    "indirect": (b"<< /S /GoTo /D [3 0 R /Fit] /Next 11 0 R >>", b"<< /S /Launch /F (a) >>"),
    "indirect-array": (
        b"<< /S /GoTo /D [3 0 R /Fit] /Next 11 0 R >>",
        b"[12 0 R]",
        b"<< /S /Launch /F (a) >>",
    ),
    "chain-of-50": (
        *[b"<< /S /Named /N /NextPage /Next %d 0 R >>" % (n + 11) for n in range(50)],
        b"<< /S /Launch /F (a) >>",
    ),
    "chain-with-a-loop": (
        b"<< /S /Named /N /NextPage /Next [10 0 R 11 0 R] >>",
        b"<< /S /Launch /F (a) /Next 10 0 R >>",
    ),
}


def cases() -> list[Case]:
    return [
        *[
            case(f"active-{name}-in-{place}", lambda p=put, t=text: p((t,)), ACTIVE, kinds={kind})
            for name, (kind, text) in ACTIONS.items()
            for place, put in PLACES.items()
        ],
        *_written("spelt", {name: (text,) for name, text in _SPELLINGS.items()}, "javascript"),
        *_written("indirect", _INDIRECT, "javascript"),
        *_written("next", _NEXT, "launch"),
    ]


def _written(word: str, texts: dict[str, tuple[bytes, ...]], kind: str) -> list[Case]:
    return [
        case(f"active-{word}-{name}", lambda t=objects: at_open(t), ACTIVE, kinds={kind})
        for name, objects in texts.items()
    ]
