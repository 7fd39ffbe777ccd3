"""The settings of the test project with another storage, as JSON in the environment."""

import json
import os

from tests.settings import *  # noqa: F403

STORAGES = {
    **STORAGES,  # noqa: F405
    "default": json.loads(os.environ["EVENT_PDFS_TEST_STORAGE"]),
}
