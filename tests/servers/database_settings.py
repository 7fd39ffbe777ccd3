"""The settings of the test project, on the database that the environment names."""

import json
import os

from tests.settings import *  # noqa: F403

DATABASES = {"default": json.loads(os.environ["EVENT_PDFS_TEST_DATABASE"])}
