"""An empty FastAPI endpoint on uvicorn with uvloop and httptools."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Question(BaseModel):
    """One series and day."""

    store: int
    item: int
    date: str


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


@app.post("/predict")
async def predict(question: Question) -> Answer:
    """The same answer to everybody."""
    return ANSWER
