"""What the members fit before a cutoff, as arrays."""

from dataclasses import dataclass

import numpy as np

from data.dates.closed_days import ClosedRules
from models.components.cold_start import LevelPrior
from models.components.discontinued_series import Records
from models.components.level_blend import Blend
from models.components.levels import Growth
from models.components.seasonal_profile import Floats, Ints, Profile
from models.components.weekday_change import WeekdayChange

NEVER = np.iinfo(np.int32).max  # the first sale of a series that never sold


@dataclass(frozen=True)
class MemberFit:
    """A profile, the newest growth around it, the blend of its levels, and the blend its tree starts from."""

    profile: Profile
    growth: Growth
    blend: Blend
    offset: Blend


@dataclass(frozen=True)
class FittedState:
    """All that was fitted before a cutoff; `first_sale` is a day number since 1970, `NEVER` without one.

    Versions saved before `records`, `weekday_change` and `limits` were added hold None.
    """

    rules: ClosedRules
    trend: MemberFit  # of members O and T
    season: MemberFit  # of member N
    prior: LevelPrior | None
    first_sale: Ints
    records: Records | None = None
    weekday_change: WeekdayChange | None = None
    limits: Floats | None = None  # (n_series,), see `sales_limits`
