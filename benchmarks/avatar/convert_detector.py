"""Writes src/sparring/weights/face_detector.safetensors from the wheel of facenet-pytorch 2.5.3 (MIT).

    pip download --no-deps facenet-pytorch==2.5.3
    python benchmarks/avatar/convert_detector.py facenet_pytorch-2.5.3-py3-none-any.whl

Its three networks have their weights under other keys than ours, in the same order. They are kept in half precision.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

from sparring.avatar.detectors.mtcnn_networks import DetectorNetworks

FILE = Path(__file__).resolve().parents[2] / "src" / "sparring" / "weights" / "face_detector.safetensors"
SOURCE = {"source": "facenet-pytorch 2.5.3", "licence": "MIT, Copyright (c) 2019 Timothy Esler"}
PARTS = ("pnet", "rnet", "onet")


def main() -> None:
    values = list[torch.Tensor]()
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        for part in PARTS:
            state = torch.load(
                io.BytesIO(wheel.read(f"facenet_pytorch/data/{part}.pt")), map_location="cpu", weights_only=True
            )
            values += [value.half().contiguous() for value in state.values()]
    keys = list(DetectorNetworks().state_dict())
    save_file(dict(zip(keys, values, strict=True)), FILE, metadata=SOURCE)
    print(f"{FILE.name}: {len(keys)} tensors, {FILE.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
