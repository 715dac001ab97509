"""Writes src/sparring/weights/face_*.safetensors from the npm package @vladmandic/face-api 1.7.15 (MIT).

    npm pack @vladmandic/face-api@1.7.15 && tar xzf vladmandic-face-api-1.7.15.tgz
    python benchmarks/avatar/convert_faces.py package

Bytes stay bytes: what the package stores as a byte with one scale and minimum per tensor is kept as it is, with the
scale and minimum of each output channel, into which the layers' own scales are folded.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

WEIGHTS = Path(__file__).resolve().parents[2] / "src" / "sparring" / "weights"
CREDIT = {"source": "npm @vladmandic/face-api 1.7.15", "licence": "MIT, Copyright (c) Vladimir Mandic"}
Stored = dict[str, tuple[np.ndarray, float, float]]


def stored(package: Path, name: str) -> Stored:
    """Name -> values as they are stored, scale and minimum; the last two are 1 and 0 where it is stored as floats."""
    manifest = json.loads((package / "model" / f"{name}-weights_manifest.json").read_text())
    data, found, at = (package / "model" / f"{name}.bin").read_bytes(), {}, 0
    for entry in manifest[0]["weights"]:
        quantised = entry.get("quantization")
        kind, count = np.dtype("u1" if quantised else "<f4"), int(np.prod(entry["shape"]))
        values = np.frombuffer(data, kind, count, at).reshape(entry["shape"])
        at += count * kind.itemsize
        found[entry["name"]] = (values, quantised["scale"], quantised["min"]) if quantised else (values, 1.0, 0.0)
    assert at == len(data), "bytes are left over"
    return found


def floats(entry: tuple[np.ndarray, float, float]) -> torch.Tensor:
    values, scale, least = entry
    return torch.tensor(values.astype(np.float64) * scale + least)


def kept(
    into: dict[str, torch.Tensor], key: str, entry: tuple[np.ndarray, float, float], order: tuple[int, ...],
    gain: torch.Tensor | None = None,
) -> None:  # fmt: skip
    """One weight in torch's order of axes, times one gain for each output channel."""
    values, scale, least = entry
    weight = torch.tensor(values.transpose(order).copy())
    gains = torch.ones(len(weight), dtype=torch.float64) if gain is None else gain
    if weight.dtype == torch.uint8:
        into[key] = weight.contiguous()
        into[f"{key}.scale"], into[f"{key}.shift"] = (gains * scale).float(), (gains * least).float()
    else:  # half precision is far finer than the bytes of the other layers
        into[key] = (weight * gains.view(-1, 1, 1, 1)).half().contiguous()


def identity(package: Path) -> dict[str, torch.Tensor]:
    found, state = stored(package, "face_recognition_model"), dict[str, torch.Tensor]()

    def convolution(ours: str, theirs: str) -> None:
        gain = floats(found[f"{theirs}/scale/weights"])
        kept(state, f"{ours}.weight", found[f"{theirs}/conv/filters"], (3, 2, 0, 1), gain)
        bias = gain * floats(found[f"{theirs}/conv/bias"]) + floats(found[f"{theirs}/scale/biases"])
        state[f"{ours}.bias"] = bias.float()

    convolution("stem", "conv32_down")
    names = [name.removesuffix("/conv1/conv/filters") for name in found if name.endswith("/conv1/conv/filters")]
    for number, name in enumerate(names):
        convolution(f"blocks.{number}.first", f"{name}/conv1")
        convolution(f"blocks.{number}.second", f"{name}/conv2")
    kept(state, "head.weight", found["fc"], (1, 0))
    return state


def landmarks(package: Path) -> dict[str, torch.Tensor]:
    found, state = stored(package, "face_landmark_68_model"), dict[str, torch.Tensor]()
    for block in range(4):
        for layer in range(4):
            theirs = f"dense{block}/conv{layer}"
            ours = f"blocks.{block}." + ("halve" if layer == 0 else f"layers.{layer - 1}")
            if f"{theirs}/filters" in found:
                kept(state, f"{ours}.weight", found[f"{theirs}/filters"], (3, 2, 0, 1))
                state[f"{ours}.bias"] = floats(found[f"{theirs}/bias"]).float()
                continue
            kept(state, f"{ours}.depthwise.weight", found[f"{theirs}/depthwise_filter"], (2, 3, 0, 1))
            kept(state, f"{ours}.pointwise.weight", found[f"{theirs}/pointwise_filter"], (3, 2, 0, 1))
            state[f"{ours}.pointwise.bias"] = floats(found[f"{theirs}/bias"]).float()
    kept(state, "head.weight", found["fc/weights"], (1, 0))
    state["head.bias"] = floats(found["fc/bias"]).float()
    return state


def main() -> None:
    package = Path(sys.argv[1])
    for name, state in {"face_identity": identity(package), "face_landmarks": landmarks(package)}.items():
        file = WEIGHTS / f"{name}.safetensors"
        save_file(state, file, metadata=CREDIT)
        print(f"{file.name}: {len(state)} tensors, {file.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
