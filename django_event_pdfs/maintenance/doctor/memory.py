"""How much of a document is in memory at once while an object store takes it.

The storages of django-storages hand a file to the client of their store, and what that reads at
once is said by their options.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import Diagnosis, Outcome, diagnose, warning

MEBIBYTE = 1024 * 1024
PIECE = 8 * MEBIBYTE  # A part of S3; what Google's client sends at once, whatever the options.
TOLERATED = 2 * PIECE  # A default set-up with the default MAX_SIZE has nothing to mend.
S3_PARTS = 12  # that boto3 holds where it has threads: ten to be sent, and those read meanwhile
AZURE_PIECE = 64 * MEBIBYTE  # where no option says otherwise

_Held = Callable[[Any, int], int]  # Of a storage and a size: the bytes that are held at once.


def examine(case: Case) -> list[Diagnosis]:
    """Examine a storage whose options are known; say nothing of any other."""
    for module, name, held, cure in _KNOWN:
        known = getattr(sys.modules.get(module), name, None)
        if known and isinstance(case.storage, known):
            return [diagnose("memory", name, partial(_judge, case, held, cure))]
    return []


def _judge(case: Case, held: _Held, cure: str) -> Outcome | None:
    size = held(case.storage, case.largest)
    if size <= TOLERATED:
        return None
    explanation = (
        f"While a document of {case.largest / MEBIBYTE:,.1f} MiB, the largest allowed, is stored, "
        f"{size / MEBIBYTE:,.1f} MiB of it are in memory, for each at that moment."
    )
    return warning(explanation, cure)


def _s3(storage: Any, size: int) -> int:
    config = storage.transfer_config
    if size < config.multipart_threshold:
        return 0  # It is read as it is sent.
    parts = S3_PARTS if config.use_threads else 1
    return min(size, parts * int(config.multipart_chunksize))


def _google(storage: Any, size: int) -> int:
    return size if size <= PIECE else min(size, int(storage.blob_chunk_size or size))


def _azure(storage: Any, size: int) -> int:
    # A connection string keeps the storage from heeding them.
    options = {} if storage.connection_string else storage.client_options
    if size <= options.get("max_single_put_size", AZURE_PIECE):
        return size
    block = int(options.get("max_block_size", PIECE // 2))
    return min(size, int(storage.upload_max_conn) * block)


_KNOWN: tuple[tuple[str, str, _Held, str], ...] = (
    (
        "storages.backends.s3",
        "S3Storage",
        _s3,
        'Give the storage the option "transfer_config": '
        "boto3.s3.transfer.TransferConfig(multipart_threshold=5 * 1024**3).",
    ),
    (
        "storages.backends.gcloud",
        "GoogleCloudStorage",
        _google,
        'Give the storage the option "blob_chunk_size": 1024 * 1024.',
    ),
    (
        "storages.backends.azure_storage",
        "AzureStorage",
        _azure,
        'Give the storage the option "client_options": {"max_single_put_size": 1024 * 1024, '
        '"max_block_size": 1024 * 1024}. With a connection string it has no effect: give '
        '"account_name" and "account_key" instead.',
    ),
)
