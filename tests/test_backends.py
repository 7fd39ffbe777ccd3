import pytest

from django_event_pdfs.backends import load_backend
from django_event_pdfs.delivery import RedirectDelivery
from django_event_pdfs.links import SignedLinks


@pytest.mark.parametrize(("key", "kind"), [("LINKS", SignedLinks), ("DELIVERY", RedirectDelivery)])
def test_a_backend_is_made_once(key, kind):
    assert type(load_backend(key)) is kind
    assert load_backend(key) is load_backend(key)


def test_a_backend_is_made_anew_when_the_settings_change(settings):
    before = load_backend("LINKS")
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "LINKS": {"OPTIONS": {"max_age": 60}}}
    assert load_backend("LINKS") is not before
    assert load_backend("LINKS").max_age == 60


def test_a_backend_gets_its_options(settings):
    options = {"frame_ancestors": ["https://app.example"]}
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "DELIVERY": {"OPTIONS": options}}
    assert load_backend("DELIVERY").frame_ancestors == ["https://app.example"]
