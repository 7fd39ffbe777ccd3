"""Which serializers share their fields, and which must have their own."""

import pytest
from rest_framework import serializers
from rest_framework.request import Request

from django_event_pdfs import standing_recipes as shared
from django_event_pdfs.serializer_fields import PDFFileField
from django_event_pdfs.serializers import EventDocumentsSerializerMixin, EventSerializer
from django_event_pdfs.standing_recipes import standing_recipe
from tests.conftest import upload
from tests.testapp.models import Meeting, Workshop

pytestmark = pytest.mark.django_db


def a_class(fields=("id", "title", "badge_file", "documents"), bases=(), **attributes):
    meta = type("Meta", (), {"model": Meeting, "fields": fields})
    return type("Host", (*bases, EventDocumentsSerializerMixin), {"Meta": meta, **attributes})


def test_a_class_of_simple_fields_makes_them_once():
    kind = a_class(title=serializers.CharField(), validate_title=lambda self, value: value)
    first = standing_recipe(kind())
    names = [field.field_name for field in first.fields]
    assert names == ["id", "title", "badge_file", "documents"]
    assert standing_recipe(kind()) is first


class Forgetful(dict):
    """Forgets all when it was looked into or written to, as another thread may have it."""

    def __contains__(self, key):
        return self.forgetting(super().__contains__(key))

    def __setitem__(self, key, value):
        self.forgetting(super().__setitem__(key, value))

    def forgetting(self, answer):
        self.clear()
        return answer


@pytest.mark.parametrize("is_known", [True, False])
def test_another_thread_may_forget_them_at_any_moment(monkeypatch, is_known):
    serializer = a_class()()
    assert standing_recipe(serializer)
    monkeypatch.setattr(shared, "_made", Forgetful(shared._made if is_known else {}))
    assert standing_recipe(serializer)


def test_the_bundled_class_makes_them_once():
    assert standing_recipe(EventSerializer()) is standing_recipe(EventSerializer()) is not None


def test_no_field_is_made_for_an_answer(event):
    serializer = EventSerializer(event)
    assert serializer.data["name"] == event.name
    assert "fields" not in vars(serializer)


def test_fields_that_were_looked_at_may_have_been_changed():
    serializer = a_class()()
    assert serializer.fields
    assert standing_recipe(serializer) is None


@pytest.mark.parametrize(
    "name",
    [
        *("__init__", "get_fields", "_readable_fields", "get_field_names", "build_field"),
        *("serializer_field_mapping", "to_representation", "get_extra_kwargs", "anything"),
    ],
)
def test_code_of_a_host_may_choose_fields(name):
    own = getattr(EventDocumentsSerializerMixin, name, None)
    assert standing_recipe(a_class(**{name: own})()) is None


def test_code_of_a_mixin_may_choose_fields():
    class Mixin:
        def get_fields(self):
            return {}

    assert standing_recipe(a_class(bases=(Mixin,))()) is None


@pytest.mark.parametrize(
    "field",
    [
        serializers.SerializerMethodField("get_title"),
        serializers.JSONField(),
        serializers.CharField(source="owner.username"),
        type("Own", (serializers.CharField,), {"get_attribute": lambda self, row: row.title})(),
        type("Own", (PDFFileField,), {"to_representation": lambda self, value: "x"})(),
    ],
    ids=["method", "json", "through a relation", "reads", "represents"],
)
def test_a_field_that_has_to_be_asked_belongs_to_an_answer(field):
    assert standing_recipe(a_class(fields=("title",), title=field)()) is None


def test_relations_belong_to_an_answer():
    assert standing_recipe(a_class(fields=("title", "owner"))()) is None


def test_a_change_of_settings_makes_them_anew(settings):
    kind = a_class()
    first = standing_recipe(kind())
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DATE_FORMAT": "%Y"}
    assert standing_recipe(kind()) is not first


class Elsewhere:
    """Gives a row a property that returns its document."""

    @property
    def programme(self):
        return self.programme_file


@pytest.mark.parametrize("source", ["meeting_ptr.programme_file", "programme"])
def test_a_document_from_elsewhere_is_not_read_without_its_request(rf, monkeypatch, source):
    monkeypatch.setattr(Workshop, "programme", Elsewhere.programme, raising=False)
    document = PDFFileField(source=source, read_only=True)
    meta = type("Meta", (), {"model": Workshop, "fields": ("id", "document")})
    kind = type("Host", (EventDocumentsSerializerMixin,), {"Meta": meta, "document": document})
    assert standing_recipe(kind()) is None
    workshop = Workshop.objects.create(title="W", programme_file=upload())
    anonymous = Request(rf.get("/"))
    assert kind(workshop, context={"request": anonymous}).data["document"] is None
    many = kind([workshop, workshop], many=True, context={"request": anonymous})
    assert [row["document"] for row in many.data] == [None, None]


def test_rows_of_another_model_do_not_share_fields(rf):
    workshop = Workshop.objects.create(title="W", programme_file=upload())
    kind = a_class(("id", "programme_file"))
    shown = kind(workshop, context={"request": Request(rf.get("/"))})
    assert shown.data["programme_file"] is None
    assert "fields" in vars(shown)


def test_classes_made_for_each_request_are_forgotten(monkeypatch):
    monkeypatch.setattr(shared, "_MOST", 5)
    for _ in range(20):
        assert standing_recipe(a_class()())
    assert len(shared._made) <= 5
