"""The curl script makes every call, and stops at the first answer that it did not expect."""

import os
import re
import shutil
import subprocess

from tests.servers.example import PROJECT, Example
from tests.servers.serving import need

CALLS = {
    *("200 a token", "200 list events", "201 an event with two documents (multipart)"),
    *("206 the rest of a broken download", "404 the link of the replaced"),
    *(
        "200 PATCH: null clears",
        "201 PUT: the file is the body",
        "412 PUT: someone else was first",
        "413 too large",
    ),
    *("400 the same in French", "403 who may only read", "204 the event and its files"),
}


def test_every_call_of_the_script_is_answered_as_it_says(example: Example) -> None:
    for command in ("bash", "curl", "python3"):
        need(shutil.which(command), command)
    script = [str(PROJECT / "clients" / "curl.sh"), example.origin]
    environment = {**os.environ, "no_proxy": "*"}
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = re.sub(r"(\d{3})  ", r"\1 ", done.stdout)
    assert [call for call in CALLS if call not in printed] == []
    assert "Le fichier n’est pas un PDF" in printed
