"""An empty BentoML endpoint, tuned as far as BentoML allows: what a request costs before it is answered."""

import gc
import os

import bentoml
from pydantic import BaseModel


class Answer(BaseModel):
    """As much as a forecast with its bounds."""

    predicted_sales: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float
    method: str
    model_version: str


ANSWER = Answer(
    predicted_sales=52.1,
    lower_80=43.2,
    upper_80=61.7,
    lower_95=38.1,
    upper_95=67.3,
    method="model",
    model_version="20171231T000000-abcdef",
)


@bentoml.service(
    workers=int(os.environ["EMPTY_WORKERS"]),
    tracing={"excluded_urls": ".*"},
    logging={"access": {"enabled": False}},
    traffic={"timeout": 5},
)
class EmptyService:
    """Validates three fields and answers a constant."""

    def __init__(self) -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 1000)

    @bentoml.api  # type: ignore[untyped-decorator]  # BentoML ships no types
    async def predict(self, store: int, item: int, date: str) -> Answer:
        """The same answer to everybody."""
        return ANSWER
