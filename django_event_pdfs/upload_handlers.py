"""The upload handler of our views: it judges what it can while an upload is on its way."""

import hashlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.temp import NamedTemporaryFile
from django.core.files.uploadedfile import (
    InMemoryUploadedFile,
    TemporaryUploadedFile,
    UploadedFile,
)
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    StopFutureHandlers,
    TemporaryFileUploadHandler,
)
from django.db.models import Model
from django.http import HttpRequest

from django_event_pdfs.exceptions import StorageUnavailable
from django_event_pdfs.fields import PDFField
from django_event_pdfs.inspection import note_sha256
from django_event_pdfs.pdf import HEAD_SIZE, refuse_head
from django_event_pdfs.refusals import note_sender, report
from django_event_pdfs.storage import document_storage, upload_folder
from django_event_pdfs.validators import check_declaration, check_name, refusal

MEBIBYTE = 1024 * 1024


class UploadRefused(ValidationError):
    """An upload was cut off. An exception, for Django's ``StopUpload`` would pass for no file."""

    def __init__(self, error: ValidationError, field: PDFField, filename: str) -> None:
        super().__init__({field.name: error})
        self.reason, self.field, self.filename = error, field, filename

    def report(self, user: Any, event: Model | None) -> None:
        """Log and signal it, as other refusals are."""
        upload: File[Any] = File(None, self.filename)
        note_sender(upload, user)
        report(self.reason, upload, self.filename, self.field, event)


class PDFUploadHandler(FileUploadHandler):
    """Keeps small uploads in memory and large ones on disk, as Django's own two handlers do.

    A document is cut off at its first bytes where they are no PDF's, and where it exceeds its
    limit. Of what goes to disk the SHA-256 is computed on the way. ``fields`` are the documents by
    the name under which they are sent, None for the body of a raw request. Uploads under any other
    name are only kept; so are all where a project names the class in ``FILE_UPLOAD_HANDLERS``.
    """

    # Larger than Django's own: what a chunk costs makes room for what its hash costs. Beyond this,
    # the copies that Django's parser makes of each are given new pages of memory every time.
    chunk_size = 256 * 1024

    def __init__(
        self,
        request: HttpRequest,
        fields: Mapping[str | None, PDFField] | None = None,
        *,
        memory: bool = True,
    ) -> None:
        super().__init__(request)
        self.fields = fields or {}
        self._memory = self._fits = memory
        self._upload: UploadedFile[Any] | None = None

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803, Django's name
        content_length: int | None,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        length = float("inf") if content_length is None else content_length
        self._fits = self._memory and length <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE

    def new_file(self, field_name: Any, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, *args, **kwargs)
        self.discard()
        self._field = self.fields.get(field_name)
        self._head, self._size, self._sha256 = b"", 0, hashlib.sha256()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._upload is None:
            self._upload = self._open()
        self._size += len(raw_data)
        if self._field:
            self._judge(raw_data)
        self._write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        upload, self._upload = self._upload or self._in_memory(), None
        upload.size = file_size
        upload.seek(0)
        if isinstance(upload, TemporaryUploadedFile):
            note_sha256(upload, self._sha256.hexdigest())
        return upload

    def upload_interrupted(self) -> None:
        self.discard()

    def discard(self) -> None:
        """Leave nothing of an upload that did not come to its end."""
        if self._upload is not None:
            self._upload.close()
            self._upload = None

    def _judge(self, chunk: bytes) -> None:
        if self._field and self._size > self._field.gate.limit:
            self._refuse(self._field.gate.too_large())
        missing = HEAD_SIZE - len(self._head)
        if missing > 0:
            self._head += chunk[:missing]
            # The head of a smaller file is judged with the rest of it.
            if len(self._head) == HEAD_SIZE and (code := refuse_head(self._head)):
                self._refuse(self._declared_wrongly() or refusal(code))

    def _declared_wrongly(self) -> ValidationError | None:
        """Return what the gate would say before it looks at the bytes."""
        try:
            if self.field_name is None:  # The parser of raw bodies has judged their type.
                check_name(self.file_name)
            else:
                check_declaration(self, self.file_name)
        except ValidationError as error:
            return error
        return None

    def _refuse(self, error: ValidationError) -> NoReturn:
        self.discard()
        if self._field is None:
            raise error
        raise UploadRefused(error, self._field, self.file_name or "") from None

    def _write(self, chunk: bytes) -> None:
        if self._upload is None:
            return
        try:
            self._upload.write(chunk)
        except OSError as error:  # The disk is full, say.
            self.discard()
            raise StorageUnavailable(f"{type(error).__name__}: {error}") from error
        if isinstance(self._upload, TemporaryUploadedFile):
            self._sha256.update(chunk)

    def _open(self) -> "UploadedFile[Any]":
        if self._fits:
            return self._in_memory()
        try:
            return _WaitingUpload(
                self.file_name or "", self.content_type, self.charset, self.content_type_extra
            )
        except OSError as error:
            raise StorageUnavailable(f"{type(error).__name__}: {error}") from error

    def _in_memory(self) -> "UploadedFile[Any]":
        return InMemoryUploadedFile(
            BytesIO(),
            self.field_name,
            self.file_name,
            self.content_type,
            0,
            self.charset,
            self.content_type_extra,
        )


class _WaitingUpload(TemporaryUploadedFile):
    """An upload on disk, in a place from which storing it is a rename."""

    def __init__(self, name: str, content_type: Any, charset: Any, extra: Any) -> None:
        file = NamedTemporaryFile(suffix=".upload.pdf", dir=upload_folder(document_storage()))
        try:
            UploadedFile.__init__(self, file, name, content_type, 0, charset, extra)
        except BaseException:
            file.close()
            raise


_REPLACED = (MemoryFileUploadHandler, TemporaryFileUploadHandler, PDFUploadHandler)


def install(request: HttpRequest, fields: Mapping[str | None, PDFField]) -> None:
    """Have our handler stand in for Django's two; handlers of the host's own go before it.

    Where the body was parsed already, by a middleware of the host, nothing is left to guard.
    """
    if hasattr(request, "_files"):
        return
    handlers = request.upload_handlers
    memory = any(type(h) in (MemoryFileUploadHandler, PDFUploadHandler) for h in handlers)
    others = [h for h in handlers if type(h) not in _REPLACED]
    request.upload_handlers = [*others, PDFUploadHandler(request, fields, memory=memory)]


def discard_unfinished(request: HttpRequest) -> None:
    """Leave nothing on disk of an upload that failed half way."""
    for handler in request.upload_handlers:
        if isinstance(handler, PDFUploadHandler):
            handler.discard()
