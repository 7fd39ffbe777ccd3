"""The URLs of the test project, mounted as architecture.md draws them."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("django_event_pdfs.urls")),
    path("media/", include("django_event_pdfs.file_urls")),
]
