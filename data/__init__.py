"""What a sale is: raw files in, one validated panel of daily sales out."""
