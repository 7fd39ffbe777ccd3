"""``event_pdfs roles``: the group that manages events, made and never unmade."""

import json
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from django_event_pdfs.maintenance import roles
from django_event_pdfs.models import document_models

pytestmark = pytest.mark.django_db

RIGHTS = {
    f"testapp.{action}_{model}"
    for action in ("add", "change", "delete", "view")
    for model in ("event", "meeting", "workshop", "permit")
}


def run(*arguments):
    """Run the command; return its exit code, what it says, and its complaints."""
    out, err = StringIO(), StringIO()
    try:
        call_command("event_pdfs", "roles", *arguments, stdout=out, stderr=err)
    except SystemExit as stopped:
        return stopped.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def rights(name="gestionnaires"):
    group = Group.objects.filter(name=name).first()
    return (
        set()
        if group is None
        else {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()}
    )


@pytest.fixture
def group(db):
    group = Group.objects.create(name="gestionnaires")
    get_user_model().objects.create_user("amina").groups.add(group)
    return group


def test_the_group_is_made_with_every_right_of_every_model_with_documents():
    code, _out, err = run()
    assert (code, err) == (0, "")
    assert rights() == RIGHTS


def test_a_second_run_changes_nothing():
    run()
    before = Group.objects.get()
    assert run()[0] == 0
    assert Group.objects.get() == before
    assert rights() == RIGHTS


def test_a_group_that_exists_is_shown_with_its_members_and_left_alone(group):
    code, out, err = run()
    assert code == 2
    assert "amina" in out
    assert "--yes" in err
    assert rights() == set()


def test_yes_gives_an_existing_group_its_rights(group):
    assert run("--yes")[0] == 0
    assert rights() == RIGHTS


def test_nothing_is_ever_removed(group):
    other = Permission.objects.get(codename="add_group")
    group.permissions.add(other)
    run("--yes")
    assert rights() == {*RIGHTS, "auth.add_group"}
    assert list(group.user_set.values_list("username", flat=True)) == ["amina"]


def test_only_what_is_lacking_is_reported(group):
    group.permissions.add(Permission.objects.get(codename="add_event"))
    report = json.loads(run("--json", "--yes")[1])
    assert set(report["missing"]) == RIGHTS - {"testapp.add_event"}


def test_a_complete_group_needs_no_yes(group):
    run("--yes")
    assert run()[0] == 0


@pytest.mark.parametrize("arguments", [(), ("--yes",), ("--json",)])
def test_a_dry_run_changes_nothing_and_says_that_something_is_left(arguments):
    assert run("--dry-run", *arguments)[0] == 1
    assert not Group.objects.exists()


def test_a_dry_run_of_a_group_that_exists_asks_for_nothing(group):
    code, out, err = run("--dry-run")
    assert (code, err) == (1, "")
    assert "amina" in out
    assert rights() == set()


def test_a_dry_run_of_a_complete_group_finds_nothing():
    run()
    assert run("--dry-run")[0] == 0


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)])
def test_json_is_all_that_is_printed(arguments):
    report = json.loads(run("--json", *arguments)[1])
    assert report == {
        "group": "gestionnaires",
        "exists": False,
        "members": [],
        "missing": report["missing"],
        "granted": not arguments,
    }
    assert set(report["missing"]) == RIGHTS


def test_json_says_when_nothing_was_granted(group):
    code, out, _err = run("--json")
    report = json.loads(out)
    assert (code, report["granted"], report["members"]) == (2, False, ["amina"])


def test_the_group_may_have_another_name(settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MANAGER_GROUP": "organisers"}
    run()
    run("--group", "editors")
    assert rights("organisers") == rights("editors") == RIGHTS
    assert not Group.objects.filter(name="gestionnaires").exists()


def test_permissions_that_were_never_made_are_made():
    Permission.objects.filter(content_type__app_label="testapp").delete()
    assert run()[0] == 0
    assert rights() == RIGHTS


def test_plan_and_grant_serve_a_host_s_own_tasks():
    assert set(roles.plan("own").missing) == RIGHTS
    roles.grant("own")
    assert roles.plan("own") == roles.RolePlan("own", exists=True, members=(), missing=())


def test_models_without_documents_are_left_out():
    assert {model._meta.model_name for model in document_models()} == {
        "event",
        "meeting",
        "workshop",
        "permit",
    }


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("roles", "--nonsense")])
def test_a_misused_command_is_refused(arguments):
    with pytest.raises(CommandError):
        call_command("event_pdfs", *arguments)
