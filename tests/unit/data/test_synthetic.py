"""data.synthetic: synthetic sales with the statistics of the real set."""

from pathlib import Path

import numpy as np
import pytest

from data.dates.calendar_days import calendar
from data.loading.cleaning_rules import DataParams
from data.loading.load_history import RawFiles, load_history
from data.panel.sales_panel import SalesPanel
from data.synthetic import DRIFTS, SyntheticParams, main, synthetic_panel

SMALL = SyntheticParams(stores=4, items=6, days=500)
LAST = np.s_[:, -28:]


@pytest.fixture(scope="module")
def usual() -> SalesPanel:
    return synthetic_panel(SyntheticParams())


def test_the_sample_has_the_shape_of_the_real_set(usual: SalesPanel) -> None:
    assert usual.sales.shape == (500, 1826)
    assert (str(usual.start), str(usual.end)) == ("2013-01-01", "2017-12-31")
    assert usual.sales.mean() == pytest.approx(52.25, rel=0.02)
    assert usual.sales.min() >= 0
    assert (usual.sales == np.round(usual.sales)).all()


def test_weekdays_months_and_years_sell_as_in_the_real_set(usual: SalesPanel) -> None:
    days, total = calendar(usual.start, usual.n_days), usual.sales.sum(axis=0)
    by_weekday = np.array([total[days.weekday == day].mean() for day in range(7)])
    np.testing.assert_allclose(
        by_weekday / by_weekday[0], [1, 1.167, 1.167, 1.25, 1.334, 1.416, 1.5], rtol=0.01
    )
    july, january = (total[days.month == month].mean() for month in (7, 1))
    assert july / january == pytest.approx(1.886, rel=0.01)
    by_year = np.array([total[days.year == year].mean() for year in range(2013, 2018)])
    np.testing.assert_allclose(by_year / by_year[0], [1, 1.15, 1.2, 1.3, 1.35], rtol=0.01)


def test_sales_scatter_as_counts_do_around_the_product_of_their_factors(usual: SalesPanel) -> None:
    starts_a_month = calendar(usual.start, usual.n_days).day <= 14
    fortnights = usual.sales[:, starts_a_month].astype(np.float64).reshape(500, -1, 14)
    first, second = fortnights[:, :, :7], fortnights[:, :, 7:]  # days of equal mean, a week apart
    assert ((second - first) ** 2).sum() / (second + first).sum() == pytest.approx(1, abs=0.01)


def test_a_seed_gives_the_same_sales_again_and_another_one_others() -> None:
    again, other = synthetic_panel(SMALL), synthetic_panel(SMALL.model_copy(update={"seed": 2}))
    assert synthetic_panel(SMALL).content_hash() == again.content_hash() != other.content_hash()


def test_more_days_only_add_days() -> None:
    longer = synthetic_panel(SMALL.model_copy(update={"days": 530}))
    np.testing.assert_array_equal(longer.sales[:, :500], synthetic_panel(SMALL).sales)


@pytest.mark.parametrize("name", DRIFTS)
def test_drift_changes_the_last_days_and_nothing_before(name: str) -> None:
    drifted, before = synthetic_panel(SMALL, [name]).sales, synthetic_panel(SMALL).sales
    np.testing.assert_array_equal(drifted[:, :-28], before[:, :-28])
    moved = np.abs(drifted[LAST] - before[LAST]).sum() / before[LAST].sum()
    noise = np.abs(before[:, -35:-28] - before[:, -28:-21]).sum() / before[:, -28:-21].sum()
    assert moved > noise


def test_each_drift_is_what_its_name_says() -> None:
    before = synthetic_panel(SMALL).sales[LAST]
    by_name = {name: synthetic_panel(SMALL, [name]).sales[LAST] for name in DRIFTS}
    assert by_name["level-shift"].sum() / before.sum() == pytest.approx(1.3, rel=0.02)
    assert (by_name["closed-store"][:6] == 0).all()
    assert by_name["closed-store"][6:].sum() == pytest.approx(before[6:].sum(), rel=0.02)
    for steady_total in ("weekday-rotation", "item-mix"):
        assert by_name[steady_total].sum() == pytest.approx(before.sum(), rel=0.02)
    order = np.corrcoef(by_name["item-mix"].sum(axis=1), before.sum(axis=1))[0, 1]
    assert order < 0


def test_the_job_writes_a_file_that_the_history_reads_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--stores", "2", "--items", "3", "--days", "50", "--drift", "closed-store", "--drift-days", "5"]
    for name in ("sales.csv", "sales.csv.gz", "sales.parquet"):
        assert main(["--out", str(tmp_path / name), *asked]) == 0
        panel, _ = load_history(RawFiles((tmp_path / name,), ()), DataParams())
        expected = synthetic_panel(SyntheticParams(stores=2, items=3, days=50), ["closed-store"], 5)
        assert panel.content_hash() == expected.content_hash()
    assert "6 series, 2013-01-01 to 2013-02-19" in capsys.readouterr().out


def test_the_job_exits_2_for_a_format_it_does_not_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "sales.xlsx"), "--days", "2"]) == 2
    assert "sales.xlsx" in capsys.readouterr().err


def test_the_job_exits_2_for_a_shop_that_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "sales.csv"), "--stores", "0"]) == 2
    assert "synthetic.stores is 0" in capsys.readouterr().err
