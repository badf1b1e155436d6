"""What the members learn before a cutoff, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.dates.closed_days import ClosedRules
from models.components.cold_start import LevelPrior
from models.components.level_blend import Blend
from models.components.levels import Growth
from models.components.seasonal_profile import Ints, Profile

NEVER = np.iinfo(np.int32).max  # the first sale of a series that never sold


@dataclass(frozen=True)
class Reading:
    """A profile, the newest growth around it, the blend of its levels, and the blend its tree starts from."""

    profile: Profile
    growth: Growth
    blend: Blend
    offset: Blend


@dataclass(frozen=True)
class Learnt:
    """What was learnt before a cutoff; `first_sale` is a day number since 1970, `NEVER` without one."""

    rules: ClosedRules
    trend: Reading
    season: Reading
    prior: LevelPrior | None
    first_sale: Ints
