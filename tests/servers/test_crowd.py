"""Sixteen processes that change one document as often as they can."""

import pytest

from tests.servers.databases import run_chaos

# SQLite has its writers wait for each other, with ever longer sleeps.
CHANGES = {"postgresql": 500, "mariadb_backend": 160, "sqlite3": 48}


@pytest.mark.parametrize("kinds", [["replace"], ["replace", "clear", "rename"]], ids="-".join)
def test_a_crowd_leaves_the_files_that_the_row_names(any_database, tmp_path, kinds):
    changes = CHANGES[any_database["ENGINE"].rpartition(".")[2]]
    result = run_chaos(tmp_path, any_database, "crowd", changes=changes, kinds=kinds)
    assert (result["failed"], result["wrong"], result["orphans"]) == (0, [], [])
    if kinds == ["replace"]:
        assert result["documents"] == 2
