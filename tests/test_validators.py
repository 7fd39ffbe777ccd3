"""The rules: what each says, how exact its limit is, and who may change it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from django_event_pdfs.pdf import ACTIVE_CONTENT
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.validators import (
    KINDS,
    MESSAGES,
    NEVER_ALLOWED,
    PDFValidator,
    validate_period,
)
from tests import pdfs
from tests.doors import REFUSED, REFUSED_IDS, codes_of, limits, make_upload
from tests.testapp.models import Permit


def judge(upload: File, **options: Any) -> list[str]:
    try:
        PDFValidator(**options)(upload)
    except ValidationError as error:
        return codes_of(error)
    return []


@pytest.mark.parametrize(("over", "codes"), [(-1, []), (0, []), (1, ["too_large"])])
def test_the_limit_of_the_size_is_exact(settings, over, codes):
    data = make_pdf()
    settings.EVENT_PDFS = {"MAX_SIZE": len(data) - over}

    assert judge(ContentFile(data, "a.pdf")) == codes


def test_the_default_limit_is_10_mebibytes():
    room = 10 * pdfs.MEBIBYTE - len(make_pdf(padding=10_000_000))
    full = make_pdf(padding=10_000_000) + b"\n" * room

    assert "too_large" not in judge(ContentFile(full, "a.pdf"))
    assert judge(ContentFile(full + b"\n", "a.pdf")) == ["too_large"]


@pytest.mark.parametrize(("pages", "codes"), [(2, []), (3, []), (4, ["too_many_pages"])])
def test_the_limit_of_pages_is_exact(settings, pages, codes):
    settings.EVENT_PDFS = {"MAX_PAGES": 3}

    assert judge(ContentFile(make_pdf(pages=pages), "a.pdf")) == codes


def test_the_default_limit_of_pages_is_2000():
    kids = b" ".join(b"3 0 R" for _ in range(2_001))
    tree = b"<< /Type /Pages /Kids [%s] >>" % kids
    data = pdfs.assemble((pdfs.CATALOG, tree, pdfs.PAGE, *[b"null"] * 2_000))

    assert judge(ContentFile(data, "a.pdf")) == ["too_many_pages"]
    assert judge(ContentFile(data.replace(b"3 0 R ", b"      ", 1), "a.pdf")) == []


@pytest.mark.parametrize(("objects", "codes"), [(30, []), (31, ["too_complex"])])
def test_the_limit_of_objects_is_exact(settings, objects, codes):
    settings.EVENT_PDFS = {"MAX_OBJECTS": 30}

    assert judge(ContentFile(pdfs.with_objects(objects), "a.pdf")) == codes


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pdfs.packed_nulls(30), id="packed"),
        pytest.param(pdfs.revised(pdfs.with_objects(28), {4: b"7", 5: b"8"}), id="revised"),
    ],
)
def test_objects_count_wherever_they_are(settings, data):
    settings.EVENT_PDFS = {"MAX_OBJECTS": 30}
    assert judge(ContentFile(data, "a.pdf")) == []

    settings.EVENT_PDFS = {"MAX_OBJECTS": 29}
    assert judge(ContentFile(data, "a.pdf")) == ["too_complex"]


def test_the_default_limit_of_objects_is_300000():
    assert judge(ContentFile(pdfs.with_objects(300_001), "a.pdf"), max_size=2**30) == [
        "too_complex"
    ]


def test_more_pages_may_be_allowed_than_an_inspection_counts_unasked(settings):
    settings.EVENT_PDFS = {"MAX_PAGES": 60_000}

    assert judge(ContentFile(pdfs.with_raw_kids(60_000), "a.pdf")) == []


def test_a_file_that_costs_too_much_is_too_complex():
    for bomb in (pdfs.xref_stream_bomb(), pdfs.object_stream_bomb(), pdfs.packed_numbers()):
        assert judge(ContentFile(bomb, "a.pdf")) == ["too_complex"]


ACTIVE = {
    "javascript": pdfs.with_javascript(),
    "launch": pdfs.with_launch(),
    "uri_at_open": pdfs.with_catalog(b"/OpenAction << /S /URI /URI (https://a.example) >>"),
    "xfa": pdfs.with_catalog(b"/AcroForm << /XFA (x) >>"),
}
TWO = pdfs.with_catalog(b"/OpenAction << /S /JavaScript /JS (x) >> /AcroForm << /XFA (x) >>")


@pytest.mark.parametrize("kind", ACTIVE)
def test_active_content_is_refused_until_its_kind_is_allowed(settings, kind):
    file = ContentFile(ACTIVE[kind], "a.pdf")
    assert judge(file) == ["active_content"]

    settings.EVENT_PDFS = {"ALLOW": [kind]}
    assert judge(file) == (["active_content"] if kind in NEVER_ALLOWED else [])


@pytest.mark.parametrize("allow", [["javascript", "xfa"], ("xfa", "javascript"), {*KINDS}])
def test_all_kinds_of_a_file_must_be_allowed(settings, allow):
    settings.EVENT_PDFS = {"ALLOW": ["javascript"]}
    assert judge(ContentFile(TWO, "a.pdf")) == ["active_content"]

    settings.EVENT_PDFS = {"ALLOW": allow}
    assert judge(ContentFile(TWO, "a.pdf")) == []


def test_what_starts_programs_is_never_allowed(settings):
    settings.EVENT_PDFS = {"ALLOW": [*KINDS]}

    assert judge(ContentFile(pdfs.with_launch(), "a.pdf")) == ["active_content"]
    assert judge(ContentFile(pdfs.with_launch(), "a.pdf"), allow=KINDS) == ["active_content"]


def test_active_content_of_an_earlier_revision_is_refused():
    data = pdfs.revised(pdfs.with_javascript(), {1: pdfs.CATALOG})

    assert judge(ContentFile(data, "a.pdf")) == ["active_content"]


def test_what_a_field_allows_replaces_the_setting(settings):
    settings.EVENT_PDFS = {"ALLOW": ["javascript"]}
    script, form = ContentFile(ACTIVE["javascript"], "a.pdf"), ContentFile(ACTIVE["xfa"], "a.pdf")

    assert (judge(script, allow=["xfa"]), judge(form, allow=["xfa"])) == (["active_content"], [])
    assert judge(script, allow=[]) == ["active_content"]
    assert judge(script, allow=None) == []


@pytest.mark.parametrize("act", ["full_clean", "save"])
def test_what_a_field_allows_holds_at_its_doors(db, monkeypatch, act):
    field = Permit._meta.get_field("permit_file")
    getattr(Permit(permit_file=make_upload(make_pdf(), {})), act)()
    with pytest.raises(ValidationError):
        getattr(Permit(permit_file=make_upload(ACTIVE["xfa"], {})), act)()

    monkeypatch.setattr(field, "allow", ["xfa"])

    getattr(Permit(permit_file=make_upload(ACTIVE["xfa"], {})), act)()


def test_a_refusal_for_active_content_names_each_kind():
    with pytest.raises(ValidationError) as caught:
        PDFValidator()(ContentFile(TWO, "a.pdf"))

    assert caught.value.params["found"] == ["javascript", "xfa"]
    assert all(str(KINDS[kind]) in caught.value.messages[0] for kind in ("javascript", "xfa"))


def test_only_kinds_that_are_not_allowed_are_named():
    with pytest.raises(ValidationError) as caught:
        PDFValidator(allow=["xfa"])(ContentFile(TWO, "a.pdf"))

    assert caught.value.params["found"] == ["javascript"]


def test_every_kind_has_a_name_for_people():
    assert KINDS.keys() == ACTIVE_CONTENT.keys()
    assert KINDS.keys() >= NEVER_ALLOWED


@pytest.mark.parametrize("default", [1, 100 * pdfs.MEBIBYTE])
def test_a_field_may_have_a_limit_of_its_own(settings, default):
    settings.EVENT_PDFS = {"MAX_SIZE": default}
    data = make_pdf()

    assert judge(ContentFile(data, "a.pdf"), max_size=len(data)) == []
    assert judge(ContentFile(data, "a.pdf"), max_size=len(data) - 1) == ["too_large"]


@pytest.mark.parametrize("act", ["full_clean", "save"])
def test_the_limit_of_a_field_holds_at_its_doors(db, monkeypatch, storage, act):
    monkeypatch.setattr(Permit._meta.get_field("permit_file"), "max_size", 500)
    permit = Permit(permit_file=make_upload(make_pdf(), {}))

    with pytest.raises(ValidationError) as caught:
        getattr(permit, act)()

    assert codes_of(caught.value, "permit_file") == ["too_large"]
    assert storage.names() == set()


@pytest.mark.parametrize("name", ["a.pdf", "a.PDF", "a.Pdf", "a b.c.pdf", "大会.pdf", ""])
def test_a_name_that_ends_in_pdf_or_no_name_passes(name):
    assert judge(ContentFile(make_pdf(), name)) == []


@pytest.mark.parametrize("name", ["a", "a.pdf.exe", "a.pd", "a.pdf.", "a.pdf ", ".pdf", "pdf"])
def test_any_other_name_does_not(name):
    assert judge(ContentFile(make_pdf(), name)) == ["wrong_extension"]


@pytest.mark.parametrize(
    "declared",
    [
        *("application/pdf", "Application/PDF", "application/pdf; charset=binary"),
        *("application/x-pdf", "application/octet-stream", "", None),
    ],
)
def test_a_content_type_that_may_be_a_pdf_passes(declared):
    assert judge(SimpleUploadedFile("a.pdf", make_pdf(), declared)) == []


@pytest.mark.parametrize(
    "declared", ["text/html", "image/png", "application/zip", "application/pdfx", "pdf"]
)
def test_any_other_content_type_does_not(declared):
    assert judge(SimpleUploadedFile("a.pdf", make_pdf(), declared)) == ["wrong_content_type"]


def test_the_cheap_checks_come_first(settings):
    settings.EVENT_PDFS = {"MAX_SIZE": 100}
    assert judge(SimpleUploadedFile("a.exe", b"MZ" * 60, "x/y")) == ["too_large"]
    assert judge(SimpleUploadedFile("a.exe", b"", "x/y")) == ["empty"]
    assert judge(SimpleUploadedFile("a.exe", b"MZ", "x/y")) == ["wrong_extension"]
    assert judge(SimpleUploadedFile("a.pdf", b"MZ", "x/y")) == ["wrong_content_type"]
    assert judge(SimpleUploadedFile("a.pdf", b"MZ", "")) == ["not_a_pdf"]


def test_structure_comes_before_pages_and_pages_before_active_content(settings):
    settings.EVENT_PDFS = {"MAX_PAGES": 0, "MAX_OBJECTS": 5}
    script = pdfs.with_javascript()
    assert judge(ContentFile(script[:-60], "a.pdf")) == ["damaged"]
    assert judge(ContentFile(script, "a.pdf")) == ["too_many_pages"]
    settings.EVENT_PDFS = {"MAX_OBJECTS": 2}
    assert judge(ContentFile(script, "a.pdf")) == ["too_complex"]
    settings.EVENT_PDFS = {}
    assert judge(ContentFile(script, "a.pdf")) == ["active_content"]


def test_an_upload_on_disk_is_judged_and_stored(event, storage):
    data = make_pdf(padding=3 * pdfs.MEBIBYTE)
    with TemporaryUploadedFile("a.pdf", "application/pdf", len(data), None) as upload:
        upload.write(data)
        event.programme_file = upload
        event.full_clean()
        event.save()

    assert storage.open(event.programme_file.name).read() == data


@pytest.mark.parametrize("code", sorted({code for code, *_ in REFUSED}))
def test_every_refusal_has_a_message(code):
    assert str(MESSAGES[code])


@pytest.mark.parametrize(("code", "data", "change"), REFUSED, ids=REFUSED_IDS)
def test_the_message_is_complete(settings, code, data, change):
    settings.EVENT_PDFS = limits(change)

    with pytest.raises(ValidationError) as caught:
        PDFValidator()(make_upload(data, change))

    assert "%(" not in caught.value.messages[0]


@pytest.mark.parametrize(
    ("name", "declared"), [("a\ud800\u202e\x00.exe", ""), ("a.pdf", "x/\ud800\u202e\x00")]
)
def test_the_message_repeats_nothing_that_harms(name, declared):
    with pytest.raises(ValidationError) as caught:
        PDFValidator()(SimpleUploadedFile(name, make_pdf(), declared))

    assert not set(caught.value.messages[0]) & set("\ud800\u202e\x00")


def test_validators_of_one_policy_are_equal():
    field = Permit._meta.get_field("permit_file")
    assert PDFValidator(5, ["xfa"], field) == PDFValidator(5, ("xfa",), field)
    assert hash(PDFValidator(5, ["xfa"])) == hash(PDFValidator(5, {"xfa"}))
    assert PDFValidator(5) != PDFValidator()
    assert PDFValidator(allow=[]) != PDFValidator()
    assert PDFValidator(field=field) != PDFValidator()


def test_an_end_before_its_start_is_refused():
    start = datetime.now(UTC)

    with pytest.raises(ValidationError) as caught:
        validate_period(start, start - timedelta(seconds=1))

    assert caught.value.error_dict["end_date"][0].code == "end_before_start"


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1)])
def test_an_end_at_its_start_or_later_passes(later):
    start = datetime.now(UTC)

    validate_period(start, start + later)


def test_a_period_may_be_open():
    validate_period(datetime.now(UTC), None)
    validate_period(None, datetime.now(UTC))
    validate_period(None, None)
