"""A headless browser, and pages of it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.servers.deployed import HOST
from tests.servers.postgres import postgres
from tests.servers.serving import need

__all__ = ["postgres"]

PATIENCE = 300_000  # milliseconds, for a browser that waits for its turn


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
            timeout=PATIENCE,
            args=[f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return what makes a page of a profile of its own, with options of Playwright."""
    with ExitStack() as stack:

        def make(**options: Any) -> Any:
            context = browser.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            return context.new_page()

        yield make


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """Return a page of a profile of its own, which takes the certificates of the tests."""
    return new_page(viewport={"width": 1000, "height": 800}, ignore_https_errors=True)
