"""The URLs that object stores sign, for which Django's storages have no words of their own.

The storage classes of django-storages are known by their module, which is loaded where one of them
is in use. A subclass that makes its URLs in a way of its own is not judged here.
"""

import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.core.files.storage import FileSystemStorage, Storage
from django.utils.encoding import filepath_to_uri

from django_event_pdfs.disposition import content_disposition
from django_event_pdfs.object_stores import s3_key


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a store answers a signed URL, where it can be told: file name, and ``Cache-Control``.

    An empty text leaves the header as the store has it.
    """

    filename: str = ""
    download: bool = False
    cache_control: str = ""

    @property
    def disposition(self) -> str:
        return content_disposition(self.filename, download=self.download) if self.filename else ""

    def headers(self, disposition: str, content_type: str, cache_control: str) -> dict[str, str]:
        """Return the headers under the names that a store has for them."""
        headers = {disposition: self.disposition, cache_control: self.cache_control}
        return {content_type: "application/pdf"} | {k: v for k, v in headers.items() if v}


class URLSigner(ABC):
    """Signs URLs of one storage. No method asks the network unless its docstring says so."""

    def __init__(self, storage: Any) -> None:
        self.storage = storage

    @property
    @abstractmethod
    def signs(self) -> bool:
        """Whether the storage is set up for URLs that are signed and end."""

    @property
    @abstractmethod
    def lifetime(self) -> int:
        """Seconds that the storage's own URLs live."""

    @abstractmethod
    def sign(self, name: str, presentation: Presentation, max_age: int) -> str:
        """Return a URL that opens ``name`` for ``max_age`` seconds."""


class _S3(URLSigner):
    @property
    def signs(self) -> bool:
        return bool(self.storage.querystring_auth)

    @property
    def lifetime(self) -> int:
        return int(self.storage.querystring_expire)

    def sign(self, name: str, presentation: Presentation, max_age: int) -> str:
        parameters = presentation.headers(
            "ResponseContentDisposition", "ResponseContentType", "ResponseCacheControl"
        )
        return str(self.storage.url(name, parameters=parameters, expire=max_age))


class _CloudFront(_S3):
    """CloudFront before S3: ``custom_domain`` with a key. The storage encodes parameters for S3."""

    @property
    def signs(self) -> bool:
        return super().signs and self.storage.cloudfront_signer is not None

    def sign(self, name: str, presentation: Presentation, max_age: int) -> str:
        storage = self.storage
        address = f"{storage.custom_domain}/{filepath_to_uri(s3_key(storage, name))}"
        # A parameter of S3, which a distribution hands on where it is told to. None for caches:
        # how long the edge keeps a file is the distribution's.
        disposition = presentation.disposition
        parameters = {"response-content-disposition": disposition} if disposition else {}
        query = urlencode(parameters, quote_via=quote)
        url = f"{storage.url_protocol}//{address}{query and f'?{query}'}"
        ends = datetime.now(UTC) + timedelta(seconds=max_age)
        return str(storage.cloudfront_signer.generate_presigned_url(url, date_less_than=ends))


class _Google(URLSigner):
    """Google Cloud Storage. With ``iam_sign_blob`` each signature is a request to Google."""

    @property
    def signs(self) -> bool:
        acl = self.storage.object_parameters.get("acl", self.storage.default_acl)
        return bool(self.storage.querystring_auth) and acl != "publicRead"

    @property
    def lifetime(self) -> int:
        expiration = self.storage.expiration
        if isinstance(expiration, datetime):
            expiration = expiration - datetime.now(expiration.tzinfo)
        return int(expiration.total_seconds() if hasattr(expiration, "seconds") else expiration)

    def sign(self, name: str, presentation: Presentation, max_age: int) -> str:
        headers = presentation.headers("response_disposition", "response_type", "cache")
        cache_control = headers.pop("cache", "")
        further = {"response-cache-control": cache_control} if cache_control else {}
        ends = {"expiration": timedelta(seconds=max_age), "query_parameters": further}
        return str(self.storage.url(name, parameters={**headers, **ends}))


class _Azure(URLSigner):
    """Azure Blob Storage. With ``token_credential`` a key is fetched now and then, for a week."""

    @property
    def signs(self) -> bool:
        can = self.storage.account_key or self.storage.token_credential
        return bool(self.storage.expiration_secs and can)

    @property
    def lifetime(self) -> int:
        return int(self.storage.expiration_secs)

    def sign(self, name: str, presentation: Presentation, max_age: int) -> str:
        parameters = presentation.headers("content_disposition", "content_type", "cache_control")
        return str(self.storage.url(name, expire=max_age, parameters=parameters))


_KNOWN = (
    ("storages.backends.s3", "S3Storage", _S3),
    ("storages.backends.gcloud", "GoogleCloudStorage", _Google),
    ("storages.backends.azure_storage", "AzureStorage", _Azure),
)


def url_signer(storage: Storage) -> URLSigner | None:
    """Return what signs URLs of a storage; None where it signs none, or in a way of its own."""
    signer = _signer_of_kind(storage)
    return signer if signer and signer.signs else None


def has_open_urls(storage: Storage) -> bool:
    """Return whether its URLs are known to carry no signature: who has one needs nothing else."""
    if isinstance(storage, FileSystemStorage):
        return type(storage).url is FileSystemStorage.url
    signer = _signer_of_kind(storage)
    return signer is not None and not signer.signs


def asks_to_sign(storage: Storage) -> bool:
    """Return whether each signature of a storage is a request over the network."""
    signer = url_signer(storage)
    return isinstance(signer, _Google) and bool(signer.storage.iam_sign_blob)


def _signer_of_kind(storage: Storage) -> URLSigner | None:
    for module, name, signer in _KNOWN:
        known = getattr(sys.modules.get(module), name, None)
        if known and isinstance(storage, known) and type(storage).url is known.url:
            through_cdn = signer is _S3 and getattr(storage, "custom_domain", None)
            return (_CloudFront if through_cdn else signer)(storage)
    return None
