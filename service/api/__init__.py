"""The endpoints: request and response models, and the forecasts behind them."""
