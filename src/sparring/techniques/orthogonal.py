"""Orthogonal regularisation: rows of weight matrices that do not overlap."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .spectral import TRANSPOSED, WEIGHTED, spectral_norm_of


def orthogonality(module: nn.Module) -> Tensor:
    """The sum over weight matrices W of the squared entries of WW' off its diagonal (0-d), unweighted.

    W is (outputs, everything else), of every linear, convolutional and embedding layer that learns. It is 0 where
    rows are orthogonal, however long they are; the paper weighs it with 1e-4 (Brock et al. 2019). Spectrally
    normalised layers count with the weights as they are stored. A generator's class embeddings (`ClassEmbedding`)
    are left out. The authors' code adds only half of this gradient.
    """
    terms = []
    for part in module.modules():
        if not isinstance(part, WEIGHTED):
            continue
        normalised = spectral_norm_of(part) is not None  # reading `weight` itself would move its power iteration
        weight = part.get_parameter("parametrizations.weight.original" if normalised else "weight")
        if not weight.requires_grad:
            continue
        rows = weight.movedim(1 if isinstance(part, TRANSPOSED) else 0, 0).flatten(1)
        products = rows @ rows.mT
        terms.append(products.square().sum() - products.diagonal().square().sum())
    if not terms:
        raise ValueError(
            "none of these weights can be made orthogonal: their rates are equalised, or they do not learn; "
            "set techniques.orthogonal to 0"
        )
    return torch.stack(terms).sum()
