"""The table of ``docs/reference/updates.md``, cell by cell."""

from itertools import product
from urllib.parse import urlencode

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import include, path
from rest_framework import viewsets

from django_event_pdfs.links import get_links
from django_event_pdfs.naming import new_name
from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.testing import MemoryStorage
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin
from tests.conftest import upload
from tests.host_urls import LINKS, routed, urlconf
from tests.test_docs import DOCS, read
from tests.testapp.models import Event, Permit

pytestmark = pytest.mark.django_db

NEW = {"name": "S", "start_date": "2026-12-01T09:00:00Z"}
UNTOUCHED = object()
FORMS, JSON = ("multipart", "form"), ("JSON",)
ALL = (*FORMS, *JSON)
KINDS = {
    "multipart": ("multipart", MULTIPART_CONTENT),
    "form": ("form", "application/x-www-form-urlencoded"),
    "JSON": ("json", "application/json"),
}

# What is sent: as what, and by which keys; and what comes of it, in the order of the documentation.
TABLE = {
    "nothing": (ALL, ("kept", "none", "kept", "`required`")),
    "a file": (("multipart",), ("replaced", "stored") * 2),
    "an empty string": (ALL, ("kept", "none", "kept", "`required`")),
    "an untouched file input": (("multipart",), ("kept", "none", "kept", "`required`")),
    "null": (JSON, ("cleared", "none", "`null`", "`null`")),
    "`<document>-clear` with `true`, `on` or `1`": (FORMS, ("cleared", "none", "`null`", "`null`")),
    "`<document>-clear` with anything else": (FORMS, ("kept", "none", "kept", "`required`")),
    "its permalink": (ALL, ("kept", "`not_a_file`") * 2),
    "its link": (ALL, ("kept", "`other_document`") * 2),
    "its link, expired": (ALL, ("kept", "`other_document`") * 2),
    "a link to a document that was replaced or cleared since": (
        ALL,
        ("kept", "none", "kept", "`required`"),
    ),
    "a link to a document of another event": (ALL, ("`other_document`",) * 4),
    "a link that was altered": (ALL, ("`not_a_file`",) * 4),
    "any other text": (ALL, ("`not_a_file`",) * 4),
    "a number, a list or an object": (JSON, ("`not_a_file`",) * 4),
    "a file, and `<document>-clear`": (("multipart",), ("`contradiction`",) * 4),
    "two files": (("multipart",), ("`multiple_files`",) * 4),
}


def test_the_documentation_has_this_very_table():
    lines = [
        line for line in read(DOCS / "reference" / "updates.md").splitlines() if line[:1] == "|"
    ]
    documented = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert documented == [
        [what, ", ".join(kinds), *cells] for what, (kinds, cells) in TABLE.items()
    ]


class StampedStorage(MemoryStorage):
    """Has URLs with a query that changes, as one that signs them."""

    stamp = 1

    def url(self, name):
        return f"{super().url(name)}?Expires={self.stamp}&Signature=x"


class PermitSerializer(EventDocumentsSerializerMixin):
    class Meta:
        model = Permit
        fields = "__all__"


class PermitViewSet(EventDocumentsViewSetMixin, viewsets.ModelViewSet):
    queryset = Permit.objects.all()
    serializer_class = PermitSerializer


class Subject:
    """A row with a document, and what its clients know of it."""

    def __init__(self, model, api, monkeypatch):
        self.model, self.api, self.monkeypatch = model, api, monkeypatch
        self.field = "permit_file" if model is Permit else "guide_file"
        self.base = {} if model is Permit else NEW
        self.at = "/api/permits/" if model is Permit else "/api/events/"
        self.row = self.make()

    def make(self):
        return self.model.objects.create(**self.base, **{self.field: upload()})

    def url(self, row=None):
        return getattr(row or self.row, self.field).url

    def expired(self):
        with self.monkeypatch.context() as patch:
            patch.setattr("django_event_pdfs.links.signed.time.time", lambda: 10**9)
            patch.setattr(StampedStorage, "stamp", 0)
            return self.url()

    def gone(self):
        folder = self.model._meta.get_field(self.field).folder
        return get_links().make(new_name(folder, self.field), "a.pdf").url

    def altered(self):
        path, _, query = self.url().partition("?")
        return f"{path.replace('/', '/x', 1)}?{query}x"

    def sent(self, what):
        """Return each way to send ``what``: the items of a body."""
        field, clear = self.field, f"{self.field}-clear"
        return {
            "nothing": lambda: [[]],
            "a file": lambda: [[(field, upload())]],
            "an empty string": lambda: [[(field, "")]],
            "an untouched file input": lambda: [[(field, UNTOUCHED)]],
            "null": lambda: [[(field, None)]],
            "`<document>-clear` with `true`, `on` or `1`": lambda: [
                [(clear, value)] for value in ("true", "on", "1", "True", "YES")
            ],
            "`<document>-clear` with anything else": lambda: [
                [(clear, value)] for value in ("false", "", "0", "maybe")
            ],
            "its permalink": lambda: [
                [(field, f"{host}{self.at}{self.row.pk}/{field}/")]
                for host in ("", "http://testserver")
            ],
            "its link": lambda: [
                [(field, f"{host}{self.url()}")] for host in ("", "http://testserver")
            ],
            "its link, expired": lambda: [[(field, self.expired())]],
            "a link to a document that was replaced or cleared since": lambda: [
                [(field, self.gone())]
            ],
            "a link to a document of another event": lambda: [[(field, self.url(self.make()))]],
            "a link that was altered": lambda: [[(field, self.altered())]],
            "any other text": lambda: [
                [(field, text)] for text in ("x", " ", "null", "http://[", "/media/\x00", "a.pdf")
            ],
            "a number, a list or an object": lambda: [
                [(field, value)] for value in (0, 1, False, True, [], ["x"], {}, {"url": None})
            ],
            "a file, and `<document>-clear`": lambda: [[(field, upload()), (clear, "true")]],
            "two files": lambda: [[(field, upload()), (field, upload())]],
        }[what]()

    def send(self, method, kind, items):
        address = self.at if method == "post" else f"{self.at}{self.row.pk}/"
        content_type = KINDS[kind][1]
        items = [*self.base.items(), *items]
        if kind == "JSON":
            return getattr(self.api, method)(address, dict(items), format="json")
        if kind == "form":
            body = urlencode(items)
        else:
            grouped = {}
            for name, value in items:
                grouped.setdefault(name, []).append(value)
            files = {n: v for n, v in grouped.items() if v != [UNTOUCHED]}
            body = encode_multipart(BOUNDARY, files)
            for name in grouped.keys() - files.keys():
                head = f'Content-Disposition: form-data; name="{name}"; filename=""'
                part = (
                    f"--{BOUNDARY}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n\r\n"
                )
                body = part.encode() + body
        return getattr(self.api, method)(address, body, content_type=content_type)

    def name(self, pk):
        return getattr(self.model.objects.get(pk=pk), self.field).name


@pytest.fixture(params=["SignedLinks", "NginxSecureLinks", "StorageLinks"])
def links(request, settings):
    options = {"secrets": ["s" * 32]} if request.param == "NginxSecureLinks" else {}
    settings.EVENT_PDFS = {
        **settings.EVENT_PDFS,
        "LINKS": {"BACKEND": f"django_event_pdfs.links.{request.param}", "OPTIONS": options},
    }
    storage = {
        "BACKEND": f"{__name__}.StampedStorage",
        "OPTIONS": {"base_url": "/stored/"},
    }
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    return request.param


@pytest.fixture
def permits(settings):
    settings.ROOT_URLCONF = urlconf(
        path("api/", include("django_event_pdfs.urls")),
        path("api/", include(routed(PermitViewSet, "permits"))),
        LINKS,
    )


CELLS = [
    pytest.param(what, kind, method, required, id=f"{method}-{kind}-{what}{'-required' * required}")
    for what, (kinds, _cells) in TABLE.items()
    for kind, method, required in product(kinds, ("post", "put", "patch"), (False, True))
]


@pytest.mark.parametrize(("what", "kind", "method", "required"), CELLS)
def test_each_cell(links, permits, api, monkeypatch, what, kind, method, required):
    expected = TABLE[what][1][2 * required + (method == "post")]
    subject = Subject(Permit if required else Event, api, monkeypatch)
    for items in subject.sent(what):
        subject.row = subject.make() if method != "post" and expected == "cleared" else subject.row
        before, count = subject.name(subject.row.pk), subject.model.objects.count()
        response = subject.send(method, kind, items)
        assert outcome(subject, method, response, before) == expected
        made = method == "post" and not expected.startswith("`")
        assert subject.model.objects.count() == count + made


def outcome(subject, method, response, before):
    if response.status_code == 400:
        assert subject.name(subject.row.pk) == before
        (code,) = response.json()["codes"].pop(subject.field)
        return f"`{code}`"
    assert response.status_code == (201 if method == "post" else 200)
    after = subject.name(response.json()["id"])
    if method == "post":
        return "stored" if after else "none"
    return "cleared" if not after else "kept" if after == before else "replaced"


# What was read, sent back


@pytest.fixture
def subject(links, api, monkeypatch, permits):
    return Subject(Event, api, monkeypatch)


def read_back(subject):
    return subject.api.get(f"{subject.at}{subject.row.pk}/").json()


@pytest.mark.parametrize("days", [0, 10, 4000])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_json_of_long_ago_edited_and_sent_back_loses_nothing(subject, monkeypatch, method, days):
    before = subject.name(subject.row.pk)
    with monkeypatch.context() as patch:
        patch.setattr("django_event_pdfs.links.signed.time.time", lambda: 1795824000 - 86400 * days)
        patch.setattr(StampedStorage, "stamp", days)
        cached = read_back(subject)
    response = getattr(subject.api, method)(
        f"{subject.at}{subject.row.pk}/", {**cached, "name": "Edited"}, format="json"
    )
    assert (response.status_code, response.json()["name"]) == (200, "Edited")
    assert subject.name(subject.row.pk) == before


@pytest.mark.parametrize("keep", [0, 3600])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_json_read_before_a_replacement_and_sent_back_keeps_the_new_document(
    subject, settings, method, keep, django_capture_on_commit_callbacks
):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": keep}
    cached = read_back(subject)
    with django_capture_on_commit_callbacks(execute=True):
        response = subject.send("patch", "multipart", [("guide_file", upload())])
    after = subject.name(subject.row.pk)
    assert after in response.json()["guide_file"]
    address = f"{subject.at}{subject.row.pk}/"
    response = getattr(subject.api, method)(address, {**cached, "name": "Edited"}, format="json")
    assert (response.status_code, subject.name(subject.row.pk)) == (200, after)


def test_json_read_before_there_was_a_document_and_sent_back_clears_it(subject):
    subject.send("patch", "JSON", [("guide_file", None)])
    cached = read_back(subject)
    subject.send("patch", "multipart", [("guide_file", upload())])
    assert subject.name(subject.row.pk)
    response = subject.api.put(f"{subject.at}{subject.row.pk}/", cached, format="json")
    assert (response.status_code, subject.name(subject.row.pk)) == (200, None)
