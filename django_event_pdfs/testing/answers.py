"""What a client sees of a document, whichever way its request travels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.http import http_date

from django_event_pdfs.delivery import Representation
from django_event_pdfs.delivery.headers import protective_headers
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing.conditions import ConditionContract

CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 700  # over two chunks
SIZE = len(CONTENT)
CACHE_CONTROL = "private, max-age=3600, immutable"


@dataclass(frozen=True)
class Answer:
    """A response read to its end. ``headers`` finds names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def fields(self) -> dict[str, str]:
        """Return the headers by their names in lower case, but for Date, which changes."""
        fields = {name.lower(): value for name, value in self.headers.items()}
        fields.pop("date", "")
        return fields


class AnswerContract(ConditionContract):
    """What ``DeliveryContract`` asks of an answer. It fits a web server over a socket, too.

    A class of tests gives two fixtures: ``place``, an empty storage, and ``ask``, a function
    ``ask(method="GET", document=document, **headers)`` that returns an ``Answer``; the dashes of a
    header's name are underscores.
    """

    @pytest.fixture
    def place(self) -> Storage:
        raise NotImplementedError

    @pytest.fixture
    def document(self, place: Storage) -> Representation:
        name = place.save(new_name("events/programmes/", "programme_file"), ContentFile(CONTENT))
        return Representation(place, name, "Programme 議程.pdf", CACHE_CONTROL)

    @pytest.fixture
    def legacy(self, place: Storage) -> Representation:
        name = place.save("events/programmes/summit.pdf", ContentFile(CONTENT))
        return Representation(place, name, "summit.pdf", "private, no-cache")

    # The whole document

    def test_get_answers_the_whole_document(self, ask: Any) -> None:
        answer = ask()
        assert (answer.status, answer.body) == (200, CONTENT)
        assert answer.headers["Content-Length"] == str(SIZE)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Accept-Ranges"] == "bytes"

    def test_head_has_the_headers_of_get_and_no_body(self, ask: Any) -> None:
        head, get = ask("HEAD"), ask("GET")
        assert (head.status, head.body) == (200, b"")
        assert head.fields() == get.fields()

    def test_the_etag_is_the_random_part_of_the_name(self, ask: Any, document: Any) -> None:
        etag = ask().headers["ETag"]
        assert etag.strip('"') in document.name
        assert len(etag) == 28

    def test_a_name_we_did_not_choose_gets_a_strong_etag(self, ask: Any, legacy: Any) -> None:
        etag = ask(document=legacy).headers["ETag"]
        assert etag.startswith('"')
        assert ask(document=legacy, If_None_Match=etag).status == 304

    def test_a_legacy_file_of_another_size_has_another_etag(
        self, ask: Any, legacy: Any, place: Storage
    ) -> None:
        before = ask(document=legacy).headers["ETag"]
        place.delete(legacy.name)
        place.save(legacy.name, ContentFile(CONTENT + b"more"))
        assert ask(document=legacy, If_None_Match=before).body == CONTENT + b"more"

    def test_last_modified_is_that_of_the_storage(
        self, ask: Any, document: Any, place: Storage
    ) -> None:
        modified = place.get_modified_time(document.name)
        assert ask().headers["Last-Modified"] == http_date(int(modified.timestamp()))

    def test_the_filename_is_that_of_the_representation(self, ask: Any) -> None:
        disposition = ask().headers["Content-Disposition"]
        assert disposition.startswith('inline; filename="Programme .pdf"; filename*=UTF-8')

    def test_a_download_is_an_attachment(self, ask: Any, document: Any) -> None:
        answer = ask(document=replace(document, download=True))
        assert answer.headers["Content-Disposition"].startswith("attachment;")

    def test_an_empty_file_is_answered_whole(self, ask: Any, legacy: Any, place: Storage) -> None:
        name = place.save("events/programmes/empty.pdf", ContentFile(b""))
        answer = ask(document=replace(legacy, name=name))
        assert (answer.status, answer.headers["Content-Length"]) == (200, "0")

    # Ranges

    @pytest.mark.parametrize(
        ("header", "start", "stop"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=5-70000", 5, 70001),
            ("bytes=100000-", 100000, SIZE),
            ("bytes=-7", SIZE - 7, SIZE),
            ("bytes=0-", 0, SIZE),
            (f"bytes={SIZE - 1}-{SIZE * 9}", SIZE - 1, SIZE),
        ],
    )
    def test_a_range_is_answered(self, ask: Any, header: str, start: int, stop: int) -> None:
        answer = ask(Range=header)
        assert (answer.status, answer.body) == (206, CONTENT[start:stop])
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert answer.headers["Content-Length"] == str(stop - start)

    def test_a_part_has_the_headers_of_the_whole(self, ask: Any) -> None:
        # RFC 9110, 15.3.7. Not all servers say Accept-Ranges where Content-Range says it.
        length = {"content-length", "content-range", "accept-ranges"}
        whole, part = ask().fields(), ask(Range="bytes=0-9").fields()
        assert {*part} - length == {*whole} - length
        assert all(part[name] == whole[name] for name in {*whole} - length)

    @pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 1}", "bytes=-0"])
    def test_a_range_past_the_end_is_416(self, ask: Any, header: str) -> None:
        answer = ask(Range=header)
        assert (answer.status, answer.body) == (416, b"")
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"

    @pytest.mark.parametrize(
        "header",
        ["bytes=a-b", "bytes=9-5", "lines=0-1", "bytes=0-0,-1", "bytes=" + "0-1," * 1000 + "0-1"],
    )
    def test_a_range_not_understood_or_not_single_is_ignored(self, ask: Any, header: str) -> None:
        answer = ask(Range=header)
        assert (answer.status, answer.body) == (200, CONTENT)
        assert "Content-Range" not in answer.headers

    @pytest.mark.parametrize("header", ["bytes=0-9", f"bytes={SIZE}-"])
    def test_a_range_means_nothing_to_head(self, ask: Any, header: str) -> None:
        answer = ask("HEAD", Range=header)
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(SIZE))

    def test_if_range_with_the_etag_holds(self, ask: Any) -> None:
        answer = ask(Range="bytes=0-9", If_Range=ask().headers["ETag"])
        assert (answer.status, answer.body) == (206, CONTENT[:10])

    def test_if_range_with_the_exact_date_holds(self, ask: Any) -> None:
        assert ask(Range="bytes=0-9", If_Range=ask().headers["Last-Modified"]).status == 206

    @pytest.mark.parametrize("form", ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"])
    def test_if_range_reads_dates_of_old(self, ask: Any, form: str) -> None:
        # RFC 9110, 5.6.7: recipients accept all three formats.
        modified = parsedate_to_datetime(ask().headers["Last-Modified"])
        assert ask(Range="bytes=0-9", If_Range=modified.strftime(form)).status == 206

    @pytest.mark.parametrize(
        "condition",
        [
            '"other"',
            "W/{etag}",
            "{bare}",
            '{etag}, "other"',
            "*",
            "nonsense",
            "Mon, 01 Jan 1900 00:00:00 GMT",
        ],
    )
    @pytest.mark.parametrize("header", ["bytes=0-9", f"bytes={SIZE}-"])
    def test_if_range_that_does_not_hold_gets_the_whole(
        self, ask: Any, condition: str, header: str
    ) -> None:
        etag = ask().headers["ETag"]
        condition = condition.format(etag=etag, bare=etag.strip('"'))
        assert ask(Range=header, If_Range=condition).status == 200

    def test_if_range_with_a_later_date_does_not_hold(self, ask: Any) -> None:
        later = http_date((datetime.now(UTC) + timedelta(days=1)).timestamp())
        assert ask(Range="bytes=0-9", If_Range=later).status == 200

    # What goes with it

    @pytest.mark.parametrize("headers", [{"Range": f"bytes={SIZE}-"}, {"If_Match": '"other"'}])
    def test_a_failed_condition_is_not_stored(self, ask: Any, headers: dict[str, str]) -> None:
        assert ask(**headers).headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1"}, {"If_None_Match": "*"}])
    def test_every_good_answer_is_guarded(self, ask: Any, headers: dict[str, str]) -> None:
        answer = ask(**headers)
        assert answer.headers["Cache-Control"] == CACHE_CONTROL
        for name, value in protective_headers(["'self'"], public=False).items():
            assert answer.headers[name] == value
