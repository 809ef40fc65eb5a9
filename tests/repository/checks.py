"""All checks of the files, in one list."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from .actions import check_actions
from .blueprints import check_blueprints
from .brand import check_brand
from .icons import check_icons
from .languages import check_languages
from .manifest import check_hacs, check_manifest
from .quality_scale import check_quality_scale
from .repository import FileError, Problems, Repository
from .translations import check_translations

CHECKS: Final[tuple[Callable[[Repository], Problems], ...]] = (
    check_manifest,
    check_hacs,
    check_translations,
    check_languages,
    check_actions,
    check_icons,
    check_quality_scale,
    check_brand,
    check_blueprints,
)


def problems(root: Path) -> list[str]:
    """Return what is wrong with the files of a checkout."""
    repository = Repository(root)
    found: list[str] = []
    for check in CHECKS:
        try:
            found.extend(check(repository))
        except FileError as err:
            found.append(str(err))
    return list(dict.fromkeys(found))
