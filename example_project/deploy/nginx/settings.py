"""The settings that go with events.conf, on top of those of the project."""

from example.settings import *  # noqa: F403

DEBUG = False
ALLOWED_HOSTS = ["events.example.org"]
CSRF_TRUSTED_ORIGINS = ["https://events.example.org"]

# nginx ends TLS and says so in this header, which it takes from no client.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# nginx hands on the Host of the client. True where a proxy before it says the host in
# X-Forwarded-Host; nginx then has to let that header through.
USE_X_FORWARDED_HOST = False
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = 60 * 60 * 24  # Longer once all works: browsers hold you to it.

MEDIA_ROOT = "/srv/events/media/"
STATIC_ROOT = "/srv/events/static/"
# On the file system of MEDIA_ROOT: an upload is then renamed into place and not copied.
FILE_UPLOAD_TEMP_DIR = "/srv/events/uploads/"

# A connection of PostgreSQL for each thread of gunicorn, kept and looked after.
DATABASES["default"]["CONN_MAX_AGE"] = 60  # noqa: F405
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # noqa: F405

EVENT_PDFS = {
    "DELIVERY": {
        "BACKEND": "django_event_pdfs.delivery.NginxDelivery",
        "OPTIONS": {"location": "/_event_pdfs/"},
    },
}
