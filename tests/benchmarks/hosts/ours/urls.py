from django.urls import include, path

urlpatterns = [
    path("api/", include("django_event_pdfs.urls")),
    path("media/", include("django_event_pdfs.file_urls")),
]
