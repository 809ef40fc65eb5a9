"""The images Home Assistant shows."""

import shutil

from PIL import Image
import pytest

from .checks import problems
from .repository import Repository


@pytest.mark.parametrize(
    ("name", "size", "mode", "problem"),
    [
        ("icon.png", (200, 200), "RGBA", "icon.png is 200 x 200, not 256 x 256"),
        ("icon@2x.png", (256, 256), "RGBA", "not 512 x 512"),
        ("dark_logo.png", (100, 200), "RGBA", "dark_logo.png is 100 x 200"),
        ("logo@2x.png", (900, 100), "RGBA", "its height has to be 256 to 512"),
        ("icon.png", (256, 256), "RGB", "icon.png has no transparency"),
        ("picture.png", (256, 256), "RGBA", "nothing asks for a file of that name"),
    ],
)
def test_images(
    copy: Repository, name: str, size: tuple[int, int], mode: str, problem: str
) -> None:
    """Wrong sizes, names and kinds."""
    Image.new(mode, size).save(copy.component / "brand" / name)
    assert problem in "\n".join(problems(copy.root))


def test_no_image(copy: Repository) -> None:
    """Something else under the name of an image."""
    (copy.component / "brand" / "icon.png").write_bytes(b"GIF89a")
    assert "brand/icon.png is not a PNG" in problems(copy.root)


def test_no_images(copy: Repository) -> None:
    """HACS wants an icon."""
    shutil.rmtree(copy.component / "brand")
    assert "brand/icon.png is missing" in problems(copy.root)
