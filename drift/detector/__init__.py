"""The alarm: standardised shifts of groups of series against what was expected."""
