"""Has the world changed? New sales against what was to be expected of them."""
