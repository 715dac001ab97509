"""Terms on a player's weights themselves, whatever it plays."""

from __future__ import annotations

from torch import nn

from ..play.game import Losses
from .averaging import HistoricalAverage
from .orthogonal import orthogonality
from .settings import Techniques


class WeightTerms(nn.Module):
    """Orthogonal regularisation and historical averaging of one player's network, as the techniques say.

    Call it with the network for the terms, and `follow` once after each of the player's ordinary updates. ValueError
    for networks without weights that orthogonality is defined for.
    """

    def __init__(self, network: nn.Module, techniques: Techniques):
        super().__init__()
        self.orthogonal, self.historical = techniques.orthogonal, techniques.historical
        self.past = HistoricalAverage(network) if self.historical else None
        if self.orthogonal:
            orthogonality(network)  # refuses now what it would refuse in the first turn

    def forward(self, network: nn.Module) -> Losses:
        terms = Losses()
        if self.orthogonal:
            terms["orthogonal"] = self.orthogonal * orthogonality(network)
        if self.past is not None:
            terms["historical"] = self.historical * self.past(network)
        return terms

    def follow(self, network: nn.Module) -> None:
        """Take the network as it is now into the average of its past."""
        if self.past is not None:
            self.past.follow(network)
