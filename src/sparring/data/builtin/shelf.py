"""Finding data inside installed packages, by their metadata, without importing them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path


def installed_version(package: str) -> str:
    """The version of an installed distribution; empty where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def packaged_path(package: str, inside: str, *, wanted_by: str, extra: str) -> Path:
    """Where a file or folder of an installed distribution lies.

    ValueError with the pip line if the package is missing, OSError if it no longer ships the path.
    """
    hint = f"pip install 'sparring[{extra}]'" if extra else f"pip install {package}"
    try:
        found = Path(str(distribution(package).locate_file(inside)))
    except PackageNotFoundError:
        raise ValueError(
            f"{wanted_by} lies in the package {package}, which is not installed; install it with: {hint}."
        ) from None
    if not found.exists():
        raise OSError(
            f"the installed {package} {installed_version(package)} does not ship {inside}, which {wanted_by} needs; "
            f"reinstall it with: {hint}."
        )
    return found
