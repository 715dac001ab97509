"""Experience replay: the critic is also shown what the generator made earlier."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..play import chance


class Replay(nn.Module):
    """A pool of past fakes: each new one is swapped with an old one of its label with probability `share`.

    Until it holds `size` samples, the pool takes copies of new ones and shows them unchanged. After that a sample
    is either shown as it is and forgotten, or put into the pool in the place of a random old one, which is shown
    instead (Shrivastava et al. 2017, as in CycleGAN). What is shown has the label of what came. Samples (n, ...) and
    labels (n,) or None -> samples (n, ...), detached; for the critic's turn only. With several processes each has its
    own pool.
    """

    def __init__(self, size: int = 50, share: float = 0.5):
        super().__init__()
        if size < 0 or not 0 <= share <= 1:
            raise ValueError(f"a replay pool needs a size of at least 0 and a share in [0, 1], not {size} and {share}")
        self.size, self.share = size, share
        self.samples: Tensor | None = None
        self.labels: Tensor | None = None

    def __len__(self) -> int:
        return 0 if self.samples is None else len(self.samples)

    @torch.no_grad()
    def forward(self, sample: Tensor, label: Tensor | None = None) -> Tensor:
        sample = sample.detach()
        if not self.size:
            return sample
        if self.samples is not None and (label is None) != (self.labels is None):
            raise ValueError("a replay pool takes labels with every sample or with none")
        told = [label.new_zeros(0) if self.labels is None else self.labels, label] if label is not None else []
        kinds = torch.cat([part.cpu() for part in told]).tolist() if told else [0] * (len(self) + len(sample))
        swaps = chance.uniform((len(sample),), sample.device) < self.share
        places = chance.integers(self.size, (len(sample),), sample.device)
        shown, kept = self.plan(swaps.tolist(), places.tolist(), kinds)
        seen, self.samples = exchange(self.samples, sample, shown, kept)
        if label is not None:
            _, self.labels = exchange(self.labels, label, shown, kept)
        return seen

    def plan(self, swaps: list[bool], places: list[int], kinds: list[int]) -> tuple[list[int], list[int]]:
        """What is shown and what is kept, as places in the pool and then the new samples; `kinds` are all labels."""
        kept, shown = list(range(len(self))), list[int]()
        for new, (swap, place) in enumerate(zip(swaps, places, strict=True), start=len(kept)):
            if len(kept) < self.size:
                kept.append(new)
                shown.append(new)
                continue
            alike = [here for here, held in enumerate(kept) if kinds[held] == kinds[new]] if swap else []
            if alike:
                place = alike[place % len(alike)]
                shown.append(kept[place])
                kept[place] = new
            else:
                shown.append(new)
        return shown, kept

    def clear(self) -> None:
        """Forget everything: what comes from now on has another size, or another meaning."""
        self.samples = self.labels = None

    def get_extra_state(self) -> dict[str, Tensor]:
        held = {"samples": self.samples, "labels": self.labels}
        return {name: tensor for name, tensor in held.items() if tensor is not None}

    def set_extra_state(self, state: Any) -> None:
        self.samples, self.labels = state.get("samples"), state.get("labels")


def exchange(pool: Tensor | None, new: Tensor, shown: list[int], kept: list[int]) -> tuple[Tensor, Tensor]:
    """What is shown, and the pool afterwards. Places count through the pool and then the new samples.

    A full pool is changed in place: copying all of it for every batch would cost more than the batch.
    """
    pool = new[:0] if pool is None else pool.to(new)
    held = len(pool)
    old = [row for row, place in enumerate(shown) if place < held]
    # Within one batch a new sample may enter the pool and be shown again in another one's place.
    seen = new[[max(place - held, 0) for place in shown]]
    seen[old] = pool[[shown[row] for row in old]]
    if len(kept) > held:
        return seen, torch.cat([pool, new])[kept]
    entered = [place for place, source in enumerate(kept) if source != place]
    pool[entered] = new[[kept[place] - held for place in entered]]
    return seen, pool
