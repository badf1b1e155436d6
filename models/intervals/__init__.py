"""From a forecast to its quantiles: how large errors are, conformal scores, and how new sales adapt them."""
