"""data.loading.quality_report: the report of the data checks."""

import json

from data.loading.quality_report import Finding, QualityReport, examples

FACTS = {
    "series": 2,
    "stores": 1,
    "items": 2,
    "from": "2017-01-01",
    "to": "2017-12-31",
    "days": 365,
    "mean_sales": 12.345,
    "zero_share": 0.25,
    "closed": {"words": "Closed days: none."},
}
DUPLICATES = Finding("duplicates", "last", 3, 1000, ("store 1, item 2: 3, then 4",))


def report(*findings: Finding) -> QualityReport:
    return QualityReport(("a.csv", "b.parquet"), 1234, FACTS, findings)


def test_the_words_name_files_size_and_flaws_that_were_found() -> None:
    assert report(DUPLICATES, Finding("outliers", "keep", 0, 1000)).summary_lines == [
        "Read 1,234 rows from a.csv, b.parquet.",
        "2 series, 1 store, 2 items; 2017-01-01 to 2017-12-31, 365 days.",
        "12.35 sold a day and series; 25.0% of them zero.",
        "Closed days: none.",
        "Data checks found:",
        "- duplicates: 3 (0.3 %), rule last; first store 1, item 2: 3, then 4",
    ]


def test_sales_without_flaws_say_so() -> None:
    assert report(Finding("outliers", "keep", 0, 1000)).summary_lines[-1] == "Data checks passed."


def test_json_holds_count_share_rule_and_examples_of_every_kind_also_when_none_was_found() -> None:
    written = json.loads(json.dumps(report(DUPLICATES, Finding("missing days", "missing", 0, 0)).to_json()))
    assert written["rows"] == 1234
    assert written["findings"]["duplicates"] | {"words": ""} == {
        "name": "duplicates",
        "rule": "last",
        "count": 3,
        "out_of": 1000,
        "share": 0.003,
        "examples": ["store 1, item 2: 3, then 4"],
        "note": "",
        "words": "",
    }
    assert written["findings"]["missing_days"]["share"] == 0


def test_a_note_follows_the_finding() -> None:
    assert Finding("missing days", "missing", 1, 2, note="Do this.").summary.endswith(
        "rule missing. Do this."
    )


def test_a_few_examples_are_enough() -> None:
    assert examples(str(number) for number in range(100)) == ("0", "1", "2", "3", "4")
