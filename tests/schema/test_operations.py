"""What drf-spectacular says of each operation, in both versions and for every kind of host."""

import subprocess
import sys

import pytest
from rest_framework import viewsets
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import PageNumberPagination
from rest_framework.throttling import ScopedRateThrottle

from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin
from tests.host_api import MeetingViewSet, mount, own
from tests.testapp.models import Permit

pytest.importorskip("drf_spectacular", reason="needs the extra openapi")

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from drf_spectacular.validation import validate_schema

VERSIONS = ["3.0.3", "3.1.0"]
PDF = "application/pdf"
OPEN = "events_programme_file_retrieve"
STORE = "events_programme_file_update"
CLEAR = "events_programme_file_destroy"


class Tagging(AutoSchema):
    """A project's own schema class."""

    def get_tags(self):
        return ["tagged"]


class PermitSerializer(EventDocumentsSerializerMixin):
    class Meta:
        model = Permit
        fields = ("id", "permit_file")


class PermitViewSet(EventDocumentsViewSetMixin, viewsets.ModelViewSet):
    queryset = Permit.objects.all()
    serializer_class = PermitSerializer


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("split", [True, False])
def test_the_bundled_api_is_described_without_a_warning(describe, version, split):
    described = describe(version, COMPONENT_SPLIT_REQUEST=split)
    validate_schema(described.document)
    assert {*described.document["paths"]} == {
        "/api/events/",
        "/api/events/{id}/",
        "/api/events/{id}/guide_file/",
        "/api/events/{id}/programme_file/",
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("split", [True, False])
def test_a_host_s_own_api_is_described_without_a_warning(describe, settings, version, split):
    mount(settings, MeetingViewSet)
    described = describe(version, COMPONENT_SPLIT_REQUEST=split)
    validate_schema(described.document)
    assert described.answers("meetings_badge_file_update").keys() >= {"200", "201", "400", "413"}
    assert described.answers("meetings_statistics_retrieve").keys() >= {"200", "401", "403", "404"}
    assert "404" not in described.answers("meetings_bulk_create")


@pytest.mark.parametrize("version", VERSIONS)
def test_an_opened_document_is_a_pdf(describe, version):
    answers = describe(version).answers(OPEN)
    for status in ("200", "206"):
        assert answers[status]["content"][PDF]["schema"]["format"] == "binary"
        assert answers[status]["headers"].keys() >= {"ETag", "Content-Disposition"}
    assert "Content-Range" in answers["206"]["headers"]
    assert "Content-Range" in answers["416"]["headers"]


def test_version_31_names_the_type_of_the_bytes(describe):
    schema = describe("3.1.0").answers(OPEN)["200"]["content"][PDF]["schema"]
    assert schema["contentMediaType"] == PDF


def test_version_30_has_no_word_of_31(describe):
    schema = describe("3.0.3").answers(OPEN)["200"]["content"][PDF]["schema"]
    assert schema == {"type": "string", "format": "binary"}


def test_ranges_and_conditions_may_be_asked_for(describe):
    parameters = describe().operations[OPEN]["parameters"]
    names = {p["name"] for p in parameters if p["in"] == "header"}
    assert names == {
        *("Range", "If-Range", "If-Match", "If-None-Match"),
        *("If-Modified-Since", "If-Unmodified-Since"),
    }


def test_a_raw_put_takes_a_pdf(describe):
    described = describe()
    assert described.body(STORE, PDF)["format"] == "binary"
    assert described.operations[STORE]["requestBody"]["required"] is True
    entry = described.answers(STORE)["201"]["content"]["application/json"]["schema"]
    assert entry == {"$ref": "#/components/schemas/EventPDF"}


def test_a_required_document_cannot_be_cleared(describe, settings):
    assert describe().answers(CLEAR)["400"]["x-codes"] == ["malformed_condition"]
    mount(settings, PermitViewSet)
    refused = describe().answers("meetings_permit_file_destroy")["400"]
    assert refused["x-codes"] == ["malformed_condition", "null"]


@pytest.mark.parametrize("operation", [STORE, CLEAR])
def test_a_write_takes_conditions(describe, operation):
    described = describe()
    parameters = {p["name"] for p in described.operations[operation]["parameters"]}
    assert {"If-Match", "If-None-Match"} <= parameters
    assert described.answers(operation)["412"]["x-codes"] == ["precondition_failed"]


def test_a_redirect_is_described_where_the_store_signs_urls(describe, settings, monkeypatch):
    assert "302" not in describe().answers(OPEN)
    monkeypatch.setattr("django_event_pdfs.schema.operations.url_signer", lambda storage: True)
    assert "Location" in describe().answers(OPEN)["302"]["headers"]


def test_throttling_is_described_where_there_is_some(describe, settings):
    assert "429" not in describe().answers("events_list")
    mount(settings, own(throttle_classes=[ScopedRateThrottle]))
    answer = describe().answers("meetings_list")["429"]
    assert "Retry-After" in answer["headers"]


def test_the_scopes_of_documents_are_described_where_they_have_a_rate(describe, settings):
    rates = {"event_pdfs_downloads": "9/hour"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    described = describe()
    assert "429" in described.answers(OPEN)
    assert "429" not in described.answers(STORE)


def test_a_virus_scanner_is_described_where_there_is_one(describe, settings):
    scanner = {"BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner"}
    assert "infected" not in describe().answers(STORE)["400"]["x-codes"]
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "SCANNER": scanner}
    answers = describe().answers(STORE)
    assert "infected" in answers["400"]["x-codes"]
    assert "scanner_unavailable" in answers["503"]["x-codes"]


def test_wrong_credentials_are_403_where_nothing_says_how_to_sign_in(describe, settings):
    assert "WWW-Authenticate" in describe().answers("events_list")["401"]["headers"]
    mount(settings, own(authentication_classes=[SessionAuthentication]))
    answers = describe().answers("meetings_list")
    assert "401" not in answers
    assert "not_authenticated" in answers["403"]["x-codes"]


def test_what_everyone_may_read_needs_no_credentials(describe, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "public"}
    operations = describe().operations
    assert {} in operations[OPEN]["security"]
    assert {} not in operations[STORE]["security"]


def test_json_web_tokens_are_a_way_to_sign_in(describe, settings):
    pytest.importorskip("rest_framework_simplejwt", reason="needs the extra jwt")
    from rest_framework_simplejwt.authentication import JWTAuthentication

    mount(settings, own(authentication_classes=[JWTAuthentication]))
    described = describe()
    schemes = described.document["components"]["securitySchemes"]
    assert schemes["jwtAuth"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert described.operations["meetings_list"]["security"] == [{"jwtAuth": []}]


def test_what_a_host_says_comes_first(describe, settings):
    answers = {200: MeetingViewSet.serializer_class, 409: OpenApiResponse(description="Full.")}
    changed = extend_schema(summary="Change", description="Words.", responses=answers)
    mount(settings, extend_schema_view(update=changed)(own()))
    described = describe()
    operation = described.operations["meetings_update"]
    assert (operation["summary"], operation["description"]) == ("Change", "Words.")
    assert operation["responses"]["409"]["description"] == "Full."
    assert operation["responses"].keys() >= {"400", "401", "413"}
    assert described.body("meetings_update", "multipart/form-data")["properties"]["guide_file"]


def test_the_schema_class_of_the_project_is_kept(describe, settings):
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_SCHEMA_CLASS": f"{__name__}.Tagging",
    }
    described = describe()
    assert described.operations[OPEN]["tags"] == ["tagged"]
    assert PDF in described.answers(OPEN)["200"]["content"]


def test_another_description_than_that_of_drf_spectacular_is_left_alone(describe, settings):
    from rest_framework.schemas import openapi

    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_SCHEMA_CLASS": "rest_framework.schemas.openapi.AutoSchema",
    }
    assert type(MeetingViewSet().schema) is openapi.AutoSchema


def test_nothing_of_drf_spectacular_is_loaded_where_it_is_not_installed_as_an_app():
    code = (
        "import sys, django; django.setup(); import django_event_pdfs.urls;"
        "print([name for name in sys.modules if 'spectacular' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_the_last_page_has_no_next(describe, settings, version):
    mount(settings, own(pagination_class=PageNumberPagination))
    page = describe(version).component("PaginatedMeetingList")["properties"]["next"]
    assert page.get("nullable") is (True if version == "3.0.3" else None)
    assert page["type"] == ("string" if version == "3.0.3" else ["string", "null"])


def test_a_viewset_that_does_not_say_its_model_is_described(describe, settings):
    settings.EVENT_PDFS = {}  # And there are several models with documents.

    class Dynamic(MeetingViewSet):
        serializer_class = None

        def get_serializer_class(self):
            return MeetingViewSet.serializer_class

    mount(settings, Dynamic)
    described = describe()
    assert "end_before_start" not in described.answers("meetings_create")["400"]["x-codes"]
    assert described.body("meetings_create", "multipart/form-data")["properties"]["badge_file"]
