"""The drift detector: standardised shifts of groups of series against their forecasts."""
