"""Which extra of this package brings a module that is missing."""

from collections.abc import Iterator

_EXTRAS = {
    "azure": "azure",
    "boto3": "s3",
    "botocore": "s3",
    "s3transfer": "s3",
    "google": "google",
    "paramiko": "sftp",
}

# Where django-storages itself is missing, the name of the backend tells.
_BACKENDS = {"s3": "s3", "azure": "azure", "gcloud": "google", "sftp": "sftp"}


def install_hint(error: BaseException, backend: object, otherwise: str) -> str:
    """Return what to install where ``error`` comes from a module that is missing.

    ``otherwise`` is the hint for every other error.
    """
    missing = next(_missing_modules(error), "")
    extra = _EXTRAS.get(missing)
    if missing == "storages":
        extra = next((extra for part, extra in _BACKENDS.items() if part in str(backend)), None)
    if extra:
        return f'pip install "django-event-pdfs[{extra}]"'
    # The path may be wrong as well as the module absent: nobody can tell them apart.
    return otherwise + (f" Or install the package of {missing!r}." if missing else "")


def _missing_modules(error: BaseException | None) -> Iterator[str]:
    """Yield the top-level module of each failed import behind an error, the innermost first."""
    if error is None:
        return
    yield from _missing_modules(error.__cause__ or error.__context__)
    if isinstance(error, ImportError) and error.name:
        yield error.name.partition(".")[0]
