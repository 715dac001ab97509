"""Where the FID-Inception's weights are found, and how they are told from others."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from .frozen import FrozenNetwork
from .inception import FEATURES, SIDE, Inception
from .resizing import clean, tf1

VARIABLE = "SPARRING_INCEPTION"
PUBLISHED = "6726825d"
"""The first digits of the SHA-256 of the file that pytorch-fid and torch-fidelity publish: it is one file."""
FILES = (f"weights-inception-2015-12-05-{PUBLISHED}.pth", f"pt_inception-2015-12-05-{PUBLISHED}.pth")
"""What these two libraries call it in the folder where torch keeps downloads."""
GIVE = f"give the file {FILES[1]} with --weights, or its path in ${VARIABLE}"


def inception(weights: Path | None, device: str, *, resize: str = "tf1", download: bool = True) -> FrozenNetwork:
    """The FID-Inception; `resize` is tf1, as the scores of most papers, or clean, as those of clean-fid.

    With weights other than the published ones it is called inception-HASH, so that no score made with it is taken for
    an FID. ValueError or OSError with one sentence where the weights cannot be had.
    """
    file = find_weights(weights, download=download)
    digest = sha256(file.read_bytes()).hexdigest()
    return extractor(read_state(file), digest, device, resize)


def extractor(state: Mapping[str, Tensor], digest: str, device: str, resize: str = "tf1") -> FrozenNetwork:
    """Of weights that are loaded already, with their file's hash."""
    network = Inception()
    try:
        network.load(state)
    except (KeyError, RuntimeError) as error:
        missing = f"no {error.args[0]}" if isinstance(error, KeyError) else "other shapes"
        raise ValueError(
            f"These are the weights of another network than the FID-Inception ({missing}); {GIVE}."
        ) from None
    shown = network.to(device).to(memory_format=torch.channels_last)
    turn = clean if resize == "clean" else tf1

    def prepare(images: Tensor) -> Tensor:
        pixels = turn(images, SIDE).sub_(128).div_(128)
        return pixels.contiguous(memory_format=torch.channels_last)

    name = "inception" if digest.startswith(PUBLISHED) else f"inception-{digest[:8]}"
    words = "clean bicubic" if resize == "clean" else "tf1 bilinear"
    return FrozenNetwork(name, FEATURES, digest[:16], f"{words} to {SIDE}", prepare, shown, torch.device(device))


def find_weights(given: Path | None, *, download: bool) -> Path:
    """The file: the one given, else the variable's, else one downloaded before, else a download by torch-fidelity."""
    chosen = given or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if chosen is not None:
        if not chosen.expanduser().is_file():
            raise ValueError(f"There is no file {chosen} with weights of the FID-Inception.")
        return chosen.expanduser()
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    found = next((folder / name for name in FILES if (folder / name).is_file()), None)
    if found is not None:
        return found
    if not download:
        raise ValueError(f"The weights of the FID-Inception are not here; {GIVE}.")
    return downloaded(folder / FILES[0])


def downloaded(file: Path) -> Path:
    """From where torch-fidelity has them, checked by their hash."""
    if find_spec("torch_fidelity") is None:
        extra = "or pip install 'sparring[metrics]' to let torch-fidelity download it"
        raise ValueError(f"The weights of the FID-Inception are not here; {GIVE}, {extra}.")
    from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        torch.hub.download_url_to_file(URL_INCEPTION_V3, str(file), hash_prefix=PUBLISHED, progress=False)
    except (URLError, OSError, RuntimeError) as error:
        reason = str(error).strip("<>. ") or type(error).__name__
        raise OSError(f"The weights of the FID-Inception could not be downloaded ({reason}); {GIVE}.") from None
    return file


def read_state(file: Path) -> dict[str, Tensor]:
    """A state dict, from .safetensors or torch's own format; nothing in the file is run."""
    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, SafetensorError, EOFError, ValueError) as error:
        raise ValueError(f"{file} is no file of weights that can be read ({type(error).__name__}); {GIVE}.") from None
    if not isinstance(state, dict):
        raise ValueError(f"{file} holds no weights by name; {GIVE}.")
    return state
