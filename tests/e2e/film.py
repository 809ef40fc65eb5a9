"""A film of pages: frames with their durations, a hand that points and presses, captions."""

from io import BytesIO
from pathlib import Path
import time
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Locator, Page

SIZE: Final = (1200, 750)
# Seconds between two pictures of a page, and between two of a hand or a fade.
PACE: Final = 0.4
STEP: Final = 0.09
RING: Final = (219, 68, 55)
QUALITY: Final = 90


class Film:
    """Frames that become one animated picture."""

    def __init__(self) -> None:
        """Initialize without frames, the hand in the middle."""
        self.frames: list[Image.Image] = []
        self.durations: list[int] = []
        self.caption = ""
        self._hand = (SIZE[0] * 0.55, SIZE[1] * 0.7)

    @property
    def seconds(self) -> float:
        """Return how long it runs."""
        return sum(self.durations) / 1000

    def add(self, frame: Image.Image, seconds: float) -> None:
        """Add a frame; one that looks like the one before makes that longer."""
        milliseconds = round(seconds * 1000)
        if self.frames and self.frames[-1].tobytes() == frame.tobytes():
            self.durations[-1] += milliseconds
            return
        self.frames.append(frame)
        self.durations.append(milliseconds)

    async def watch(self, page: Page, seconds: float) -> None:
        """Film a page as it is."""
        end = time.monotonic() + seconds
        while (started := time.monotonic()) < end:
            frame = await self.picture(page)
            rest = min(started + PACE, end) - time.monotonic()
            await page.wait_for_timeout(max(0.0, rest) * 1000)
            self.add(frame, time.monotonic() - started)

    async def point(self, page: Page, target: Locator, seconds: float = 0.9) -> None:
        """Move the hand to the middle of something."""
        ground = await self.picture(page)
        for place in self._way(await middle(target), seconds):
            self.add(with_hand(ground, place), STEP)

    async def press(self, page: Page, target: Locator, seconds: float = 0.9) -> None:
        """Move the hand to something, and press it."""
        await self.point(page, target, seconds)
        self.add(with_hand(self.frames[-1], self._hand, pressed=True), 0.25)
        await target.click()

    async def drag(self, page: Page, source: Locator, target: Locator) -> None:
        """Drag something onto something else."""
        await self.point(page, source)
        await page.mouse.move(*self._hand)
        await page.mouse.down()
        for place in self._way(await middle(target), 1.2):
            await page.mouse.move(*place)
            frame = await self.picture(page)
            self.add(with_hand(frame, place, pressed=True), STEP)
        await page.mouse.move(self._hand[0] + 1, self._hand[1])
        frame = with_hand(await self.picture(page), self._hand, pressed=True)
        self.add(frame, 0.6)
        await page.mouse.up()

    def fade(self, frame: Image.Image) -> None:
        """Fade over to a frame; the last step is large, so that nothing shines through."""
        before = self.frames[-1]
        for part in (0.25, 0.5):
            self.add(Image.blend(before, frame, part), STEP)

    async def picture(self, page: Page) -> Image.Image:
        """Return a picture of a page in the middle of the frame, with the caption."""
        shot = Image.open(BytesIO(await page.screenshot())).convert("RGB")
        frame = Image.new("RGB", SIZE, shot.getpixel((1, shot.height - 2)))
        frame.paste(shot, ((SIZE[0] - shot.width) // 2, 0))
        if self.caption:
            draw, font = ImageDraw.Draw(frame), ImageFont.load_default(24)
            left, _, right, bottom = draw.textbbox((0, 0), self.caption, font)
            x, y = (SIZE[0] - right + left) / 2, SIZE[1] - 64
            box = (x - 20, y - 12, x + right - left + 20, y + bottom + 12)
            draw.rounded_rectangle(box, 12, (33, 33, 33))
            draw.text((x, y), self.caption, (255, 255, 255), font)
        return frame

    def save(self, path: Path) -> None:
        """Write an animated picture that begins anew at its end."""
        first, *others = self.frames
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=self.durations,
            loop=0,
            quality=QUALITY,
            # What was there before shines through until the next whole frame.
            kmin=9,
            kmax=17,
        )

    def _way(
        self, end: tuple[float, float], seconds: float
    ) -> list[tuple[float, float]]:
        """Return the places on the hand's way, where it slows down at both ends."""
        (x, y), steps = self._hand, max(1, round(seconds / STEP))
        self._hand = end
        parts = [
            3 * (i / steps) ** 2 - 2 * (i / steps) ** 3 for i in range(1, steps + 1)
        ]
        return [(x + (end[0] - x) * part, y + (end[1] - y) * part) for part in parts]


def with_hand(
    frame: Image.Image, place: tuple[float, float], *, pressed: bool = False
) -> Image.Image:
    """Return a frame with a ring where the hand is, a filled one where it presses."""
    layer = Image.new("RGBA", frame.size, (*RING, 0))
    x, y = place
    radius = 15 if pressed else 18
    ImageDraw.Draw(layer).ellipse(
        (x - radius, y - radius, x + radius, y + radius),
        fill=(*RING, 120 if pressed else 30),
        outline=(*RING, 255),
        width=4,
    )
    return Image.alpha_composite(frame.convert("RGBA"), layer).convert("RGB")


async def middle(target: Locator) -> tuple[float, float]:
    """Return the middle of something on the page."""
    box = await target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
