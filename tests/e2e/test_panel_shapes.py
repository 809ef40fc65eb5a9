"""The panel in all shapes: widths, writing directions, themes, contrast, motion."""

from typing import Any, Final

from playwright.async_api import Browser, Page, ViewportSize, expect
import pytest

from .conftest import Stage
from .phones import opened, overflowing, person, row, strip
from .test_panel import PHONE, call

# Columns of a section of the whole width, from a quarter of a section to all of it.
COLUMNS: Final = (4, 6, 9, 12, 18, 24, 36)
# The contrast that texts need.
READABLE: Final = 4.5

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


async def busy(stage: Stage) -> None:
    """Place calls of each kind: outside, internal, ringing."""
    await call(stage, "+44 20 7946 0123", "1002")
    await call(stage, "1001", "1011")
    await call(stage, "+44 7700 900456", "1006", answer=False)


async def test_from_four_to_thirty_six_columns_nothing_overflows(
    office: Stage, browser: Browser
) -> None:
    """Sums only, then tabs, then all at once; in the language with the longest words."""
    cards = [
        {"type": "custom:pbx-panel", "grid_options": {"columns": columns}}
        for columns in COLUMNS
    ]
    section = {"type": "grid", "column_span": 4, "cards": cards}
    view = {"type": "sections", "max_columns": 4, "sections": [section]}
    async with office.home_assistant.websocket() as socket:
        await socket.command(
            "lovelace/dashboards/create",
            url_path="all-sizes",
            title="S",
            mode="storage",
        )
        await socket.command(
            "lovelace/config/save", url_path="all-sizes", config={"views": [view]}
        )
    await busy(office)
    wide: ViewportSize = {"width": 1900, "height": 1000}
    async with opened(
        browser, office, size=wide, language="de", dashboard="all-sizes"
    ) as page:
        panels = page.locator("pbx-panel")
        await expect(panels).to_have_count(len(COLUMNS))
        await expect(page.locator("pbx-call")).to_have_count(3 * len(COLUMNS))
        shapes = await panels.evaluate_all(
            """(all) => all.map((panel) => {
                const shown = (name) => panel.shadowRoot.querySelector(name)?.checkVisibility() ?? false;
                return [panel.offsetWidth, shown(".mini"), shown(".tabs"), shown("pbx-person")];
            })"""
        )
        for width, mini, tabs, people in shapes:
            assert mini is (width < 230), shapes
            assert tabs is (230 <= width < 640), shapes
            assert people is (width >= 640), shapes
        assert {(mini, tabs) for _, mini, tabs, _ in shapes} == {
            (True, False),
            (False, True),
            (False, False),
        }
        assert await overflowing(page) == []


async def test_right_to_left_is_the_mirror_image(
    office: Stage, browser: Browser
) -> None:
    """Rows, arrows and arrow keys; the words are English where we have no others."""
    await busy(office)
    async with opened(browser, office, language="he") as page:
        shown = row(page, "Amy Baker")
        await expect(shown).to_be_visible()
        left, right = shown.locator(".pa.left"), shown.locator(".pa.right")

        async def start(of: Any) -> float:
            box = await of.bounding_box()
            assert box is not None
            return float(box["x"])

        assert await start(left) > await start(right)
        assert await start(person(page, "1000")) > await start(person(page, "1001"))
        # The arrow stands at the end of the person who is called, and points there.
        arrow = await shown.locator(".wire .l").evaluate(
            """(line) => { const style = getComputedStyle(line, "::before");
                return [style.right, style.rotate, style.content]; }"""
        )
        assert arrow == ["0px", "135deg", '""']
        assert await overflowing(page) == []
        await person(page, "1000").get_by_role("button").focus()
        await page.keyboard.press("ArrowLeft")
        await expect(person(page, "1001").get_by_role("button")).to_be_focused()
    async with opened(browser, office, language="he", size=PHONE) as page:
        await expect(row(page, "Amy Baker")).to_be_visible()
        assert await overflowing(page) == []
        await page.get_by_role("tab").first.focus()
        await page.keyboard.press("ArrowLeft")
        await expect(page.get_by_role("tab").nth(1)).to_have_attribute(
            "aria-selected", "true"
        )


@pytest.mark.parametrize(
    ("motion", "name"), [("reduce", "none"), ("no-preference", "shake")]
)
async def test_nothing_moves_for_those_who_ask_for_that(
    office: Stage, browser: Browser, motion: str, name: str
) -> None:
    """A phone that rings shakes; a word and a border say it too."""
    await call(office, "+44 7700 900456", "1006", answer=False)
    async with opened(browser, office) as page:
        await page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        await expect(row(page, "Tomás Silva")).to_contain_text("rings")
        moving = await page.locator("pbx-panel").evaluate(
            """(panel) => panel.shadowRoot.getAnimations().map((one) => one.animationName)"""
        )
        assert set(moving) == ({name} if name == "shake" else set())


@pytest.mark.parametrize("dark", [False, True])
async def test_texts_have_contrast(office: Stage, browser: Browser, dark: bool) -> None:
    """Every text that is seen, on what is behind it, in several states."""
    await busy(office)
    lowest: dict[str, Any] = {}
    async with opened(browser, office, dark=dark) as page:
        await expect(row(page, "Amy Baker")).to_be_visible()
        lowest["calls"] = await contrast(page)
        await page.get_by_role("button", name="Whisper to Amy Baker").click()
        await expect(strip(page)).to_contain_text("Only Amy hears you")
        lowest["supervising"] = await contrast(page)
        await page.get_by_role("radio", name="Barge in").click()
        await expect(page.get_by_role("alertdialog")).to_be_visible()
        lowest["confirming"] = await contrast(page)
        await page.keyboard.press("Escape")
        await strip(page).get_by_role("button", name="Stop").click()
        await person(page, "1002").get_by_role("button").click()
        await expect(page.get_by_role("dialog", name="Amy Baker")).to_be_visible()
        lowest["sheet"] = await contrast(page)
    print(dark, lowest)  # noqa: T201  the figures, for those who look
    assert min(ratio for ratio, _ in lowest.values()) >= READABLE, lowest


async def contrast(page: Page) -> tuple[float, str]:
    """Return the lowest contrast of the texts of the panel, and the text."""
    found = await page.locator("pbx-panel").evaluate(
        r"""(panel) => {
            const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            const rgba = (color) => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = color;
                canvas.fillRect(0, 0, 1, 1);
                const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
                return [r, g, b, a / 255];
            };
            const over = (top, below) => top.slice(0, 3).map((one, index) => one * top[3] + below[index] * (1 - top[3]));
            const behind = (element) => {
                if (!element) return [255, 255, 255];
                const own = rgba(getComputedStyle(element).backgroundColor);
                if (own[3] === 1) return own.slice(0, 3);
                const next = element.matches("dialog") ? null : element.assignedSlot ?? element.parentNode;
                return over(own, behind(next instanceof ShadowRoot ? next.host : next instanceof Element ? next : null));
            };
            const light = (color) => {
                const [r, g, b] = color.map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const open = panel.shadowRoot.querySelector("dialog[open]");
            const texts = document.createTreeWalker(open ?? panel.shadowRoot, NodeFilter.SHOW_TEXT);
            let lowest = [21, ""];
            for (let text = texts.nextNode(); text; text = texts.nextNode()) {
                const element = text.parentElement;
                if (!text.data.trim() || !element?.checkVisibility() || element.closest("style, .sr")) continue;
                const ground = behind(element);
                const [a, b] = [light(over(rgba(getComputedStyle(element).color), ground)), light(ground)];
                const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (ratio < lowest[0]) lowest = [Math.round(ratio * 100) / 100, text.data.trim()];
            }
            return lowest;
        }"""
    )
    return float(found[0]), str(found[1])
