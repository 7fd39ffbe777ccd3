"""Where everything is mounted."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from events.views import StartPage
from example.tokens import ObtainToken, RefreshToken

urlpatterns = [
    path("", StartPage.as_view(), name="start"),
    path("admin/", admin.site.urls),
    path("api/", include("django_event_pdfs.urls")),
    path("api/token/", ObtainToken.as_view(), name="token"),
    path("api/token/refresh/", RefreshToken.as_view(), name="token-refresh"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("media/", include("django_event_pdfs.file_urls")),
]
