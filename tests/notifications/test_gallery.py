"""Every kind side by side: whole, in both languages, narrow and wide, light and dark, and easy to read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from services.notifications.commands.gallery import SCHEMES, WIDTHS, write_gallery
from services.notifications.samples import KINDS, LANGUAGES, TEMPLATES
from tests.support.browser import WIDE, reader, too_wide, violations

NEEDED = {"da.txt", "da.html", "en.txt", "en.html", "sample.json", "name.json"}
ENOUGH = 4.5
# Every text that is seen, with the contrast of its colour to what is painted behind it (WCAG 2.2, 1.4.3).
CONTRASTS = """() => {
    const read = colour => {
        const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number)
        return [r, g, b, a]
    }
    const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a))
    const ground = element => {
        if (!element) throw new Error('a text stands on no ground')
        const colour = read(getComputedStyle(element).backgroundColor)
        return colour[3] === 1 ? colour.slice(0, 3) : over(colour, ground(element.parentElement))
    }
    const luminance = colour => colour
        .map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0)
    const found = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
        const said = texts.currentNode.data.trim()
        const element = texts.currentNode.parentElement
        if (!said || !element.checkVisibility()) continue
        const below = ground(element)
        const levels = [over(read(getComputedStyle(element).color), below), below].map(luminance).sort((a, b) => b - a)
        found.push([(levels[0] + 0.05) / (levels[1] + 0.05), said])
    }
    return found
}"""


def test_every_kind_has_its_name_its_words_in_both_languages_and_its_sample_in_a_folder_of_its_own() -> None:
    folders = {
        folder.name: {file.name for file in folder.iterdir()} for folder in TEMPLATES.iterdir() if folder.is_dir()
    }

    assert {name for name, files in folders.items() if files & NEEDED} == set(KINDS)
    assert {kind: NEEDED - folders[kind] for kind in KINDS if NEEDED - folders[kind]} == {}
    for kind in KINDS:
        assert set(json.loads((TEMPLATES / kind / "name.json").read_text())) == set(LANGUAGES)


def test_the_command_writes_every_sample_and_says_where_the_page_is(tmp_path: Path) -> None:
    folder = tmp_path / "gallery"

    command = [sys.executable, "-m", "services.notifications", "gallery", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}/index.html\n", "")
    written = {file.name for file in folder.iterdir()}
    assert {f"{k}.{lang}.{e}" for k in KINDS for lang in LANGUAGES for e in ("eml", "txt", "html")} <= written
    assert {name for name in written if name.startswith("update.da.")} == {
        *("update.da.eml", "update.da.txt", "update.da.html", "update.da.ics"),
    }
    assert (folder / "update.da.txt").read_text().startswith("Kære Anna Sørensen\n")


@pytest.mark.browser
async def test_the_page_shows_every_e_mail_narrow_and_wide_light_and_dark(chromium: Browser, tmp_path: Path) -> None:
    index = write_gallery(tmp_path)

    # Without a preference of the browser's own, which would stand above that of a frame.
    async with reader(chromium, "en", WIDE, color_scheme="null") as page:
        await page.goto(index.as_uri())
        assert await violations(page) == []
        assert not await too_wide(page)
        await page.evaluate("document.querySelectorAll('iframe').forEach(frame => frame.loading = 'eager')")
        await page.wait_for_load_state("load")
        shown = [await _as_shown(frame) for frame in await page.locator("iframe").element_handles()]

    assert sorted(shown) == sorted(
        (f"{kind}.{language}.html", width, scheme)
        for kind in KINDS
        for language in LANGUAGES
        for width in WIDTHS
        for scheme in SCHEMES
    )


async def _as_shown(element: Any) -> tuple[str, int, str]:
    frame = await element.content_frame()
    await frame.wait_for_load_state("load")
    width, dark = await frame.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]")
    return frame.url.rpartition("/")[2], width, "dark" if dark else "light"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_every_text_stands_out_from_its_ground(chromium: Browser, tmp_path: Path, scheme: str) -> None:
    write_gallery(tmp_path)

    async with reader(chromium, "da", WIDTHS[0], color_scheme=scheme) as page:
        contrasts = {
            file.name: await _contrasts(page, file) for file in tmp_path.glob("*.html") if file.name != "index.html"
        }

    assert len(contrasts) == len(KINDS) * len(LANGUAGES)
    assert min(len(found) for found in contrasts.values()) > 5
    faint = {file: [one for one in found if one[0] < ENOUGH] for file, found in contrasts.items()}
    assert {file: found for file, found in faint.items() if found} == {}


async def _contrasts(page: Page, file: Path) -> list[tuple[float, str]]:
    """List (contrast, text) of every text of an e-mail."""
    await page.goto(file.as_uri())
    found: list[tuple[float, str]] = await page.evaluate(CONTRASTS)
    return found
