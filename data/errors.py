"""What can be wrong with data, names and artifacts: found, expected, and a hint at what to do."""


class StorecastError(Exception):
    """Base of everything this project raises on purpose; `hint` is what the reader can do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class DataContractError(StorecastError):
    """Sales or settings that are not what they have to be."""


class UnknownSeriesError(StorecastError):
    """A store and item that the model does not know."""


class NoChampionError(StorecastError):
    """Nothing has been trained and promoted yet."""


class ArtifactError(StorecastError):
    """A stored file that is missing, damaged or of another version."""
