from __future__ import annotations

import pickle
import struct
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sparring.data import libraries
from sparring.data.libraries import hf_origin, torchvision_labels, torchvision_origin


@pytest.fixture(autouse=True)
def _forget() -> None:
    libraries.open_torchvision.cache_clear()
    libraries.open_hf.cache_clear()


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name resolves, as on a machine without a network."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network in tests")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    monkeypatch.setattr("socket.create_connection", refuse)


def idx(array: np.ndarray) -> bytes:
    """The file format of MNIST: 0, 0, type, dimensions, lengths, data."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def write_mnist(folder: Path, name: str, count: int = 20) -> np.ndarray:
    raw = folder / name / name / "raw"
    raw.mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (count, 28, 28), np.uint8)
    for part in ("train", "t10k"):
        (raw / f"{part}-images-idx3-ubyte").write_bytes(idx(pixels if part == "train" else pixels[:1]))
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(idx((np.arange(len(pixels)) % 10).astype(np.uint8)))
    return pixels


@pytest.mark.parametrize(("name", "classes"), [("MNIST", "3 - three"), ("FashionMNIST", "Dress")])
def test_torchvision_reads_the_files_that_are_there(name: str, classes: str, tmp_path: Path) -> None:
    pixels = write_mnist(tmp_path, name)
    found = torchvision_origin(name.lower(), tmp_path)
    entries = list(found.entries())
    assert found.name == f"torchvision:{name}"
    assert len(found) == len(entries) == 20  # the training part
    assert entries[3].labels == {"class": classes}
    image = entries[13].load()
    assert isinstance(image, Image.Image)
    np.testing.assert_array_equal(np.asarray(image), pixels[13])
    np.testing.assert_array_equal(np.asarray(pickle.loads(pickle.dumps(entries[5].load))()), pixels[5])


def test_other_files_are_another_fingerprint(tmp_path: Path) -> None:
    write_mnist(tmp_path / "a", "MNIST")
    write_mnist(tmp_path / "b", "MNIST", count=30)
    first = torchvision_origin("MNIST", tmp_path / "a").fingerprint()
    assert first == torchvision_origin("MNIST", tmp_path / "a").fingerprint()
    assert first != torchvision_origin("MNIST", tmp_path / "b").fingerprint()


def test_sets_without_files_work_too(tmp_path: Path) -> None:
    found = torchvision_origin("FakeData", tmp_path)
    entry = next(found.entries())
    assert len(found) == 1000
    assert entry.load().size == (224, 224)
    assert entry.load().tobytes() == next(found.entries()).load().tobytes()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("MNIS", ValueError, "no torchvision data set 'MNIS'. Did you mean 'MNIST'"),
        ("CIFAR10", OSError, "could not download CIFAR10 .* put its files into"),
        ("MNIST", OSError, "could not download MNIST"),
        ("CIFAR10:test", ValueError, "has no splits"),
        ("EMNIST", ValueError, "write torchvision:EMNIST:SPLIT"),
        ("SVHN:nonsense", ValueError, "refuses: Unknown value 'nonsense'"),
        ("Kinetics", ValueError, "needs frames_per_clip"),
        ("ImageNet", OSError, "cannot download ImageNet"),
    ],
)
def test_what_cannot_be_had_is_said_in_one_sentence(
    name: str, error: type[Exception], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=sentence) as raised:
        torchvision_origin(name, tmp_path)
    assert "\n" not in str(raised.value)


def test_sets_that_hold_no_pictures_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torchvision.datasets as sets

    class Videos(sets.VisionDataset):
        def __init__(self, root: str) -> None:
            super().__init__(root)

        def __len__(self) -> int:
            return 1

        def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
            return np.zeros((4, 8, 8, 3)), 0

    monkeypatch.setattr(sets, "Videos", Videos, raising=False)
    monkeypatch.setattr(sets, "__all__", (*sets.__all__, "Videos"))
    with pytest.raises(ValueError, match="does not hold single pictures"):
        torchvision_origin("Videos", tmp_path)


def test_a_torchvision_that_does_not_fit_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    monkeypatch.delattr("torchvision.datasets", raising=False)
    with pytest.raises(ValueError, match=r"torchvision cannot be imported .*pip install torchvision"):
        torchvision_origin("MNIST", tmp_path)


class Kept:
    """What torchvision sets keep in memory beside their pictures."""

    def __init__(self, count: int, **kept: object) -> None:
        self.__dict__ |= kept
        self.count = count

    def __len__(self) -> int:
        return self.count


@pytest.mark.parametrize(
    ("kept", "labels"),
    [
        ({"targets": [1, 0], "classes": ["cat", "dog"]}, {"class": ["dog", "cat"]}),
        ({"_labels": np.array([1, 0]), "classes": ("cat", "dog")}, {"class": ["dog", "cat"]}),
        ({"labels": np.array([7, 8])}, {"class": ["7", "8"]}),
        ({"targets": [1, 9], "classes": ["cat", "dog"]}, {"class": ["1", "9"]}),
        ({"_samples": [("a.png", 1), ("b.png", 0)], "classes": ["cat", "dog"]}, {"class": ["dog", "cat"]}),
        (
            {"attr_names": ["Smiling", "Young", ""], "attr": np.array([[0, 1], [1, 1]])},
            {"Smiling": ["no", "yes"], "Young": ["yes", "yes"]},
        ),
        ({}, {}),
        ({"targets": [1]}, {}),
    ],
)
def test_labels_are_found_without_decoding(kept: dict[str, object], labels: dict[str, list[str]]) -> None:
    assert torchvision_labels(Kept(2, **kept)) == labels


# Hugging Face


def test_a_missing_library_is_named_with_its_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ValueError, match=r"datasets is not installed.*pip install 'sparring\[hub\]'"):
        hf_origin("hf:owner/name")


class Column:
    def __init__(self, **facts: object) -> None:
        self.__dict__ |= facts


class Stub:
    """As much of a `datasets.Dataset` as is asked of one."""

    _fingerprint = "abc"

    def __init__(self, rows: list[dict[str, object]], features: dict[str, object]) -> None:
        self.rows, self.features = rows, features
        self.info = Column(citation="Somebody,\n  2020", license="mit")

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: int | str) -> object:
        return [row[at] for row in self.rows] if isinstance(at, str) else self.rows[at]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[object, ...]]]:
    """A stand-in for the library, which returns `answer` or raises it; what it was asked is returned."""

    def install(answer: object) -> list[tuple[object, ...]]:
        asked: list[tuple[object, ...]] = []

        def load_dataset(path: str, config: str | None, *, split: str) -> object:
            asked.append((path, config, split))
            if isinstance(answer, Exception):
                raise answer
            return answer

        kinds = {name: type(name, (Column,), {}) for name in ("Image", "ClassLabel", "Value")}
        module = types.ModuleType("datasets")
        module.__dict__.update(kinds, load_dataset=load_dataset)
        monkeypatch.setitem(sys.modules, "datasets", module)
        return asked

    return install


def test_the_image_column_and_the_labels_are_found(hub: Callable[..., list[tuple[object, ...]]]) -> None:
    asked = hub(answer := Stub([], {}))
    kinds = sys.modules["datasets"]
    images = [Image.new("RGB", (3 + n, 5)) for n in range(3)]
    answer.features = {
        "id": kinds.Value(dtype="int64"),
        "photo": kinds.Image(),
        "animal": kinds.ClassLabel(names=["cat", "dog"]),
        "tame": kinds.Value(dtype="bool"),
    }
    answer.rows = [{"id": n, "photo": image, "animal": [1, 0, -1][n], "tame": n == 0} for n, image in enumerate(images)]
    found = hf_origin("hf:owner/name:small")
    entries = list(found.entries())
    assert asked == [("owner/name", "small", "train")]
    assert [entry.labels for entry in entries] == [
        {"animal": "dog", "tame": "yes"},
        {"animal": "cat", "tame": "no"},
        {"animal": "none", "tame": "no"},
    ]
    assert [entry.load().size for entry in entries] == [(3, 5), (4, 5), (5, 5)]
    assert (found.licence, found.credit, found.name) == ("mit", "Somebody, 2020", "hf:owner/name:small")


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (ConnectionError("Couldn't reach the Hub"), OSError, "could not be loaded .Couldn't reach the Hub.*OWNER/NAME"),
        (ValueError("BuilderConfig 'x' not found"), ValueError, "refuses: BuilderConfig"),
        (RuntimeError("Dataset scripts are no longer supported"), OSError, "no longer supported"),
        (Stub([], {"text": Column()}), ValueError, "has no column of images, only text"),
    ],
)
def test_what_the_hub_refuses_is_said_in_one_sentence(
    answer: object, error: type[Exception], sentence: str, hub: Callable[..., list[tuple[object, ...]]]
) -> None:
    hub(answer)
    with pytest.raises(error, match=sentence):
        hf_origin("owner/name")


def test_the_real_library_reads_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datasets", reason="datasets is not installed")
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    for kind, value in (("cat", 10), ("dog", 200)):
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        for number in range(3):
            Image.new("L", (6, 4), value + number).save(tmp_path / "pictures" / kind / f"{number}.png")
    entries = list(hf_origin(f"hf:{tmp_path / 'pictures'}").entries())
    assert [entry.labels["label"] for entry in entries] == ["cat"] * 3 + ["dog"] * 3
    assert [entry.load().getpixel((0, 0)) for entry in entries] == [10, 11, 12, 200, 201, 202]
