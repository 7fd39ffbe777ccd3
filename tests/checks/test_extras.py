"""Which extra is named for what is missing."""

import pytest

from django_event_pdfs.checks.extras import install_hint


def missing(module):
    return ModuleNotFoundError(f"No module named {module!r}", name=module)


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("boto3", "s3"),
        ("boto3.session", "s3"),
        ("botocore", "s3"),
        ("azure.storage.blob", "azure"),
        ("google.cloud", "google"),
        ("google", "google"),
        ("paramiko", "sftp"),
    ],
)
def test_a_client_that_is_missing(module, extra):
    assert install_hint(missing(module), None, "") == f'pip install "django-event-pdfs[{extra}]"'


@pytest.mark.parametrize(
    ("backend", "extra"),
    [
        ("storages.backends.s3.S3Storage", "s3"),
        ("storages.backends.s3boto3.S3Boto3Storage", "s3"),
        ("storages.backends.azure_storage.AzureStorage", "azure"),
        ("storages.backends.gcloud.GoogleCloudStorage", "google"),
        ("storages.backends.sftpstorage.SFTPStorage", "sftp"),
    ],
)
def test_django_storages_itself_is_missing(backend, extra):
    hint = install_hint(missing("storages"), backend, "")
    assert hint == f'pip install "django-event-pdfs[{extra}]"'


def test_the_failed_import_is_found_behind_other_errors():
    # As django-storages hides it, with "from" in some of its backends and without in others.
    outer, inner = ValueError("cannot be used"), RuntimeError("no bindings")
    outer.__cause__, inner.__context__ = inner, missing("azure")
    assert "[azure]" in install_hint(outer, None, "")


@pytest.mark.parametrize("backend", [None, 7, "storages.backends.dropbox.DropboxStorage"])
def test_a_module_of_no_extra_is_named(backend):
    assert "'storages'" in install_hint(missing("storages"), backend, "See it.")
    assert "'dropbox'" in install_hint(missing("dropbox"), backend, "See it.")


@pytest.mark.parametrize("error", [ValueError("x"), ImportError("cannot import name")])
def test_another_error_has_another_hint(error):
    assert install_hint(error, "storages.backends.s3.S3Storage", "See it.") == "See it."
