"""The settings of a server, with a second storage to copy to and one that is slow to ask."""

import os

from tests.servers.settings import *  # noqa: F403
from tests.servers.settings import ROOT, STORAGES

STORAGES = {
    **STORAGES,
    "new": {
        "BACKEND": "tests.servers.slow.SlowStorage",
        "OPTIONS": {"location": os.path.join(ROOT, "new")},
    },
    "slow": {
        "BACKEND": "tests.servers.slow.SlowStorage",
        "OPTIONS": {"location": os.path.join(ROOT, "media")},
    },
}

EVENT_PDFS = {
    "EVENT_MODEL": "testapp.Event",
    "STORAGE": os.environ.get("EVENT_PDFS_TEST_ALIAS", "default"),
}
