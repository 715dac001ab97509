"""The breakdown of the numbers as a finding: it ends a session too suddenly for any rule."""

from __future__ import annotations

from ..play.guard import NonFiniteError
from ..recipes.preset import Facts
from ..run.session import Session
from .findings import Finding
from .remedies import prescribed
from .setups import setup_of

BROKEN = ("lower-rates", "clip-gradients", "default-rates", "r1")
"""Remedies where the numbers have broken down."""


def broken_down(session: Session, error: NonFiniteError) -> Finding:
    """The breakdown of the numbers as a finding, which comes too suddenly for any rule."""
    source, images = session.source, float(session.engine.clock.images)
    facts = Facts(tuple(source.shape), len(source.classes), source.count)
    setup = setup_of(session.recipe, facts, session.engine.game)
    return Finding(
        rule="broken-updates",
        severity="alarm",
        title="The numbers have broken down",
        sentence=str(error),
        refute="",
        remedies=prescribed(BROKEN, setup),
        first_images=images,
        last_images=images,
    )
