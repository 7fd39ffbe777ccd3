"""``manage.py event_pdfs doctor``."""

import io
import json

import pytest
from django.core.management import call_command


def run(*arguments):
    """Return the exit code and what was printed."""
    out = io.StringIO()
    try:
        call_command("event_pdfs", "doctor", *arguments, stdout=out)
    except SystemExit as error:
        return error.code, out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize(("kind", "code"), [("Renaming", 0), ("Keeping", 1)])
def test_the_diagnoses_are_one_json_document(keep_in, kind, code):
    keep_in(kind)
    returned, printed = run("--quick", "--json")
    document = json.loads(printed)
    assert returned == document["exit_code"] == code
    assert document.keys() == {"diagnoses", "exit_code"}
    for diagnosis in document["diagnoses"]:
        assert diagnosis.keys() == {"id", "status", "subject", "explanation", "cure"}


def test_each_diagnosis_is_a_line_and_what_is_wrong_is_explained(keep_in):
    keep_in("Overwriting")
    code, printed = run()
    assert code == 1
    lines = printed.splitlines()
    at = next(
        number for number, line in enumerate(lines) if line.split()[:2] == ["warning", "names_kept"]
    )
    assert lines[at + 1].startswith(" ")
    assert any("Cure: " in line for line in lines[at + 1 : at + 8])
    assert not any("Traceback" in line for line in lines)


def test_the_address_of_the_site_is_an_option():
    _code, printed = run("--url", "http://127.0.0.1:1/api/events/", "--json")
    [diagnosis] = [d for d in json.loads(printed)["diagnoses"] if d["id"] == "body_limit"]
    assert diagnosis["status"] == "problem"
