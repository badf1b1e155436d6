"""The endpoints: request and response schemas, and the forecasts that answer them."""
