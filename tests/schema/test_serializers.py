"""Events in the description: what is sent, and what an answer holds."""

import pytest
from rest_framework import serializers

from tests.host_api import MeetingViewSet, mount

pytest.importorskip("drf_spectacular", reason="needs the extra openapi")

MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

VERSIONS = ["3.0.3", "3.1.0"]
FIELDS = {"id", "name", "description", "start_date", "end_date", "location"}
DOCUMENTS = {"programme_file", "guide_file"}


def allows_null(schema):
    """Return whether a schema allows null, in either version."""
    parts = schema.get("oneOf", [])
    return (
        schema.get("nullable") is True
        or "null" in schema.get("type", ())
        or {"type": "null"} in parts
        or {"enum": [None]} in parts
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_document_is_a_url_or_null_in_an_answer(describe, version):
    schema = describe(version).component("Event")["properties"]["programme_file"]
    assert schema["format"] == "uri"
    assert allows_null(schema)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("operation", ["create", "update", "partial_update"])
def test_a_document_is_a_file_in_multipart(describe, version, operation):
    body = describe(version).body(f"events_{operation}", MULTIPART)
    schema = body["properties"]["programme_file"]
    assert (schema["type"], schema["format"]) == ("string", "binary")
    assert not allows_null(schema)
    assert body["properties"].keys() == FIELDS | DOCUMENTS | {f"{d}-clear" for d in DOCUMENTS}


def test_a_form_without_files_can_keep_and_clear(describe):
    properties = describe().body("events_update", FORM)["properties"]
    assert "format" not in properties["guide_file"]
    assert properties["guide_file-clear"]["type"] == "boolean"


@pytest.mark.parametrize("version", VERSIONS)
def test_json_clears_by_null(describe, version):
    body = describe(version).body("events_partial_update", JSON)
    schema = body["properties"]["programme_file"]
    assert allows_null(schema)
    assert "format" not in schema  # An empty string is no URI.
    assert "documents" not in body["properties"]


def test_an_answer_lacks_nothing(describe):
    described = describe()
    assert {*described.component("Event")["required"]} == FIELDS | DOCUMENTS | {"documents"}
    assert described.body("events_create", MULTIPART)["required"] == ["name", "start_date"]
    assert "required" not in described.body("events_partial_update", MULTIPART)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_document_has_an_entry_or_null(describe, version):
    described = describe(version)
    documents = described.component("Event")["properties"]["documents"]
    assert {*documents["properties"]} == DOCUMENTS == {*documents["required"]}
    assert all(allows_null(schema) for schema in documents["properties"].values())
    entry = described.component("EventPDF")
    nullable = {name for name, schema in entry["properties"].items() if allows_null(schema)}
    assert nullable == entry["properties"].keys() - {"filename"}


def test_one_component_for_both_ways_has_urls_in_it(describe):
    described = describe(COMPONENT_SPLIT_REQUEST=False)
    event = described.component("Event")
    assert event["properties"]["programme_file"]["format"] == "uri"
    assert described.body("events_create", JSON) == event
    form = described.body("events_create", MULTIPART)["properties"]
    assert form["programme_file"]["format"] == "binary"
    assert "documents" not in form


def test_the_documents_of_a_host_are_described_under_its_own_names(describe, settings):
    mount(settings, MeetingViewSet)
    described = describe()
    properties = described.body("meetings_update", MULTIPART)["properties"]
    assert properties["badge_file"]["format"] == "binary"
    assert {"badge_file", "guide_file"} <= {*described.component("Meeting")["required"]}
    assert "shouted" not in properties


def test_a_host_s_serializer_without_documents_is_left_alone(describe, settings):
    class Other(serializers.Serializer):
        title = serializers.CharField()

    mount(settings, type("OtherViewSet", (MeetingViewSet,), {"serializer_class": Other}))
    described = describe()
    assert described.body("meetings_update", MULTIPART) == described.body("meetings_update", JSON)


def test_a_required_document_can_neither_be_left_out_nor_cleared(describe, settings):
    from tests.schema.test_operations import PermitViewSet

    mount(settings, PermitViewSet)
    body = describe().body("meetings_create", MULTIPART)
    assert body["required"] == ["permit_file"]
    assert "permit_file-clear" not in body["properties"]


@pytest.mark.parametrize("version", VERSIONS)
def test_examples_are_in_the_words_of_the_version(describe, version):
    size = describe(version).component("EventPDF")["properties"]["size"]
    assert ("examples" in size, "example" in size) == (version == "3.1.0", version == "3.0.3")
