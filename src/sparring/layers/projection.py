"""What a critic does with labels after its features: a projection, a classifier, or nothing."""

from __future__ import annotations

from torch import Tensor, nn

from ..play.scene import Verdict
from .labels import check


class LabelHead(nn.Module):
    """Turns a critic's logit and last features into a Verdict.

    projection: adds the inner product of the label's embedding with the features summed over positions
    (Miyato and Koyama 2018). auxiliary: classifies those sums (Odena et al. 2017). concat, or no classes: nothing, as
    the labels came in earlier. `logit` is (n, 1, ...), `h` (n, channels, height, width) or (n, channels).
    """

    def __init__(self, conditioning: str, channels: int, classes: int):
        super().__init__()
        self.classes = classes
        self.embedding = nn.Embedding(classes, channels) if classes and conditioning == "projection" else None
        self.classifier = nn.Linear(channels, classes) if classes and conditioning == "auxiliary" else None

    def forward(self, logit: Tensor, h: Tensor, y: Tensor | None, features: tuple[Tensor, ...]) -> Verdict:
        if self.embedding is None and self.classifier is None:
            return Verdict((logit,), features)
        summed = h.sum((2, 3)) if h.dim() == 4 else h
        if self.embedding is not None:
            inner = (self.embedding(check(y, self.classes)) * summed).sum(1)
            logit = logit + inner.view(-1, *[1] * (logit.dim() - 1))
        classes = None if self.classifier is None else self.classifier(summed)
        return Verdict((logit,), features, classes)
