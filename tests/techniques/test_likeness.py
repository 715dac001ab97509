"""Likeness to the right answer: of pixels, maps and textures."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from sparring.layers.perception import Vgg19, eye_of, shares_of
from sparring.techniques.likeness import PIXEL, gram, maps_apart, strangeness, textures_apart, total_variation
from sparring.techniques.likeness_terms import Likeness, LikenessTerms


def test_pixels_are_compared_as_their_names_say():
    made, wanted = torch.tensor([[0.0, 1.0, 2.0]]), torch.tensor([[0.0, 3.0, 1.0]])
    assert PIXEL["l1"](made, wanted).item() == pytest.approx(1.0)
    assert PIXEL["l2"](made, wanted).item() == pytest.approx(5 / 3)
    assert PIXEL["charbonnier"](made, wanted).item() == pytest.approx(1.0, abs=1e-5)
    assert PIXEL["charbonnier"](made, made).item() == pytest.approx(1e-6)
    assert PIXEL["l1"](made.bfloat16(), wanted.bfloat16()).dtype == torch.float32


def test_a_gram_matrix_is_symmetric_and_its_trace_is_the_mean_square():
    maps = torch.randn(2, 5, 4, 6)
    found = gram(maps)
    torch.testing.assert_close(found, found.mT)
    assert torch.linalg.eigvalsh(found).min() > -1e-6
    torch.testing.assert_close(found.diagonal(dim1=1, dim2=2).sum(1), maps.square().mean((1, 2, 3)))


def test_textures_do_not_mind_where_they_are_and_maps_do():
    maps = (torch.randn(1, 4, 8, 8),)
    moved = (maps[0].roll(3, 3),)
    assert textures_apart(moved, maps).item() == pytest.approx(0, abs=1e-6)
    assert maps_apart(moved, maps).item() > 0.5
    assert maps_apart(moved, maps, [2.0]) == 2 * maps_apart(moved, maps)


def test_nothing_is_learned_by_the_wanted_image():
    made, wanted = (torch.randn(1, 4, 8, 8, requires_grad=True) for _ in range(2))
    (maps_apart((made,), (wanted,)) + textures_apart((made,), (wanted,))).backward()
    assert made.grad.any()
    assert wanted.grad is None


def test_total_variation_is_zero_when_flat_and_counts_both_directions():
    ramp = torch.arange(4.0).view(1, 1, 1, 4).expand(1, 1, 3, 4)
    assert total_variation(torch.ones(1, 3, 5, 5)).item() == 0
    assert total_variation(ramp).item() == pytest.approx(1.0)
    assert total_variation(ramp + ramp.mT[:, :, :3].new_tensor([[0.0], [2.0], [4.0]])).item() == pytest.approx(3.0)


def test_terms_are_weighted_named_and_off_at_zero():
    made, wanted = torch.rand(2, 1, 32, 32), torch.rand(2, 1, 32, 32)
    assert set(LikenessTerms(Likeness(pixel=0.0))(made, wanted)) == set()
    terms = LikenessTerms(Likeness(pixel=3.0, total_variation=0.5, perceptual=2.0, style=1.0, eye="vgg19-random"))
    found = terms(made, wanted)
    assert set(found) == {"pixel", "total_variation", "perceptual", "style"}
    torch.testing.assert_close(found["pixel"], 3 * F.l1_loss(made, wanted))
    assert terms(wanted, wanted)["perceptual"].item() == 0
    assert not list(terms.parameters())
    assert not terms.state_dict()


def test_the_random_eye_is_always_the_same_and_leaves_chance_alone():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    one, other = eye_of("vgg19-random"), eye_of("vgg19-random")
    assert torch.equal(torch.rand(2), expected)
    image = torch.rand(1, 3, 32, 32, requires_grad=True)
    maps = one(image)
    assert [tuple(seen.shape[1:]) for seen in maps] == [
        (64, 32, 32),
        (128, 16, 16),
        (256, 8, 8),
        (512, 4, 4),
        (512, 2, 2),
    ]
    assert all(seen.min() >= 0 for seen in maps)
    assert all(torch.equal(a, b) for a, b in zip(maps, other(image), strict=True))
    assert len(shares_of("vgg19-random")) == len(maps)
    maps[-1].sum().backward()
    assert image.grad.any()
    assert not any(p.requires_grad for p in one.parameters())


def test_published_weights_of_the_features():
    with torch.device("meta"):
        import torchvision

        features = torchvision.models.vgg19().features
        assert sum(p.numel() for p in features.parameters()) == 20_024_384
        assert len(Vgg19(features).layers) == 30


def test_weights_that_are_not_there_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(ValueError, match="take effnet-lite0, or vgg19-random for a weaker loss"):
        eye_of("vgg19")


def test_impossible_weights_are_refused():
    with pytest.raises(ValueError, match=r"likeness\.style must not be negative"):
        Likeness(style=-1.0)
    with pytest.raises(ValueError, match="0 0 1 1 is the whole image"):
        Likeness(face=(0.5, 0.0, 0.5, 1.0))


def test_strangeness_sees_the_face_alone_and_teaches_only_the_made_one():
    def knows(faces: torch.Tensor) -> torch.Tensor:
        assert faces.shape == (2, 3, 10, 5)
        return F.normalize(faces.flatten(1), dim=1)

    made, wanted = (torch.rand(2, 1, 20, 10, requires_grad=True) for _ in range(2))
    face = (0.5, 0.25, 1.0, 0.75)
    found = strangeness(knows, made, wanted, face)
    assert 0 < found < 1
    found.backward()
    assert wanted.grad is None
    outside = made.grad.clone()
    outside[:, :, 5:15, 5:] = 0
    assert made.grad.any()
    assert not outside.any()
    assert strangeness(knows, made, made, face).item() == pytest.approx(0, abs=1e-6)


def test_the_identity_term_is_weighted_and_pulls_a_face_towards_the_wanted_one():
    made, wanted = torch.rand(1, 3, 40, 40, requires_grad=True), torch.rand(1, 3, 40, 40)
    terms = LikenessTerms(Likeness(pixel=0.0, identity=2.0))
    first = terms(made, wanted)
    assert set(first) == {"identity"}
    first["identity"].backward()
    better = terms(made - 0.02 * made.grad.sign(), wanted)["identity"]
    assert better < first["identity"]
    assert terms(wanted, wanted)["identity"].item() == pytest.approx(0, abs=1e-5)
    torch.testing.assert_close(2 * LikenessTerms(Likeness(identity=1.0))(made, wanted)["identity"], first["identity"])
    assert not list(terms.parameters())
    assert not terms.state_dict()
