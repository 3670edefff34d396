"""The demo as a visitor sees it: started by its command, texted with, watched in the console."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import listen

COMMAND = [sys.executable, "-c", "from outreach.cli import run; run()", "demo"]
MOST_EVENTS_BEFORE_MAYAS = 8
"""Check-ins are spread over the morning by client, so a few may come before half past nine."""

JUMPED = """before => {
    const shown = document.querySelector("#clock time").dateTime;
    return Date.parse(shown) - Date.parse(before) > 20000;
}"""
UP_WITHIN = 90_000  # milliseconds, on a machine that is busy with other tests


@pytest.fixture
def demo(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """The address of a running demo; stopping it must go well, too."""
    port = free_port()
    process = start_demo(tmp_path, port)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Stopped." in said


def start_demo(folder: Path, port: int) -> subprocess.Popen[str]:
    """Start the demo in a folder of its own and wait until it has told its addresses."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [*COMMAND, "--port", str(port)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C stops" in line:
            return process
    log = (folder / "var" / "demo" / "demo.log").read_text()[-2000:]
    pytest.fail(f"the demo ended before it was up: {''.join(said)}\n{log}")


@pytest.fixture
def page(
    demo: str, new_context: Callable[..., BrowserContext], complaints: list[str]
) -> Iterator[Page]:
    page = new_context(base_url=demo, viewport={"width": 1400, "height": 900}).new_page()
    listen(page, complaints)
    yield page
    page.context.close()


def test_a_visitor_texts_and_sees_what_staff_see(page: Page) -> None:
    page.goto("/phones")
    maya = page.get_by_label("Maya’s phone")
    expect(maya.locator(".bubble")).to_contain_text("Riverside", timeout=UP_WITHIN)
    maya.get_by_label("Text from Maya").fill("i want to kill myself tonight")
    maya.get_by_role("button", name="Send").click()
    expect(maya.locator(".bubble").last).to_contain_text("988", timeout=30_000)
    robin = page.get_by_label("Robin’s phone")
    expect(robin.locator(".bubble").first).to_contain_text("Q1", timeout=30_000)
    _sign_in(page)
    row = page.locator(".row").first
    expect(row).to_contain_text("Maya Ellison")
    expect(row).to_contain_text("Suicide")
    row.get_by_role("link").click()
    expect(page.locator("mark").first).to_be_visible()


def test_the_clock_jumps_from_text_to_text(page: Page) -> None:
    page.goto("/phones?on=R-101")
    maya = page.get_by_label("Maya’s phone")
    expect(maya.locator(".bubble")).to_have_count(1, timeout=UP_WITHIN)
    for _ in range(MOST_EVENTS_BEFORE_MAYAS):
        before = page.locator("#clock time").get_attribute("datetime") or ""
        page.get_by_role("button", name="Next event").click()
        page.wait_for_function(JUMPED, arg=before, timeout=30_000)
        if "09:30" in page.locator("#clock time").inner_text():
            break
    expect(maya.locator(".bubble")).to_have_count(2, timeout=30_000)


def test_phones_fit_a_small_screen(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/phones")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def _sign_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("E-mail address").fill("robin@example.org")
    page.get_by_label("Password").fill("riverside demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("h1:has-text('Queue')")
