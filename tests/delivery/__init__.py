import pytest

pytest.register_assert_rewrite(
    "django_event_pdfs.testing.answers",
    "django_event_pdfs.testing.conditions",
    "django_event_pdfs.testing.deliveries",
)
