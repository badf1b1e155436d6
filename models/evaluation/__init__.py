"""How good forecasts are: scores of arrays, and scorecards of models."""
