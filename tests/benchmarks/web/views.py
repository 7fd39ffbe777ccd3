"""What a host writes by hand, and the least that Django can do."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django_sendfile import sendfile
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from tests.benchmarks.hosts.plain.models import Event


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def whole(request: HttpRequest, name: str) -> FileResponse:
    return FileResponse((settings.MEDIA_ROOT / name).open("rb"))


class Programme(GenericAPIView):
    """Delivery by django-sendfile2 to whoever has a token."""

    queryset = Event.objects.all()
    permission_classes = (IsAuthenticated,)

    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        programme = self.get_object().programme_file
        response: HttpResponseBase = sendfile(request, programme.path, mimetype="application/pdf")
        return response
