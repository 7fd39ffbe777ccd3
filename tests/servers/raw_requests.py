"""Requests that no well-behaved client sends, byte by byte.

``{link}`` and ``{permalink}`` stand for the addresses of a document, ``{name}`` for its name in
storage, ``{query}`` for its signature.
"""

CREDENTIALS = b"Authorization: Basic cm9vdDp4\r\n"  # root:x

# The target of a GET, which may be no URL at all, and what goes with it.
TARGETS = (
    b"/media/events/programmes/../../db.sqlite3?{query}",
    b"/media/events/programmes/..%2f..%2fdb.sqlite3?{query}",
    b"/media/events/programmes/..%c0%af..%c0%afdb.sqlite3?{query}",
    b"/media/events/programmes/%2e%2e/%2e%2e/db.sqlite3",
    b"/media/events/programmes/..\\..\\db.sqlite3",
    b"/media/events/programmes/%00?{query}",
    b"/media/events/programmes/\x00.pdf",
    b"/media/events/programmes/a%0d%0aX-Injected:y?{query}",
    b"/media/events/programmes/\xff\xfe.pdf?{query}",
    b"/media/events/programmes/%ff%fe.pdf?signature=%ff",
    b"/media/events/programmes/%",
    b"/media/events/programmes/%zz.pdf",
    b"/media/{name}",
    b"/media/{name}%00?{query}",
    b"/media/{name}/?{query}",
    b"/media/{name}?" + b"a=1&" * 1_500,
    b"/media/{name}?signature=" + b"A" * 3_000,
    b"//media/{name}?signature=x",
    b"/./media/{name}?x",
    b"/media//{name}?{query}",
    b"http://evil.example.org/media/{name}",
    b"media/{name}",
    b"*",
    b"/api/events/%00/programme_file/",
    b"/api/events/\xff/programme_file/",
    b"/api/events/../../db.sqlite3",
    b"/api/events/%2e%2e%2f%2e%2e%2fdb.sqlite3/programme_file/",
    b"/" + b"a" * 4_000,
)

# Header lines of a GET for the document that leave its answer as it is, or make it a refusal.
HEADERS = (
    b"Range: bytes=9999999999-\r\n",
    b"Range: bytes=-0\r\n",
    b"Range: bytes=a-b\r\n",
    b"Range: bytes=" + b"0-0," * 999 + b"0-0\r\n",
    b"Range: bytes=0-0\r\nRange: bytes=1-1\r\n",
    b"Range: \xff\xfe\r\n",
    b'If-None-Match: "\xff"\r\n',
    b'If-None-Match: "a"\r\nIf-None-Match: *\r\n',
    b"If-Modified-Since: Mon, 01 Jan 1900 00:00:00 GMT\r\n",
    b"If-Range: \xe9\r\nRange: bytes=0-0\r\n",
    b"Accept: \xff/\xff;q=\xff\r\n",
    b"Accept-Language: " + b"fr-" * 1_000 + b"\r\n",
    b"Cookie: \xff=\xff; sessionid=\xff\r\n",
    b"X-Forwarded-Host: evil.example.org\r\nX-Forwarded-Proto: \xff\r\n",
    b"Authorization: Basic \xff\r\n",
    b"Authorization: Basic " + b"A" * 3_000 + b"\r\n",
    b"Content-Length: 0\r\nContent-Type: \xff\r\n",
    b"Bad Header: x\r\n",
    b": x\r\n",
    b"no colon\r\n",
    b"Folded: a\r\n b\r\n",
    b"NUL: \x00\r\n",
    b"Content-Length: x\r\n",
    b"Content-Length: 1\r\nContent-Length: 2\r\n",
    b"Transfer-Encoding: nonsense\r\n",
    b"X-Long: " + b"x" * 100_000 + b"\r\n",
    b"".join(b"X-%d: y\r\n" % number for number in range(500)),
)


def request(target: bytes, headers: bytes = b"", method: bytes = b"GET") -> bytes:
    host = b"Host: localhost\r\nConnection: close\r\n"
    return b"%s %s HTTP/1.1\r\n%s%s\r\n" % (method, target, host, headers)
