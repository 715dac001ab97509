"""Writes src/sparring/weights/person.safetensors from the npm package @mediapipe/selfie_segmentation (Apache-2.0).

    npm pack @mediapipe/selfie_segmentation@0.1.1675465747 && tar xzf mediapipe-selfie_segmentation-*.tgz
    pip install tflite
    python benchmarks/avatar/convert_person.py package/selfie_segmentation.tflite

The file's operators stand in the order in which our network's layers are made; its weights are half precision.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import tflite
import torch
from safetensors.torch import save_file

from sparring.avatar.person import PersonNetwork

FILE = Path(__file__).resolve().parents[2] / "src" / "sparring" / "weights" / "person.safetensors"
SOURCE = {
    "source": "npm @mediapipe/selfie_segmentation 0.1.1675465747, selfie_segmentation.tflite",
    "licence": "Apache-2.0, The MediaPipe Authors",
}
DEPTHWISE, DEQUANTIZE, CUSTOM = (
    tflite.BuiltinOperator.DEPTHWISE_CONV_2D, tflite.BuiltinOperator.DEQUANTIZE, tflite.BuiltinOperator.CUSTOM
)  # fmt: skip
CONVOLUTIONS = {tflite.BuiltinOperator.CONV_2D, DEPTHWISE, CUSTOM}


def tensors(file: Path) -> list[torch.Tensor]:
    """Weights and biases of every convolution in the order in which they are used, with torch's axes."""
    model = tflite.Model.GetRootAsModel(file.read_bytes(), 0)
    graph, found, halves = model.Subgraphs(0), list[torch.Tensor](), dict[int, int]()
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if kind == DEQUANTIZE:
            halves[operator.Outputs(0)] = operator.Inputs(0)
        if kind not in CONVOLUTIONS:
            continue
        for place in (1, 2):
            tensor = graph.Tensors(halves[operator.Inputs(place)])
            values = np.frombuffer(model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes(), "<f2")
            values = torch.tensor(values.reshape(tensor.ShapeAsNumpy()).copy())
            if place == 1:  # (out, h, w, in), but (1, h, w, channels) where each channel is by itself
                values = values.permute(3, 0, 1, 2) if kind in (DEPTHWISE, CUSTOM) else values.permute(0, 3, 1, 2)
            found.append(values.contiguous())
    return found


def main() -> None:
    keys = list(PersonNetwork().state_dict())
    save_file(dict(zip(keys, tensors(Path(sys.argv[1])), strict=True)), FILE, metadata=SOURCE)
    print(f"{FILE.name}: {len(keys)} tensors, {FILE.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
