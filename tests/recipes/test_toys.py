"""Every toy trains to its end, stays finite, and learns what it claims to show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sparring.data.feed import Source
from sparring.data.open import open_source
from sparring.data.points import Points
from sparring.play.engine import Engine
from sparring.play.machine import Machine
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.run.handles import Synthesizer
from sparring.run.samples import exported
from sparring.run.scoring import Scoring
from sparring.run.setting_up import engine_of
from sparring.settings import assign

TOYS = [name for name in RECIPES if name.endswith("-toy")]
