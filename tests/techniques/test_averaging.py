"""Historical averaging."""

from __future__ import annotations

import torch
from torch import nn

from sparring.techniques.averaging import HistoricalAverage


def test_it_is_the_squared_distance_from_the_mean_of_all_past_weights():
    layer = nn.Linear(3, 2)
    history = HistoricalAverage(layer)
    assert history(layer).item() == 0
    past = []
    for _ in range(5):
        with torch.no_grad():
            layer.weight.normal_()
            layer.bias.normal_()
        past.append([p.clone() for p in layer.parameters()])
        history.follow(layer)
    expected = sum(
        (now - torch.stack(then).mean(0)).square().sum()
        for now, then in zip(layer.parameters(), zip(*past, strict=True), strict=True)
    )
    value = history(layer)
    torch.testing.assert_close(value, expected)
    value.backward()
    torch.testing.assert_close(layer.bias.grad, 2 * (layer.bias - torch.stack([p[1] for p in past]).mean(0)).detach())


def test_still_weights_cost_nothing():
    layer = nn.Linear(3, 2)
    history = HistoricalAverage(layer)
    for _ in range(3):
        history.follow(layer)
    assert history(layer).item() < 1e-10


def test_it_damps_what_turns_in_circles():
    """Minimising and maximising xy turns for ever; pulled to the past, it spirals inwards (Salimans et al. 2016)."""

    def end(weight):
        players = nn.ParameterList([nn.Parameter(torch.tensor(1.0)), nn.Parameter(torch.tensor(1.0))])
        history = HistoricalAverage(players)
        for _ in range(400):
            x, y = players
            past = history(players)
            slope_x, slope_y = y + weight * slope(past, x), -x + weight * slope(past, y)
            with torch.no_grad():
                x -= 0.05 * slope_x
                y -= 0.05 * slope_y
            history.follow(players)
        return float(sum(p.detach().square() for p in players))

    start = 2.0
    assert end(0.0) > start > 2 * end(1.0)


def slope(value, parameter):
    return torch.autograd.grad(value, parameter, retain_graph=True)[0]


def test_it_is_saved_and_restored():
    layer = nn.Linear(3, 2)
    history = HistoricalAverage(layer)
    history.follow(layer)
    with torch.no_grad():
        layer.weight.add_(1)
    other = HistoricalAverage(nn.Linear(3, 2))
    other.load_state_dict(history.state_dict())
    assert torch.equal(other(layer), history(layer))


def test_frozen_parameters_are_not_followed():
    module = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1).requires_grad_(False))
    assert HistoricalAverage(module).names == ["0.weight", "0.bias"]
