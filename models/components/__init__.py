"""The parts that members are made of: seasonal profile, sales levels, level breaks, trees."""
