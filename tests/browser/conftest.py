"""A headless browser, and pages of it."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.deployed import HOST
from tests.servers.postgres import postgres
from tests.servers.serving import need

__all__ = ["postgres"]


# Not for the whole session: while it runs, Django takes the thread for one of an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    need(executable, "chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        need(False, "playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            chromium_sandbox=False,
            args=[f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """Return a page of a profile of its own, which takes the certificates of the tests."""
    size = {"width": 1000, "height": 800}
    context = browser.new_context(viewport=size, ignore_https_errors=True)
    yield context.new_page()
    context.close()
