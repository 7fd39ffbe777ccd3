"""The documentation tells the truth: its tables are compared with the code."""

import ast
import inspect
import re
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.dispatch import Signal
from rest_framework import exceptions, status

import django_event_pdfs
from django_event_pdfs import changes, pdf, signals
from django_event_pdfs.conf import MEBIBYTE, Conf, conf
from django_event_pdfs.delivery import (
    ApacheDelivery,
    NginxDelivery,
    RedirectDelivery,
    StreamDelivery,
)
from django_event_pdfs.errors import as_api_exception
from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.fields import PDFField
from django_event_pdfs.link_problems import PROBLEMS
from django_event_pdfs.links import NginxSecureLinks, SignedLinks, StorageLinks
from django_event_pdfs.maintenance import (
    copying,
    describe,
    doctor,
    orphans,
    sweep,
    transfer,
    verify,
)
from django_event_pdfs.maintenance.doctor import (
    body_limit,
    disk,
    examination,
    scanner,
    storage,
    stored_files,
    upload_folder,
    web,
)
from django_event_pdfs.management.commands.event_pdfs import SUBCOMMANDS, Command
from django_event_pdfs.pdf import (
    ACTIVE_CONTENT,
    Bounds,
    Facts,
    Findings,
    Inspection,
    Refusal,
)
from django_event_pdfs.pdf.inspector import PLAIN_SIZE
from django_event_pdfs.pdf.messages import Limits
from django_event_pdfs.pdf.worker import _QPDF_LIMITS
from django_event_pdfs.scanning.clamav import ClamAVScanner
from django_event_pdfs.serializer_fields import PDFFileField
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.validators import KINDS, MESSAGES, NEVER_ALLOWED
from tests.pages import DOCS, OPERATE, PAGES, README, ROOT, blocks, read, rows, section

SETTINGS = {name.upper() for name, value in vars(Conf).items() if isinstance(value, property)}


def attributes(page: str, heading: str) -> list[str]:
    return [row[0] for row in rows(section(DOCS / "reference" / page, heading))]


def defaults_of(function: Callable[..., Any]) -> dict[str, Any]:
    return {name: p.default for name, p in inspect.signature(function).parameters.items()}


# Settings


def documented_settings() -> dict[str, str]:
    return {row[0]: row[1] for row in rows(section(DOCS / "reference" / "settings.md", "Settings"))}


def test_every_setting_is_documented():
    assert documented_settings().keys() == SETTINGS


@pytest.mark.parametrize("key", sorted(SETTINGS))
def test_a_setting_has_the_documented_default(key, settings):
    del settings.EVENT_PDFS
    assert getattr(conf, key.lower()) == ast.literal_eval(_product(documented_settings()[key]))


@pytest.mark.parametrize("key", sorted(SETTINGS))
def test_a_setting_is_read_under_its_documented_name(key, settings):
    settings.EVENT_PDFS = {key: {"BACKEND": "elsewhere"}}
    assert getattr(conf, key.lower())["BACKEND"] == "elsewhere"


def test_the_storage_defaults_to_event_pdfs_where_there_is_one(settings):
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": settings.STORAGES["default"]}
    assert conf.storage == "event_pdfs"


@pytest.mark.parametrize(
    ("heading", "backend"),
    [
        ("Options of `LINKS`", SignedLinks),
        ("`RedirectDelivery`", RedirectDelivery),
        ("`NginxSecureLinks`", NginxSecureLinks),
        ("`StorageLinks`", StorageLinks),
        ("`StreamDelivery` and `ApacheDelivery`", StreamDelivery),
        ("`StreamDelivery` and `ApacheDelivery`", ApacheDelivery),
        ("`NginxDelivery`", NginxDelivery),
        ("Options of `SCANNER`", ClamAVScanner),
    ],
)
def test_every_option_of_a_backend_is_documented(heading, backend):
    table = rows(section(DOCS / "reference" / "settings.md", heading))
    options = {option for row in table for option in re.split("`?, `?", row[0])}
    assert options == inspect.signature(backend).parameters.keys()


@pytest.mark.parametrize(
    ("heading", "defaults"),
    [
        ("`INSPECTION`", conf.inspection),
        ("Options of `SCANNER`", defaults_of(ClamAVScanner)),
    ],
)
def test_every_key_has_its_documented_default(heading, defaults):
    found = rows(section(DOCS / "reference" / "settings.md", heading))
    assert {row[0]: ast.literal_eval(row[1]) for row in found} == defaults


def _product(expression: str) -> str:
    """Multiply out ``10 * 1024 * 1024``, which ``literal_eval`` does not."""
    factors = expression.split(" * ")
    result = 1
    for factor in factors:
        result *= int(factor) if len(factors) > 1 else 1
    return str(result) if len(factors) > 1 else expression


def test_the_fixed_limits_are_documented():
    text = section(DOCS / "reference" / "settings.md", "Limits of the parser")
    limits = [re.split(r" \| ", line)[1] for line in text.splitlines() if line.startswith("| ")]
    assert limits[1:] == [
        f"{Limits().strict} s",
        f"{Limits().recovery} s",
        f"{Limits().wall:g} s",
        f"{Limits().memory // MEBIBYTE} MiB",
        f"{_QPDF_LIMITS['flate_max_memory'] // MEBIBYTE} MiB",
        f"{_QPDF_LIMITS['max_stream_filters']}",
        f"{_QPDF_LIMITS['parser_max_container_size']:,}",
    ]


def test_how_large_a_file_is_parsed_in_the_process_is_documented():
    for page in ("explanation/gate.md", "reference/inspection.md"):
        assert f"{PLAIN_SIZE // 1024} KiB" in read(DOCS / page)


# Errors and checks


def documented_errors(of_drf: bool) -> dict[str, set[int]]:
    ours, _, others = read(DOCS / "reference" / "errors.md").partition("# A field of an event")
    theirs = others.partition("# Codes of Django REST")[2]
    found: dict[str, set[int]] = defaultdict(set)
    for code, code_status, *_rest in rows(theirs if of_drf else ours):
        found[code].add(int(code_status))
    return found


def errors_in_the_code() -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for code in (*MESSAGES, *PDFFileField.default_error_messages, "required"):
        error = as_api_exception(exceptions.ValidationError("", code=code))
        found[code].add(error.status_code)
    for code, (code_status, _message) in PROBLEMS.items():
        found[code].add(code_status)
    for tree in syntax_trees():
        for code, code_status in (*coded_exceptions(tree), *exception_classes(tree)):
            found[code].add(code_status)
    return found


def coded_exceptions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield code and status of every ``NotFound(..., code="...")`` and the like."""
    statuses = {"NotFound": 404, "ParseError": 400, "ValidationError": 400}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            codes = [k.value for k in node.keywords if k.arg == "code"]
            yield from ((c.value, statuses[name]) for c in codes if isinstance(c, ast.Constant))


def exception_classes(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield code and status of every exception class with a ``default_code``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            body = [statement for statement in node.body if isinstance(statement, ast.Assign)]
            values = {getattr(a.targets[0], "id", ""): a.value for a in body}
            if "default_code" in values:
                yield values["default_code"].value, getattr(status, values["status_code"].attr)


def syntax_trees() -> Iterator[ast.AST]:
    for path in Path(django_event_pdfs.__file__).parent.rglob("*.py"):
        yield ast.parse(read(path))


def test_every_code_is_documented_with_its_status():
    assert documented_errors(of_drf=False) == errors_in_the_code()


def test_every_code_of_rest_framework_is_documented_with_its_status():
    classes = (c for c in vars(exceptions).values() if isinstance(c, type))
    raised = {c.default_code: {c.status_code} for c in classes if hasattr(c, "default_code")}
    del raised["error"]  # APIException itself: nobody raises it.
    assert documented_errors(of_drf=True) == raised


def test_every_check_is_documented_with_its_level():
    found = {}
    for node in (node for tree in syntax_trees() for node in ast.walk(tree)):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            if keyword.arg == "id" and isinstance(keyword.value, ast.Constant):
                found[keyword.value.value] = node.func.attr
    assert {row[0]: row[1] for row in rows(read(DOCS / "reference" / "checks.md"))} == found


# Active content, inspection, signals


def test_every_kind_of_active_content_is_documented_and_whether_it_may_be_allowed():
    found = {row[0]: row[-1] for row in rows(read(DOCS / "reference" / "active-content.md"))}
    assert found == {kind: "never" if kind in NEVER_ALLOWED else "yes" for kind in ACTIVE_CONTENT}
    assert found.keys() == KINDS.keys()


def test_every_code_of_the_gate_is_documented_as_one_of_a_file():
    assert {*attributes("errors.md", "A file")} == MESSAGES.keys() - {"end_before_start"}


@pytest.mark.parametrize("kind", [Inspection, Facts, Findings, Refusal, Bounds])
def test_every_part_of_an_inspection_is_documented(kind):
    assert attributes("inspection.md", f"`{kind.__name__}`") == [f.name for f in fields(kind)]


def test_inspect_and_its_bounds_have_the_documented_defaults():
    page = DOCS / "reference" / "inspection.md"
    arguments = {row[0]: row[1] for row in rows(section(page, "`inspect`"))}
    assert arguments == {
        "source": "required",
        "bounds": "Bounds()",
        "isolate": '"damaged"',
        "sha256": '""',
    }
    assert defaults_of(pdf.inspect) | {"source": "required"} == {
        "source": "required",
        "bounds": Bounds(),
        "isolate": "damaged",
        "sha256": "",
    }
    bounds = {row[0]: ast.literal_eval(row[1]) for row in rows(section(page, "`Bounds`"))}
    assert bounds == defaults_of(Bounds)


def test_every_name_of_the_inspection_is_documented():
    text = read(DOCS / "reference" / "inspection.md")
    assert [name for name in pdf.__all__ if f"`{name}" not in text] == []


def test_every_fact_of_a_document_is_documented():
    page = DOCS / "reference" / "model.md"
    table = section(page, "The document of an instance").partition("`facts` is a frozen")[2]
    assert [row[0] for row in rows(table)] == [field.name for field in fields(DocumentFacts)]


def test_every_argument_of_the_field_is_documented():
    parameters = inspect.signature(PDFField).parameters.values()
    ours = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} - {"companion"}
    assert [name for name in ours if name not in attributes("model.md", "`PDFField`")] == []


def test_every_signal_is_documented_with_its_arguments():
    known = {name for name, value in vars(signals).items() if isinstance(value, Signal)}
    life = known - {"document_refused", "removal_failed", "document_delivered"}
    for signal in known - life:
        assert set(attributes("signals.md", f"`{signal}`")) == sent_by(signal)
    headings = re.findall(r"^## (.*)$", read(DOCS / "reference" / "signals.md"), re.MULTILINE)
    assert {name.strip("` ") for line in headings for name in line.split(",")} == known
    assert set(attributes("signals.md", headings[1])) == sent_by("_signal")
    assert set(re.findall(r"signals\.(document_\w+)", read(Path(changes.__file__)))) == life


def sent_by(signal):
    """Return the arguments of the one call that sends a signal, by the last part of its name."""
    (arguments,) = (
        {keyword.arg for keyword in node.keywords}
        for tree in syntax_trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "send_robust"
        and signal in (getattr(node.func.value, "id", ""), getattr(node.func.value, "attr", ""))
    )
    return arguments


def test_every_module_of_the_parser_has_its_reason():
    page = read(DOCS / "explanation" / "design-decisions.md")
    reasons = {row[0] for row in rows(page.partition("And those of `pdf/`")[2])}
    modules = {path.stem for path in Path(pdf.__file__).parent.glob("*.py")}
    assert reasons == modules - {"__init__", "facts", "inspector", "isolation"}


# The command

COMMAND = "command.md"


def subcommand(name):
    return section(DOCS / "reference" / COMMAND, f"`manage.py event_pdfs {name}`")


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_option_of_a_subcommand_is_documented(name):
    parser = ArgumentParser()
    Command().add_arguments(parser)
    (choices,) = (action.choices for action in parser._actions if action.dest == "subcommand")
    options = {action.option_strings[-1] for action in choices[name]._actions} - {"--help"}
    documented = {row[0].split(" ")[0] for row in rows(subcommand(name)) if row[0][:2] == "--"}
    assert documented == options


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_finding_of_a_subcommand_is_documented(name):
    tables = re.findall(r"^\| `([a-z_`, ]+)` \|", subcommand(name), re.MULTILINE)
    documented = {kind for cell in tables for kind in re.split(r"`?, `?", cell)}
    assert documented >= FINDINGS[name]


def found_by(*modules):
    """Return the kinds of findings that modules name: ``Finding("kind", ...)`` and the like."""
    makers = {"Finding", "Flaw", "_Stopped", "stop", "diagnose", "Diagnosis"}
    return {
        node.args[0].value
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in makers
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


DOCTORS = (body_limit, disk, examination, scanner, storage, stored_files, upload_folder, web)
OF_LINKS = {key for key, _question in (*web.OF_A_FOLDER, *web.OF_ALL)}
FINDINGS = {
    "sweep": found_by(sweep, orphans) | {"removed", "kept", "failed"},
    "verify": found_by(verify),
    "describe": found_by(describe),
    "copy": found_by(copying, transfer),
    "doctor": found_by(*DOCTORS) | OF_LINKS,
    "roles": set(),
}


def test_findings_are_found():
    assert all(FINDINGS[name] for name in SUBCOMMANDS if name != "roles")


@pytest.mark.parametrize(
    "engine", [sweep.sweep, verify.verify, describe.describe, copying.copy, doctor.examine]
)
def test_every_engine_is_documented_with_its_arguments(engine):
    text = section(DOCS / "reference" / COMMAND, "From your own tasks")
    module = engine.__module__.removeprefix("django_event_pdfs.").removesuffix(".examination")
    arguments = ", ".join(inspect.signature(engine).parameters)
    assert f"`{module}.{engine.__name__}({arguments})`" in text


# The log and the signals


def test_every_message_of_the_log_is_explained_with_its_level():
    table = read(OPERATE).partition("### The log\n")[2].partition("\n### ")[0]
    assert {(row[0], row[1]) for row in rows(table)} == set(logged())


def logged():
    """Yield message and level of every call of a logger, but for what is for debugging."""
    for tree in syntax_trees():
        for node in ast.walk(tree):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name in LEVELS:
                yield node.args[0].value, LEVELS[name]


LEVELS = {
    "logger.info": "INFO",
    "logger.warning": "WARNING",
    "logger.error": "ERROR",
    "logger.exception": "ERROR",
}


def test_every_logger_has_the_documented_name():
    text = read(OPERATE)
    names = {
        node.args[0].value
        for tree in syntax_trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "getLogger"
    }
    assert len(names) == 1
    assert all(f'"loggers": {{"{name}"' in text for name in names)


def test_every_signal_is_worth_a_graph_or_an_alarm():
    text = section(OPERATE, "The signals")
    names = {name for name, value in vars(signals).items() if isinstance(value, Signal)}
    assert set(re.findall(r"`((?:document|removal)_[a-z]+)`", text)) == names


# Snippets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_snippets_compile(page):
    for number, block in enumerate(blocks(page, "python")):
        compile(block, f"{page.name}, snippet {number}", "exec")


def test_the_readme_begins_with_all_one_needs():
    head = "\n".join(read(README).splitlines()[:40])
    files = ("# events/models.py", "# settings.py", "# urls.py", "What you get")
    commands = ("example_project/manage.py demo", ".venv/bin/python -m tox -e py")
    assert [text for text in (*files, *commands) if text not in head] == []


def test_a_host_writes_ten_lines_at_most():
    lines = blocks(README, "python")[0].splitlines()
    assert len([line for line in lines if line and not line.startswith("#")]) <= 10


def test_the_links_of_the_readme_lead_somewhere():
    targets = set(re.findall(r"\]\((docs/[^)#]+)", read(README)))
    assert targets
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def test_make_pdf_has_the_documented_arguments():
    text = section(DOCS / "reference" / "testing.md", "`make_pdf`")
    documented = {row[0]: ast.literal_eval(row[1]) for row in rows(text)}
    parameters = inspect.signature(make_pdf).parameters.values()
    assert documented == {p.name: p.default for p in parameters}


def test_every_client_of_the_example_is_documented():
    page = section(DOCS / "how-to" / "clients.md", "Write a client")
    found = re.findall(r"\| `([\w.]+)/?` \|", page)
    assert {*found} == {path.name for path in (ROOT / "example_project" / "clients").iterdir()}
