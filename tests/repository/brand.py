"""brand/: the images Home Assistant shows, with the names and sizes it wants."""

from pathlib import Path
import struct
from typing import Final

from .repository import Problems, Repository

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
NAMES: Final = {
    f"{theme}{kind}{scale}.png"
    for theme in ("", "dark_")
    for kind in ("icon", "logo")
    for scale in ("", "@2x")
}
# Colour types of PNG that can be transparent: palette, grey with alpha, colour with alpha.
TRANSPARENT: Final = {3, 4, 6}


def check_brand(repository: Repository) -> Problems:
    """Check the images."""
    folder = repository.component / "brand"
    found = {path.name for path in folder.glob("*")} if folder.is_dir() else set()
    for needed in ("icon.png", "icon@2x.png"):
        if needed not in found:
            yield f"brand/{needed} is missing"
    for name in sorted(found):
        if name not in NAMES:
            yield f"brand/{name}: nothing asks for a file of that name"
        else:
            yield from _check_image(folder / name)


def _check_image(path: Path) -> Problems:
    name = f"brand/{path.name}"
    with path.open("rb") as file:
        header = file.read(26)
    if len(header) < 26 or not header.startswith(SIGNATURE):
        yield f"{name} is not a PNG"
        return
    width, height, _depth, colour = struct.unpack(">IIBB", header[16:26])
    factor = 2 if "@2x" in path.name else 1
    if "icon" in path.name:
        if (width, height) != (256 * factor, 256 * factor):
            yield f"{name} is {width} x {height}, not {256 * factor} x {256 * factor}"
    elif width < height or not 128 * factor <= height <= 256 * factor:
        yield f"{name} is {width} x {height}; its height has to be {128 * factor} to {256 * factor}"
    if colour not in TRANSPARENT:
        yield f"{name} has no transparency"
