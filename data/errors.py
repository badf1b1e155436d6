"""What can be wrong with data, names and artifacts: found, expected, and a hint at what to do."""


class StorecastError(Exception):
    """Base of everything this project raises on purpose; `hint` is what the reader can do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{message} {self.hint}" if self.hint else message

    @property
    def message(self) -> str:
        """What was found and expected, without the hint."""
        return str(self.args[0])


class DataContractError(StorecastError):
    """Sales or settings that are not what they have to be."""


class UnknownSeriesError(StorecastError):
    """A store and item that the model does not know."""


class NoChampionError(StorecastError):
    """Nothing has been trained and promoted yet."""


class ArtifactError(StorecastError):
    """A stored file that is missing, damaged or of another version."""
