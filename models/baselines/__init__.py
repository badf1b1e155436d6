"""What the forecaster is compared with: seasonal naive and the ten-feature regressors."""
