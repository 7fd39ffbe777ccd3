"""Conditional requests to a document (RFC 9110, section 13)."""

from typing import Any

import pytest

OLD = "Mon, 01 Jan 1990 00:00:00 GMT"


class ConditionContract:
    """The part of ``AnswerContract`` about conditions."""

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("condition", ["{etag}", "W/{etag}", '"a", {etag}, W/"b"', "*"])
    def test_an_unchanged_document_is_304(self, ask: Any, method: str, condition: str) -> None:
        answer = ask(method, If_None_Match=condition.format(etag=ask().headers["ETag"]))
        assert (answer.status, answer.body) == (304, b"")

    def test_304_has_the_headers_that_caches_need(self, ask: Any) -> None:
        # RFC 9110, 15.4.5; there is no Vary, Expires or Content-Location in 200.
        whole = ask().headers
        answer = ask(If_None_Match=whole["ETag"])
        for name in ("ETag", "Cache-Control"):
            assert answer.headers[name] == whole[name]
        assert "Content-Type" not in answer.headers

    @pytest.mark.parametrize("condition", ['"other"', 'W/"other", "another"', "nonsense"])
    def test_a_changed_document_is_answered(self, ask: Any, condition: str) -> None:
        assert ask(If_None_Match=condition).status == 200

    def test_if_modified_since_compares_dates(self, ask: Any) -> None:
        assert ask(If_Modified_Since=ask().headers["Last-Modified"]).status == 304

    @pytest.mark.parametrize(
        "date",
        [
            "Mon, 01 Jan 1900 00:00:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Fri, 31 Feb 2025 00:00:00 GMT",
            "yesterday",
        ],
    )
    def test_an_old_or_malformed_date_is_answered(self, ask: Any, date: str) -> None:
        assert ask(If_Modified_Since=date).status == 200

    def test_if_none_match_speaks_before_if_modified_since(self, ask: Any) -> None:
        modified = ask().headers["Last-Modified"]
        assert ask(If_None_Match='"other"', If_Modified_Since=modified).status == 200
        etag = ask().headers["ETag"]
        assert ask(If_None_Match=etag, If_Modified_Since=OLD).status == 304

    def test_if_match_speaks_before_if_unmodified_since(self, ask: Any) -> None:
        assert ask(If_Match=ask().headers["ETag"], If_Unmodified_Since=OLD).status == 200

    def test_a_condition_speaks_before_a_range(self, ask: Any) -> None:
        etag = ask().headers["ETag"]
        past = {"Range": "bytes=999999999-"}
        assert ask(If_None_Match=etag, **past).status == 304
        assert ask(If_Match='"other"', **past).status == 412

    @pytest.mark.parametrize("condition", ["{etag}", '"a", {etag}', "*"])
    def test_if_match_that_holds_is_answered(self, ask: Any, condition: str) -> None:
        assert ask(If_Match=condition.format(etag=ask().headers["ETag"])).status == 200

    @pytest.mark.parametrize("condition", ["W/{etag}", '"other"'])
    def test_if_match_that_does_not_hold_is_412(self, ask: Any, condition: str) -> None:
        etag = ask().headers["ETag"]
        condition = condition.format(etag=etag)
        assert ask(If_Match=condition).status == 412
        assert ask(If_Match=condition, If_None_Match=etag, Range="bytes=0-1").status == 412

    def test_if_unmodified_since_is_asked_before_if_none_match(self, ask: Any) -> None:
        now = ask().headers
        both = {"If_Unmodified_Since": now["Last-Modified"], "If_None_Match": now["ETag"]}
        assert ask(**both).status == 304
        assert ask(If_Unmodified_Since=OLD).status == 412
        assert ask(**{**both, "If_Unmodified_Since": OLD}).status == 412
