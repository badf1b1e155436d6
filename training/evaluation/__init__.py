"""How good the champion and the baselines are: backtest, leaderboard, report."""
