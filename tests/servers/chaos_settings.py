"""The settings of the chaos program: rows in the database and files in the folder it is given."""

import json
import os

from tests.servers.settings import *  # noqa: F403

DATABASES = {"default": json.loads(os.environ["EVENT_PDFS_TEST_DATABASE"])}
STORAGES = {
    **STORAGES,  # noqa: F405
    "default": {
        "BACKEND": "tests.servers.deaths.SteppingStorage",
        "OPTIONS": {"location": os.path.join(ROOT, "media")},  # noqa: F405
    },
}
