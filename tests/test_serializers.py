"""The serializers: a host's own with the mixin, and the bundled one."""

import pytest
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.serializer_fields import PDFFileField
from django_event_pdfs.serializers import EventDocumentsSerializerMixin, EventSerializer
from tests.conftest import upload
from tests.testapp.models import Event, Meeting, Permit, Workshop

START = "2026-12-01T09:00:00Z"

pytestmark = pytest.mark.django_db


class UnreadableGuides(EventDocumentsPermission):
    def can_read(self, request, event, field):
        return field != "guide_file"


class MeetingSerializer(EventDocumentsSerializerMixin, serializers.ModelSerializer):
    class Meta:
        model = Meeting
        fields = "__all__"


class PermitSerializer(EventDocumentsSerializerMixin, serializers.ModelSerializer):
    class Meta:
        model = Permit
        fields = ("id", "permit_file")


def form(**fields):
    data = QueryDict(mutable=True)
    data.update(fields)
    return data


def meta(**options):
    return type("Meta", (), {"model": Meeting, **options})


def fields_of(**options):
    return list(type("S", (MeetingSerializer,), {"Meta": meta(**options)})().fields)


# A host's own serializer


def test_every_pdf_field_becomes_our_file_field():
    fields = MeetingSerializer().fields
    ours = {name for name, field in fields.items() if isinstance(field, PDFFileField)}
    assert ours == {"programme_file", "guide_file", "badge_file"}


def test_our_file_field_is_a_file_field_of_rest():
    assert issubclass(PDFFileField, serializers.FileField)


def test_all_fields_are_the_host_s_and_documents_without_the_facts_columns():
    names = list(MeetingSerializer().fields)
    assert {"id", "title", "hidden", "owner", "badge_file", "documents"} <= set(names)
    assert not [name for name in names if name.endswith("_facts")]


def test_documents_is_left_out_where_the_host_does_not_name_it():
    assert fields_of(fields=("id", "title", "guide_file")) == ["id", "title", "guide_file"]


def test_documents_may_be_shown_alone():
    assert fields_of(fields=("id", "documents")) == ["id", "documents"]


@pytest.mark.parametrize("excluded", [("owner",), ("guide_file_facts",), ("guide_file",)])
def test_exclude_works_as_in_rest(excluded):
    names = fields_of(exclude=excluded)
    assert excluded[0] not in names
    assert not [name for name in names if name.endswith("_facts")]


def test_documents_of_a_child_table_are_found():
    serializer = type("S", (MeetingSerializer,), {"Meta": meta(model=Workshop, fields="__all__")})
    data = serializer(Workshop.objects.create(title="W", exercise_file=upload())).data
    assert set(data["documents"]) == {"programme_file", "guide_file", "badge_file", "exercise_file"}
    assert data["exercise_file"]


def test_a_host_s_own_validator_still_runs():
    def refuse(attrs):
        raise serializers.ValidationError("no", code="host")

    options = meta(fields=("title",), validators=[refuse])
    serializer = type("S", (MeetingSerializer,), {"Meta": options})(data={"title": "T"})
    assert not serializer.is_valid()
    assert serializer.errors["non_field_errors"][0].code == "host"


def test_a_read_only_document_is_shown_and_never_written():
    class Shown(MeetingSerializer):
        class Meta:
            model = Meeting
            fields = ("title", "guide_file")
            read_only_fields = ("guide_file",)

    serializer = Shown(data={"title": "T", "guide_file": 5})
    assert serializer.is_valid()
    assert not serializer.save().guide_file


def test_a_document_may_have_another_name_in_the_api():
    class Renamed(EventDocumentsSerializerMixin, serializers.ModelSerializer):
        handout = PDFFileField(source="guide_file", required=False, allow_null=True)

        class Meta:
            model = Meeting
            fields = ("title", "handout")

    serializer = Renamed(data={"title": "T", "handout": upload("h.pdf")})
    assert serializer.is_valid()
    meeting = serializer.save()
    assert Renamed(meeting).data["handout"] == meeting.guide_file.url
    assert Renamed(meeting, {"handout": meeting.guide_file.url}, partial=True).is_valid()


def test_null_for_a_renamed_document_that_may_not_be_read_keeps_it(participant):
    class Renamed(EventDocumentsSerializerMixin, serializers.ModelSerializer):
        handout = PDFFileField(source="guide_file", required=False, allow_null=True)

        class Meta:
            model = Meeting
            fields = ("handout",)

    meeting = Meeting.objects.create(title="T", guide_file=upload())
    request = Request(APIRequestFactory().get("/"))
    request.user = participant
    view = APIView()
    view.permission_classes = [UnreadableGuides]
    serializer = Renamed(meeting, {"handout": None}, context={"request": request, "view": view})
    assert serializer.is_valid()
    assert serializer.save().guide_file
    assert serializer.data["handout"] is None


def test_a_nested_event_shows_its_documents():
    class Day(serializers.Serializer):
        meeting = MeetingSerializer()

    meeting = Meeting.objects.create(title="M", guide_file=upload())
    data = Day({"meeting": meeting}).data["meeting"]
    assert data["guide_file"] == data["documents"]["guide_file"]["url"] == meeting.guide_file.url


def test_many_events_share_one_context():
    for _ in range(2):
        Meeting.objects.create(title="M", guide_file=upload())
    data = MeetingSerializer(Meeting.objects.all(), many=True).data
    assert all(row["documents"]["guide_file"]["url"] for row in data)


# Required documents


@pytest.mark.parametrize(
    ("data", "code"),
    [({}, "required"), ({"permit_file": None}, "null"), ({"permit_file": ""}, "required")],
)
def test_a_required_document_is_missed_on_post(data, code):
    serializer = PermitSerializer(data=data)
    assert not serializer.is_valid()
    assert serializer.errors["permit_file"][0].code == code


@pytest.mark.parametrize("data", [{"permit_file": None}, form(**{"permit_file-clear": "on"})])
@pytest.mark.parametrize("partial", [True, False])
def test_a_required_document_is_never_cleared(data, partial):
    permit = Permit.objects.create(permit_file=upload())
    serializer = PermitSerializer(permit, data=data, partial=partial)
    assert not serializer.is_valid()
    assert serializer.errors["permit_file"][0].code == "null"


@pytest.mark.parametrize("data", [{}, {"permit_file": ""}, form()])
@pytest.mark.parametrize("partial", [True, False])
def test_a_required_document_may_be_left_out_of_an_update(data, partial):
    permit = Permit.objects.create(permit_file=upload())
    name = permit.permit_file.name
    serializer = PermitSerializer(permit, data=data, partial=partial)
    assert serializer.is_valid()
    assert serializer.save().permit_file.name == name


# Booleans left out of a form


@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_left_out_of_a_form_keeps_its_value(partial, value):
    meeting = Meeting.objects.create(title="M", published=value, hidden=value)
    serializer = MeetingSerializer(meeting, data=form(title="N"), partial=partial)
    assert serializer.is_valid()
    serializer.save()
    meeting.refresh_from_db()
    assert (meeting.title, meeting.published, meeting.hidden) == ("N", value, value)


class UndefaultedSerializer(MeetingSerializer):
    """With booleans that must be sent in JSON, as the columns without a default are."""

    published = serializers.BooleanField()
    hidden = serializers.BooleanField(required=True)


@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_without_a_default_left_out_of_a_form_keeps_its_value(partial, value):
    meeting = Meeting.objects.create(title="M", published=value, hidden=value)
    serializer = UndefaultedSerializer(meeting, data=form(title="N"), partial=partial)
    assert serializer.is_valid(), serializer.errors
    serializer.save()
    meeting.refresh_from_db()
    assert (meeting.title, meeting.published, meeting.hidden) == ("N", value, value)


def test_a_boolean_without_a_default_is_required_of_a_new_form_and_of_json():
    meeting = Meeting.objects.create(title="M")
    for serializer in (
        UndefaultedSerializer(data=form(title="N")),
        UndefaultedSerializer(meeting, data={"title": "N"}),
    ):
        assert not serializer.is_valid()
        assert serializer.errors["published"][0].code == "required"


def test_a_boolean_left_out_of_a_new_form_gets_its_default():
    serializer = MeetingSerializer(data=form(title="N"))
    assert serializer.is_valid()
    meeting = serializer.save()
    assert (meeting.published, meeting.hidden) == (True, False)


def test_a_boolean_left_out_of_a_browser_s_form_is_an_unticked_box():
    meeting = Meeting.objects.create(title="M", published=True)
    data = form(title="N", csrfmiddlewaretoken="x")
    serializer = MeetingSerializer(meeting, data=data)
    assert serializer.is_valid()
    assert serializer.save().published is False


def test_a_boolean_sent_in_a_form_counts():
    meeting = Meeting.objects.create(title="M", published=True)
    serializer = MeetingSerializer(meeting, data=form(title="N", published="false"))
    assert serializer.is_valid()
    assert serializer.save().published is False


# The period


class OwnEventSerializer(EventDocumentsSerializerMixin, serializers.ModelSerializer):
    class Meta:
        model = Event
        fields = "__all__"


@pytest.mark.parametrize("serializer", [EventSerializer, OwnEventSerializer])
def test_an_end_before_the_start_is_an_error_of_the_end(serializer):
    data = {"name": "E", "start_date": START, "end_date": "2026-11-30T09:00:00Z"}
    bound = serializer(data=data)
    assert not bound.is_valid()
    assert bound.errors["end_date"][0].code == "end_before_start"


def test_a_serializer_without_the_dates_says_nothing_of_the_period(event):
    class NameSerializer(OwnEventSerializer):
        class Meta:
            model = Event
            fields = ("name",)

    assert NameSerializer(event, {"name": "N"}).is_valid()


# The bundled serializer


def test_the_bundled_serializer_shows_nothing_else_of_a_host_s_model(settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Meeting"}
    assert list(EventSerializer().fields) == [
        "id",
        "programme_file",
        "guide_file",
        "badge_file",
        "documents",
    ]


def test_an_integer_key_is_never_the_client_s_to_choose(settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Meeting"}
    assert EventSerializer().fields["id"].read_only


def test_a_uuid_is_the_client_s_to_choose_only_when_it_creates(event):
    assert not EventSerializer().fields["id"].read_only
    assert EventSerializer(event).fields["id"].read_only


def test_another_broken_constraint_is_no_conflict(monkeypatch):
    def fail(self, **kwargs):
        raise IntegrityError("a constraint of the host's own")

    monkeypatch.setattr(Event, "save", fail)
    serializer = EventSerializer(data={"name": "E", "start_date": START})
    assert serializer.is_valid()
    with pytest.raises(IntegrityError):
        serializer.save()


def test_the_gate_is_passed_once_per_upload(monkeypatch):
    from django_event_pdfs import inspection

    calls = []
    original = inspection.inspect
    monkeypatch.setattr(
        inspection, "inspect", lambda file, **rest: calls.append(1) or original(file, **rest)
    )
    serializer = EventSerializer(data={"name": "E", "start_date": START, "guide_file": upload()})
    assert serializer.is_valid()
    serializer.save()
    assert len(calls) == 1


def test_an_instance_that_was_saved_is_shown_with_its_new_facts(event):
    serializer = EventSerializer(event, {"guide_file": upload(pages=4)}, partial=True)
    assert serializer.is_valid()
    serializer.save()
    assert serializer.data["documents"]["guide_file"]["pages"] == 4


def test_model_and_serializer_agree_on_the_period(event):
    event.refresh_from_db()
    event.end_date = event.start_date.replace(year=2025)
    with pytest.raises(DjangoValidationError) as caught:
        event.full_clean()
    assert caught.value.error_dict["end_date"][0].code == "end_before_start"
