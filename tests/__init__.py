"""The tests are a package since torch-fidelity installs one of the same name, which would go before a mere folder."""

from __future__ import annotations
