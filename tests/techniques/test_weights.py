"""Terms on the weights of one player."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring.techniques.orthogonal import orthogonality
from sparring.techniques.settings import Techniques
from sparring.techniques.weights import WeightTerms


def test_nothing_is_asked_and_kept_unless_it_is_on() -> None:
    network = nn.Linear(3, 2)
    terms = WeightTerms(network, Techniques())
    terms.follow(network)
    assert terms(network) == {}
    assert not terms.state_dict()


def test_orthogonality_is_weighted() -> None:
    network = nn.Linear(3, 2)
    paid = WeightTerms(network, Techniques(orthogonal=1e-4))(network)
    torch.testing.assert_close(paid, {"orthogonal": 1e-4 * orthogonality(network)})


def test_the_past_pulls_once_there_is_one() -> None:
    """2 w (theta - mean), with a mean that the present is not part of."""
    network = nn.Linear(3, 2)
    terms = WeightTerms(network, Techniques(historical=0.5))
    assert terms(network)["historical"] == 0
    past = network.weight.detach().clone()
    terms.follow(network)
    with torch.no_grad():
        network.weight.add_(1.0)
    paid = terms(network)["historical"]
    assert paid.item() == pytest.approx(0.5 * 6)
    paid.backward()
    torch.testing.assert_close(network.weight.grad, 2 * 0.5 * (network.weight.detach() - past))


def test_a_bilinear_game_spirals_in_instead_of_out() -> None:
    """min_x max_y xy by simultaneous descent: the circle that grows, with historical averaging shrinks."""

    def radius(weight: float) -> float:
        x, y = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
        nn.init.ones_(x.weight)
        nn.init.ones_(y.weight)
        pasts = [WeightTerms(player, Techniques(historical=weight)) for player in (x, y)]
        for _ in range(400):
            value = (x.weight * y.weight).sum()
            for player, past, sign in zip((x, y), pasts, (1, -1), strict=True):
                loss = sign * value + sum(past(player).values())
                (player.weight.grad,) = torch.autograd.grad(loss, player.weight, retain_graph=True)
            for player, past in zip((x, y), pasts, strict=True):
                with torch.no_grad():
                    player.weight -= 0.05 * player.weight.grad
                past.follow(player)
        return float(torch.cat([x.weight.detach(), y.weight.detach()]).norm())

    assert radius(1.0) < 1.0 < 2**0.5 < radius(0.0)


def test_networks_without_such_weights_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"set techniques\.orthogonal to 0"):
        WeightTerms(nn.LayerNorm(3), Techniques(orthogonal=1e-4))
