"""What data a run trains on and how images become tensors."""

from __future__ import annotations

from typing import Literal

from ..settings import settings


@settings
class DataSettings:
    """A data set and how its images are prepared; `size`, `channels` and `resize` decide what is packed."""

    spec: str = ""
    """A folder, builtin:NAME, torchvision:NAME, hf:NAME, or tar shards (paths or URLs with braces or *)."""
    source: str = ""
    """What translators start from: gray, edges, mask or low:N of each image; the left or the right half of pictures
    that lie side by side, whose other half is the image; or a second data set in the same words. Empty = nothing."""
    paired: bool = True
    """A second data set holds a source of the same name for every image; false = two collections without pairs."""
    source_labels: int = 0
    """The second data set holds label maps, pictures whose values are labels, of so many: each becomes a map of its
    own. The last stands for all values beyond it; 0 = sources are images."""
    source_things: str = ""
    """A folder of maps of single things, numbered, of the same names: their edges are one more map."""
    size: int = 0
    """Side of the square images in pixels; 0 = chosen from the data."""
    channels: int = 0
    """1 = gray, 3 = RGB, 0 = gray only where every image is gray."""
    resize: Literal["cover", "contain", "stretch"] = "cover"
    """cover: fill the square and crop the middle; contain: fit inside and pad; stretch: ignore the aspect ratio."""
    flip: bool = True
    """Show half of the images mirrored left to right; switch off for text, digits and other sided pictures."""
    labels: str = "auto"
    """auto (sub-folders, or the only attribute), none, folders, an attribute, or FILE.csv|json|jsonl[:COLUMN]."""
    validation: float = 0.05
    """Share of the images, chosen by hash, that is held out of training."""
    strict: bool = False
    """Refuse the data if a single image is broken, instead of only above one in a hundred."""
