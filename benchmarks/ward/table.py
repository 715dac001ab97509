"""Who lies in the ward: every planted failure and every healthy run that only looks odd, as data.

An illness stands in both halves, with other data, networks, sizes and losses in each: thresholds are set on the tuning
half, and what is reported is the other.
"""

from __future__ import annotations

from . import reporting, tuning

PLAYERS = tuning.PLAYERS + reporting.PLAYERS
SAMPLES = tuning.SAMPLES + reporting.SAMPLES
HEALTHY = tuning.HEALTHY + reporting.HEALTHY
PATIENTS = {patient.id: patient for patient in (*PLAYERS, *SAMPLES, *HEALTHY)}
