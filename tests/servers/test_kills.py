"""kill -9 at random and at each step: no committed row loses its file, a sweep finds the rest."""

import pytest

from tests.servers.databases import run_chaos


@pytest.fixture
def kills(any_database):
    """Return how many workers are killed at random; most where locks and commits are real."""
    return 220 if "postgresql" in any_database["ENGINE"] else 40


def is_harmless(result):
    """Return whether all rows have their files, and the sweep took what is left and no more."""
    after = result["after"]
    return (
        result["documents"] == after["documents"] > 0
        and result["wrong"] == after["wrong"] == []
        and result["young"] == []
        and result["swept"] == result["orphans"]
        and after["orphans"] == []
    )


def test_a_worker_killed_at_any_moment_loses_no_file(any_database, tmp_path, kills):
    result = run_chaos(tmp_path, any_database, "kill_at_random", kills=kills)
    assert is_harmless(result)
    # Many were hit in the middle of something, of each kind where they are many, and left files.
    assert sum(result["doing"].values()) > kills / 4
    assert len(result["doing"]) == 4 or kills < 100
    assert result["orphans"]


def test_a_worker_killed_at_any_step_loses_no_file(any_database, tmp_path):
    result = run_chaos(tmp_path, any_database, "kill_at_each_step")
    assert is_harmless(result)
    steps = result["steps"]
    stores = {"before storing", "half stored", "after storing"}
    commits = {"before commit", "after commit"}
    removes = {"before removing", "after removing"}
    assert set(steps["create"]) >= stores | commits | {"before INSERT", "after INSERT"}
    assert set(steps["replace"]) >= stores | commits | removes | {"before UPDATE", "after UPDATE"}
    assert set(steps["clear"]) >= commits | removes | {"before UPDATE", "after UPDATE"}
    assert set(steps["delete"]) >= commits | removes | {"before DELETE", "after DELETE"}
    assert steps["delete"].count("after removing") == 2
    assert result["orphans"]
