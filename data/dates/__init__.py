"""Days: the calendar, days a store is closed, and the folds of a backtest."""
