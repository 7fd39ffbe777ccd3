"""The plan of a response: whatever a host writes, the JSON is what REST framework makes of it."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from rest_framework import serializers

from django_event_pdfs.plans import PlannedListSerializer
from django_event_pdfs.serializer_fields import DocumentsField, PDFFileField
from django_event_pdfs.serializers import EventDocumentsSerializerMixin, EventSerializer
from tests.conftest import upload
from tests.testapp.models import Event, Meeting, ProxyEvent

pytestmark = pytest.mark.django_db


class MeetingSerializer(EventDocumentsSerializerMixin, serializers.ModelSerializer):
    class Meta:
        model = Meeting
        fields = ("id", "title", "published", "updated_at", "owner", "badge_file", "documents")


def a_serializer(base=MeetingSerializer, fields=("title",), **attributes):
    meta = type("Meta", (base.Meta,), {"fields": fields, **attributes.pop("meta", {})})
    return type("HostSerializer", (base,), {"Meta": meta, **attributes})


def as_drf_does(kind, row, **options):
    """Return what REST framework alone makes of the fields of a serializer."""
    serializer = kind(row, **options)
    return serializers.Serializer.to_representation(serializer, row)


def assert_same(kind, row, **options):
    expected = as_drf_does(kind, row, **options)
    assert kind(row, **options).to_representation(row) == expected
    assert kind([row, row], many=True, **options).data == [expected, expected]
    return expected


@pytest.fixture
def meeting(manager):
    return Meeting.objects.create(title="Council", owner=manager, badge_file=upload("Badge.pdf"))


def test_an_event_is_as_rest_framework_represents_it(event):
    event.programme_file = upload("Ordre du jour.pdf", pages=3)
    event.save()
    assert_same(EventSerializer, Event.objects.get())


def test_a_host_s_model_is_as_rest_framework_represents_it(meeting):
    assert_same(MeetingSerializer, Meeting.objects.get())


def test_columns_without_a_value_are_null():
    Meeting.objects.create(title="")
    assert assert_same(MeetingSerializer, Meeting.objects.get())["owner"] is None


def test_a_deferred_column_is_read(meeting):
    row = Meeting.objects.only("pk").get()
    assert MeetingSerializer(row).data["title"] == "Council"
    assert MeetingSerializer(Meeting.objects.only("pk").get()).data["badge_file"]


def test_a_document_whose_facts_are_deferred_is_shown(meeting):
    whole, part = Meeting.objects.get(), Meeting.objects.defer("badge_file_facts").get()
    assert "filename=Badge.pdf" in MeetingSerializer(whole).data["badge_file"]
    assert MeetingSerializer(part).data == MeetingSerializer(whole).data


def test_a_proxy_is_represented(event):
    assert_same(EventSerializer, ProxyEvent.objects.get())


def test_rows_of_two_models_may_be_mixed(event):
    rows = [Event.objects.get(), ProxyEvent.objects.get(), Event.objects.get()]
    first, second, third = EventSerializer(rows, many=True).data
    assert first == second == third


def test_rows_that_are_no_instances_are_represented():
    class Plain(EventDocumentsSerializerMixin):
        class Meta:
            model = Meeting
            fields = ("title",)

    assert Plain({"title": "A dict"}).data == {"title": "A dict"}
    assert Plain([{"title": "A dict"}], many=True).data == [{"title": "A dict"}]


# What a host may write


def test_a_method_field(meeting):
    kind = a_serializer(
        fields=("title", "loud"),
        loud=serializers.SerializerMethodField(),
        get_loud=lambda self, row: row.title.upper(),
    )
    assert assert_same(kind, meeting) == {"title": "Council", "loud": "COUNCIL"}


def test_a_field_of_another_source(meeting):
    kind = a_serializer(fields=("called",), called=serializers.CharField(source="title"))
    assert assert_same(kind, meeting) == {"called": "Council"}


def test_a_source_through_a_relation(meeting):
    kind = a_serializer(fields=("by",), by=serializers.CharField(source="owner.username"))
    assert assert_same(kind, meeting) == {"by": meeting.owner.username}


def test_a_source_through_a_relation_that_is_none():
    field = serializers.CharField(source="owner.username", default="nobody")
    kind = a_serializer(fields=("by",), by=field)
    assert assert_same(kind, Meeting.objects.create(title="M")) == {"by": "nobody"}


def test_a_source_that_is_a_method(meeting):
    kind = a_serializer(fields=("url",), url=serializers.CharField(source="shout"))
    meeting.shout = lambda: "called"
    assert assert_same(kind, meeting) == {"url": "called"}


@pytest.mark.parametrize("name", ["title", "__getattribute__"])
def test_a_class_that_answers_for_its_columns(name, meeting, monkeypatch):
    def answer(self, asked):
        return "answered" if asked == "title" else object.__getattribute__(self, asked)

    row = Meeting.objects.get()
    own = {"title": property(lambda self: "answered"), "__getattribute__": answer}
    with monkeypatch.context() as patch:
        patch.setattr(Meeting, name, own[name])
        assert assert_same(a_serializer(), row) == {"title": "answered"}


def test_a_source_that_is_missing_is_left_out(meeting):
    kind = a_serializer(
        fields=("title", "gone"), gone=serializers.CharField(source="nothing", required=False)
    )
    assert assert_same(kind, meeting) == {"title": "Council"}


def test_a_source_that_is_missing_and_required_raises(meeting):
    kind = a_serializer(fields=("gone",), gone=serializers.CharField(source="nothing"))
    with pytest.raises(AttributeError, match="Got AttributeError when attempting to get a value"):
        _ = kind(meeting).data


def test_a_nested_serializer(meeting):
    class Owner(serializers.Serializer):
        username = serializers.CharField()

    kind = a_serializer(fields=("owner",), owner=Owner())
    assert assert_same(kind, meeting) == {"owner": {"username": meeting.owner.username}}


def test_a_serializer_of_ours_that_is_nested(meeting):
    class Agenda(serializers.Serializer):
        meetings = MeetingSerializer(many=True)
        first = MeetingSerializer()

    data = Agenda({"meetings": Meeting.objects.all(), "first": meeting}).data
    expected = as_drf_does(MeetingSerializer, Meeting.objects.get())
    assert data == {"meetings": [expected], "first": expected}


def test_a_field_of_its_own_class(meeting):
    class Loud(serializers.CharField):
        def to_representation(self, value):
            return value.upper()

    assert assert_same(a_serializer(title=Loud()), meeting) == {"title": "COUNCIL"}


def test_a_field_that_reads_in_its_own_way(meeting):
    class Read(serializers.CharField):
        def get_attribute(self, instance):
            return f"{instance.title}!"

    assert assert_same(a_serializer(title=Read()), meeting) == {"title": "Council!"}


@pytest.mark.parametrize("name", ["to_representation", "get_attribute"])
def test_a_field_that_an_instance_changed(meeting, name):
    class Changed(MeetingSerializer):
        class Meta(MeetingSerializer.Meta):
            fields = ("title",)

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            setattr(self.fields["title"], name, lambda value: "changed")

    assert assert_same(Changed, meeting) == {"title": "changed"}


def test_a_document_field_of_its_own_class(meeting):
    class Short(PDFFileField):
        def to_representation(self, value):
            return value.name.rpartition("/")[2]

    kind = a_serializer(fields=("badge_file",), badge_file=Short())
    assert assert_same(kind, meeting)["badge_file"].startswith("badge_")


def test_documents_of_its_own_class(meeting):
    class Count(DocumentsField):
        def to_representation(self, value):
            return len(super().to_representation(value))

    assert assert_same(a_serializer(fields=("documents",), documents=Count()), meeting) == {
        "documents": 3
    }


def test_a_document_by_another_name(meeting):
    kind = a_serializer(fields=("pass",), **{"pass": PDFFileField(source="badge_file")})
    assert assert_same(kind, meeting)["pass"] == meeting.badge_file.url


def test_fields_removed_when_it_is_made(meeting):
    class Sparse(MeetingSerializer):
        def __init__(self, *args, only, **kwargs):
            super().__init__(*args, **kwargs)
            for name in set(self.fields) - set(only):
                self.fields.pop(name)

    assert assert_same(Sparse, meeting, only=["title"]) == {"title": "Council"}
    assert set(assert_same(Sparse, meeting, only=["id", "documents"])) == {"id", "documents"}


def test_fields_that_change_from_row_to_row(meeting):
    class Nested(MeetingSerializer):
        def to_representation(self, instance):
            self.fields["title"] = serializers.CharField(source="pk")
            return super().to_representation(instance)

    assert Nested(meeting).data["title"] == str(meeting.pk)
    shown = Nested(Meeting.objects.all(), many=True).data
    assert [row["title"] for row in shown] == [str(meeting.pk)]


def test_fields_of_a_view_that_changes_its_serializer(meeting):
    serializer = MeetingSerializer(meeting)
    del serializer.fields["title"]
    assert "title" not in serializer.data


def test_a_get_fields_that_depends_on_the_context(meeting):
    class ByContext(MeetingSerializer):
        def get_fields(self):
            return {k: f for k, f in super().get_fields().items() if k in self.context["only"]}

    for only in (["id"], ["title"]):
        assert list(assert_same(ByContext, meeting, context={"only": only})) == only


@pytest.mark.parametrize("many", [False, True])
def test_a_representation_of_its_own_that_calls_ours(meeting, many):
    class Extended(MeetingSerializer):
        def to_representation(self, instance):
            return {**super().to_representation(instance), "extra": instance.pk}

    data = Extended([meeting] if many else meeting, many=many).data
    assert (data[0] if many else data)["extra"] == meeting.pk


def test_a_mixin_after_ours_is_passed_through(meeting):
    class Marking(serializers.Serializer):
        def to_representation(self, instance):
            return {**super().to_representation(instance), "marked": True}

    class Marked(EventDocumentsSerializerMixin, Marking, serializers.ModelSerializer):
        class Meta:
            model = Meeting
            fields = ("title",)

    assert Marked(meeting).data == {"title": "Council", "marked": True}
    assert Marked([meeting], many=True).data == [{"title": "Council", "marked": True}]


def test_a_list_serializer_of_its_own(meeting):
    class Numbered(serializers.ListSerializer):
        def to_representation(self, data):
            return list(enumerate(super().to_representation(data)))

    kind = a_serializer(meta={"list_serializer_class": Numbered})
    serializer = kind([meeting], many=True)
    assert type(serializer) is Numbered
    assert serializer.data == [(0, {"title": "Council"})]


def test_a_list_keeps_its_options(meeting):
    serializer = MeetingSerializer([meeting], many=True, allow_empty=False, max_length=3)
    assert type(serializer) is PlannedListSerializer
    assert (serializer.allow_empty, serializer.max_length) == (False, 3)


def test_a_manager_is_listed(meeting):
    assert len(MeetingSerializer(Meeting.objects, many=True).data) == 1


def test_a_meta_that_changes_shows_what_it_says_now(meeting):
    kind = a_serializer(fields=["title"])
    assert list(kind(meeting).data) == ["title"]
    kind.Meta.fields.append("id")
    assert list(kind(meeting).data) == ["title", "id"]


# What may change between two rows


def test_a_time_zone_that_changes_is_followed(full):
    event = Event.objects.get()
    serializer = EventSerializer(event)
    shown = []
    for zone in ("Asia/Tokyo", "America/Lima", "UTC"):
        with timezone.override(zone):
            shown.append(serializer.to_representation(event)["start_date"][-6:])
            assert serializer.to_representation(event) == as_drf_does(EventSerializer, event)
    assert shown == ["+09:00", "-05:00", "00:00Z"]


def test_a_setting_that_changes_is_followed(event, settings):
    event = Event.objects.get()
    shown = [EventSerializer(event).data["start_date"]]
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DATETIME_FORMAT": "%Y"}
    shown.append(EventSerializer(event).data["start_date"])
    assert shown == ["2026-12-01T09:00:00Z", "2026"]


def test_an_unsaved_event_is_represented():
    event = Event(name="New", start_date=datetime(2026, 12, 1, tzinfo=UTC))
    assert_same(EventSerializer, event)


def test_an_upload_that_is_not_stored_yet_has_no_link():
    event = Event(name="New", start_date=datetime(2026, 12, 1, tzinfo=UTC), guide_file=upload())
    assert assert_same(EventSerializer, event)["guide_file"] is None
