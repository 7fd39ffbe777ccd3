"""What is told of REST framework's settings."""

import pytest

from django_event_pdfs.checks import rest

OURS = "django_event_pdfs.renderers.ORJSONRenderer"
DRF = "rest_framework.renderers.JSONRenderer"


@pytest.fixture
def renderers(settings):
    def choose(*paths):
        chosen = {"DEFAULT_RENDERER_CLASSES": list(paths)}
        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, **chosen}

    return choose


def test_a_renderer_without_orjson_is_told(renderers, monkeypatch):
    renderers(DRF, OURS)
    monkeypatch.setattr(rest, "orjson", None)
    assert [error.id for error in rest.check_orjson(None)] == ["event_pdfs.W060"]


def test_a_renderer_with_orjson_is_fine(renderers, monkeypatch):
    renderers(OURS)
    monkeypatch.setattr(rest, "orjson", object())
    assert rest.check_orjson(None) == []


def test_without_the_renderer_orjson_is_not_missed(renderers, monkeypatch):
    renderers(DRF)
    monkeypatch.setattr(rest, "orjson", None)
    assert rest.check_orjson(None) == []


@pytest.mark.parametrize("value", [None, 7, [], {}, {"DEFAULT_RENDERER_CLASSES": 7}])
def test_no_setting_makes_it_fail(monkeypatch, value):
    monkeypatch.setattr(rest, "orjson", None)
    monkeypatch.setattr(rest, "settings", type("Settings", (), {"REST_FRAMEWORK": value}))
    assert rest.check_orjson(None) == []
