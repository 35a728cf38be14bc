"""Opens a report in a headless browser and checks what a reader would see.

Usage: report.py INDEX_HTML EXPECTED_JSON [--browser PATH] [--shots FOLDER]

EXPECTED_JSON is a list of {"p", "estimator", "n", "median", "mean"} in the order of the tables.
"""

import argparse
import json
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def open_page(browser, address, size, scheme="light"):
    """A page with everything it asks for and complains about."""
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.complaints, page.requests = [], []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def quiet(page, address):
    assert not page.complaints, page.complaints
    outside = [url for url in page.requests if url != address and not url.startswith("data:")]
    assert not outside, outside


def fits(page):
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"the body is {width} wide"


def visible(page):
    """Tiles and figures are there and have a size; shown figures say what they show."""
    tiles = page.locator(".tile")
    assert tiles.count() > 0
    for tile in tiles.all():
        box = tile.bounding_box()
        assert box and box["width"] > 30 and box["height"] > 30, box
        assert tile.locator(".word").inner_text() in ("benign", "tempered", "catastrophic", "undecided")
    figures = [figure for figure in page.locator("figure").all() if figure.is_visible()]
    assert figures
    for figure in figures:
        box = figure.locator("svg").bounding_box()
        assert box["width"] > 250 and box["height"] > 150, box
        assert figure.locator("svg").get_attribute("aria-label")
        assert figure.locator("figcaption").inner_text()
    assert "NaN" not in page.content()


def shown_risks(page):
    blocks = page.locator(".of-p")
    return [at for at in range(blocks.count()) if blocks.nth(at).is_visible()]


def selects(page):
    """The selector of p by mouse and by keyboard, that of n by keyboard."""
    assert shown_risks(page) == [0]
    count = page.locator(".of-p").count()
    page.locator(f"label[for=p-{count - 1}]").click()
    assert shown_risks(page) == [count - 1]
    page.locator("#p-0").focus()
    page.keyboard.press("ArrowRight")
    assert shown_risks(page) == [min(1, count - 1)]
    page.keyboard.press("ArrowLeft")
    assert shown_risks(page) == [0]
    sizes = page.locator("input[name=n]").count()
    if sizes > 1:
        page.locator(f"#n-{sizes - 1}").focus()
        page.keyboard.press("ArrowLeft")
        assert page.locator(f".p0 .n{sizes - 2}").first.is_visible()
        assert not page.locator(f".p0 .n{sizes - 1}").first.is_visible()
        page.keyboard.press("ArrowRight")


def reaches(page):
    """The tab key leads to the selector and to a tile, and the tile to its reasons."""
    seen = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.className.split(' ')[0]"))
    assert {"skip", "tile", "p-0"} <= seen, seen
    page.locator(".tile").first.click()
    assert page.locator("article:target").is_visible()


def numbers(page, expected):
    """The table has the numbers it was given, in full for programs and to four digits for people."""
    rows = page.locator(".numbers tbody tr")
    assert rows.count() == len(expected), f"{rows.count()} rows, {len(expected)} expected"
    read = page.evaluate(
        """() => [...document.querySelectorAll('.numbers tbody tr')].map(row => ({
            estimator: row.cells[0].textContent, n: Number(row.cells[2].textContent.replaceAll(',', '')),
            median: row.querySelector('data.median')?.value, shown: row.querySelector('data.median')?.textContent,
            mean: row.querySelector('data.mean')?.value}))"""
    )
    for row, want in zip(read, expected):
        assert (row["estimator"], row["n"]) == (want["estimator"], want["n"]), (row, want)
        for key in ("median", "mean"):
            if want[key] is not None:
                assert float(row[key]) == want[key], (key, row, want)
        if want["median"] is not None:
            shown = float(row["shown"].replace(",", "").replace("−", "-").split(" × ")[0])
            digits = want["median"] / 10 ** (round_exponent(row["shown"]))
            assert abs(shown - digits) <= 6e-4 * abs(digits), (row, want)


def round_exponent(text):
    power = text.partition(" × 10")[2]
    return int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))) if power else 0


def colours(page):
    return page.evaluate(
        """() => { const svg = document.querySelector('figure svg text');
            return [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
                    getComputedStyle(svg).fill] }"""
    )


def brightness(colour):
    channels = colour[colour.index("(") + 1 : colour.index(")")].split(",")[:3]
    return sum(float(channel) for channel in channels) / 3


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("index", type=Path)
    arguments.add_argument("expected", type=Path)
    arguments.add_argument("--browser", default="/usr/bin/chromium")
    arguments.add_argument("--shots", type=Path)
    options = arguments.parse_args()
    address = options.index.resolve().as_uri()
    expected = json.loads(options.expected.read_text())
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
        for name, size, scheme in [("wide", WIDE, "light"), ("phone", NARROW, "light"), ("dark", WIDE, "dark")]:
            page = open_page(browser, address, size, scheme)
            fits(page)
            visible(page)
            selects(page)
            fits(page)
            paper, ink, figure = (brightness(colour) for colour in colours(page))
            dark, light = (paper, min(ink, figure)) if scheme == "dark" else (max(ink, figure), paper)
            assert dark < 60 and light > 180, colours(page)
            if options.shots:
                page.screenshot(path=options.shots / f"{name}.png", full_page=True)
            if name == "wide":
                reaches(page)
                numbers(page, expected)
            if scheme == "dark":
                page.emulate_media(media="print", color_scheme="dark")
                assert brightness(colours(page)[0]) > 240, "print is light"
                assert len(shown_risks(page)) == page.locator(".of-p").count(), "print shows every risk"
                assert not page.locator(".selectors").is_visible()
                pdf = page.pdf(prefer_css_page_size=True)
                assert pdf.startswith(b"%PDF")
                if options.shots:
                    (options.shots / "print.pdf").write_bytes(pdf)
            quiet(page, address)
            page.close()
        scriptless = browser.new_context(java_script_enabled=False, viewport=WIDE).new_page()
        scriptless.goto(address)
        assert scriptless.locator(".p0").is_visible() and not scriptless.locator(".p1").is_visible()
        browser.close()
    print("report: ok")


if __name__ == "__main__":
    main()
