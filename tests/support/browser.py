"""A real browser: the system's Chromium, which is installed where it is missing, driven by Playwright."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from deploy.local.errors import CannotStart

PROGRAMS = ("chromium-headless-shell", "chromium")
INSTALL = Path(__file__).with_name("install-chromium.sh")
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
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
