"""A real browser before a real server. Anything a page complains about fails the test."""

import base64
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from outreach.console.app import build_app
from outreach.database import Database
from outreach.settings import load_settings
from outreach.start import Started
from tests.conftest import TEST_KEY, needs
from tests.integration.console.conftest import StandingClock
from tests.integration.console.house import PASSWORD, House

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's own Chromium; a skip with its reason where there is none."""
    named = os.environ.get("OUTREACH_TEST_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        needs("browser", "no Chromium is on the PATH")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": found, "args": sandbox}


@pytest.fixture
def house(sqlite_database: Database, now: datetime) -> House:
    return House(sqlite_database, now)


@pytest.fixture
def site(sqlite_database: Database, now: datetime) -> Iterator[str]:
    """The console's address."""
    key = base64.b64encode(TEST_KEY).decode()
    settings = load_settings(environ={"OUTREACH_SECRET_KEYS": key})
    app = build_app(Started(settings, sqlite_database, StandingClock(now)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What pages wrote to the browser's console: refused scripts, broken code, lost files."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def sign_in(
    site: str, new_context: Callable[..., BrowserContext], complaints: list[str]
) -> Callable[..., Page]:
    """A page of somebody who has signed in, in a browser context of their own."""

    def open_for(name: str, **options: Any) -> Page:
        page = new_context(base_url=site, **options).new_page()
        listen(page, complaints)
        page.goto("/login")
        page.get_by_label("E-mail address").fill(f"{name}@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/")
        return page

    return open_for


def listen(page: Page, complaints: list[str]) -> None:
    """Collect whatever the page complains about."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
