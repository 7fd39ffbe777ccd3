"""The settings that go with secure_links/, on top of those of nginx/settings.py."""

import os

from deploy.nginx.settings import *  # noqa: F403

# Django makes links that nginx can check, and still checks those that nginx refuses. While you
# change the secret: [new, old] here, then the new one in secret.conf, and at last [new].
EVENT_PDFS["LINKS"] = {  # noqa: F405
    "BACKEND": "django_event_pdfs.links.NginxSecureLinks",
    "OPTIONS": {"secrets": [os.environ["NGINX_LINK_SECRET"]]},
}
