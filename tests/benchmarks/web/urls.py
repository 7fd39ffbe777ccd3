from django.urls import include, path

from tests.benchmarks.web import views

urlpatterns = [
    path("empty/", views.empty),
    path("api/", include("django_event_pdfs.urls")),
    path("media/", include("django_event_pdfs.file_urls")),
    path("by-hand/<uuid:pk>/programme_file/", views.Programme.as_view()),
    path("whole/<path:name>", views.whole),
]
