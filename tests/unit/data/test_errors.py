"""data.errors: an error says what was found and what to do."""

import pytest

from data.errors import ArtifactError, DataContractError, NoChampionError, StorecastError, UnknownSeriesError


@pytest.mark.parametrize("kind", [DataContractError, UnknownSeriesError, NoChampionError, ArtifactError])
def test_every_error_of_ours_can_be_caught_as_one_and_keeps_its_hint(kind: type[StorecastError]) -> None:
    error = kind("Found this.", hint="Do that.")
    assert isinstance(error, StorecastError)
    assert (error.message, error.hint, str(error)) == ("Found this.", "Do that.", "Found this. Do that.")


def test_an_error_without_a_hint_says_only_what_was_found() -> None:
    assert str(StorecastError("Found this.")) == "Found this."
