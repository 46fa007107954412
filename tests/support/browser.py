"""A real browser: the system's Chromium, which is installed where it is missing, driven by Playwright."""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright

from deploy.local.errors import CannotStart
from shared.contracts.membership import Language
from tests.support.eventually import eventually

PROGRAMS = ("chromium-headless-shell", "chromium")
INSTALL = Path(__file__).with_name("install-chromium.sh")
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
NARROW, WIDE = 360, 1280
# Each language, width and scheme of colours at least once: what a page is looked at in.
SCREENS = (
    ("da", NARROW, "light"),
    ("da", WIDE, "light"),
    ("da", WIDE, "dark"),
    ("en", NARROW, "dark"),
    ("en", WIDE, "light"),
)
LOCALES: Mapping[Language, str] = {"da": "da-DK", "en": "en-GB"}
SIGN_IN: Mapping[Language, tuple[str, str, str]] = {
    "da": ("Dit navn", "Adgangsnøgle", "Log ind"),
    "en": ("Your name", "Access key", "Sign in"),
}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Run one browser; raises CannotStart, saying what to do, where there is none to be had."""
    program = _program() or await _install()
    # Chromium refuses to guard itself with a sandbox as root; what it is shown here is ours.
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


def _program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


async def _install() -> str:
    what_to_do = f"No Chromium is installed here. On Debian as root: sh {INSTALL}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotStart(what_to_do)
    script = await asyncio.create_subprocess_exec(
        "sh", INSTALL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await script.communicate()
    if program := _program():
        return program
    raise CannotStart(f"{what_to_do}\n{said.decode(errors='replace')[-2000:]}")


@asynccontextmanager
async def served(app: FastAPI, prefix: str) -> AsyncIterator[str]:
    """Serve an application behind a proxy that takes a prefix away; lend its address."""

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            scope = {**scope, "path": path.removeprefix(prefix) if path.startswith(f"{prefix}/") else "/elsewhere"}
        await app(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(proxy, log_config=None))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        serving = threading.Thread(target=server.run, args=([listening],))
        serving.start()
        await eventually(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}{prefix}"
        server.should_exit = True
        await asyncio.to_thread(serving.join)


@asynccontextmanager
async def reader(chromium: Browser, language: Language, width: int = WIDE, **how: Any) -> AsyncIterator[Page]:
    """Lend a page of a reader's browser; a step that does not come about fails soon."""
    context = await chromium.new_context(locale=LOCALES[language], viewport={"width": width, "height": 800}, **how)
    context.set_default_timeout(10_000)
    yield await context.new_page()
    await context.close()


async def sign_in(page: Page, address: str, language: Language, token: str) -> None:
    """Sign in to the secretariat's pages as Bente Holm."""
    name, key, button = SIGN_IN[language]
    await page.goto(address)
    await page.get_by_label(name).fill("Bente Holm")
    await page.get_by_label(key).fill(token)
    await page.get_by_role("button", name=button).click()


async def go_by_keyboard(page: Page, name: str) -> None:
    """Press the tabulator until what has this id or text has the focus, and visibly so."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        said, outline = await page.evaluate(
            """() => {
                const focused = document.activeElement
                return [focused.id || focused.textContent, getComputedStyle(focused).outlineStyle]
            }"""
        )
        if said == name:
            assert outline == "solid"
            return
    raise AssertionError(f"{name} is out of reach")


async def press_enter(page: Page) -> None:
    """Press Enter where that leads to another page."""
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


@dataclass
class Look:
    """Looks at one page after another for what would keep people out, and keeps a picture of each.

    `name` is what the pictures of this reader end with; `PICTURES` in the environment says where they stay.
    """

    page: Page
    name: str
    folder: Path
    broken: dict[str, list[str]] = field(default_factory=dict)

    async def at(self, name: str) -> None:
        """Look at the page as it is now."""
        found = await violations(self.page)
        if await too_wide(self.page):
            found.append("must be moved sideways")
        if found:
            self.broken[name] = found
        folder = Path(os.environ.get("PICTURES", self.folder))
        await self.page.screenshot(path=folder / f"{name}-{self.name}.png", full_page=True)


async def violations(page: Page) -> list[str]:
    """Return what axe finds on a page: the rule, why it matters, and where it is broken."""
    await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate("rules => axe.run({runOnly: rules})", list(RULES))
    return [
        f"{broken['id']}: {broken['help']}: {', '.join(str(node['target'][0]) for node in broken['nodes'])}"
        for broken in found["violations"]
    ]


async def too_wide(page: Page) -> bool:
    """Tell whether a page must be moved sideways to be read."""
    wider: bool = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return wider
