"""The original project's two estimators, XGBoost and a random forest, and what a saved model keeps of them.

scikit-learn is needed to fit and never to predict: a saved forest is a few arrays, walked by numpy.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from data.params import Params
from models.evaluation.model_names import RegressorKind
from models.storage.array_packing import load_arrays, save_arrays

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestRegressor
    from xgboost import Booster, XGBRegressor

Kind = RegressorKind
Rows = NDArray[np.float32]
Sales = NDArray[np.floating[Any]]


class SeedParams(Params):
    """How the original project's estimators are fitted; row limits bound the cost for data of any size."""

    rows: int = Field(default=200_000, ge=100)
    rounds: int = Field(default=300, ge=1)
    depth: int = Field(default=6, ge=1)
    learning_rate: float = Field(default=0.1, gt=0, le=1)
    forest_rows: int = Field(default=30_000, ge=100)
    forest_trees: int = Field(default=30, ge=1)
    forest_min_leaf: int = Field(default=3, ge=1)
    random_seed: int = Field(default=1, ge=0)


def fit_xgboost(rows: Rows, sales: Sales, params: SeedParams) -> XGBRegressor:
    """Squared error on the ten features as they are, NaN for unknown."""
    from xgboost import XGBRegressor

    estimator = XGBRegressor(
        n_estimators=params.rounds,
        max_depth=params.depth,
        learning_rate=params.learning_rate,
        tree_method="hist",
        n_jobs=1,  # on busy cores two threads cost many times the time of one
        random_state=params.random_seed,
    )
    return estimator.fit(rows, sales)


def fit_forest(rows: Rows, sales: Sales, params: SeedParams) -> RandomForestRegressor:
    """Mean of trees on bootstrap samples, NaN = unknown."""
    from sklearn.ensemble import RandomForestRegressor

    estimator = RandomForestRegressor(
        n_estimators=params.forest_trees,
        min_samples_leaf=params.forest_min_leaf,
        n_jobs=1,
        random_state=params.random_seed,
    )
    return estimator.fit(rows, sales)


@dataclass(frozen=True)
class BoostedTrees:
    """A fitted XGBoost model, saved as UBJSON."""

    booster: Booster

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Sales of each row, (n,)."""
        return np.asarray(self.booster.inplace_predict(rows), np.float64)

    def save(self, folder: Path) -> None:
        self.booster.save_model(folder / "seed.ubj")

    @classmethod
    def load(cls, folder: Path) -> Self:
        from xgboost import Booster

        return cls(Booster(params={"nthread": 1}, model_file=folder / "seed.ubj"))


@dataclass(frozen=True)
class Forest:
    """The nodes of all trees of a forest, an array (n_nodes,) for each property; a leaf is its own child."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    unknown_goes_left: NDArray[np.bool_]
    children: NDArray[np.int32]
    value: NDArray[np.float64]
    depth: NDArray[np.int32]

    @classmethod
    def of(cls, estimator: RandomForestRegressor) -> Self:
        """Take over the trees of a fitted scikit-learn forest."""
        trees = [member.tree_ for member in estimator.estimators_]
        roots = np.cumsum([0, *(tree.node_count for tree in trees)])[:-1]
        children = np.concatenate([_children(tree) + root for tree, root in zip(trees, roots, strict=True)])
        return cls(
            roots=roots.astype(np.int32),
            feature=np.concatenate([np.maximum(tree.feature, 0) for tree in trees]).astype(np.int32),
            threshold=np.concatenate([tree.threshold for tree in trees]),
            unknown_goes_left=np.concatenate([tree.missing_go_to_left for tree in trees]).astype(np.bool_),
            children=children.astype(np.int32),
            value=np.concatenate([tree.value[:, 0, 0] for tree in trees]),
            depth=np.array(max(tree.max_depth for tree in trees), np.int32),
        )

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Sales of each row, (n,): all rows go down all trees together, one level at a time."""
        nodes = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        row = np.arange(len(rows))[:, None]
        for _ in range(int(self.depth)):
            known = rows[row, self.feature[nodes]]
            left = np.where(np.isnan(known), self.unknown_goes_left[nodes], known <= self.threshold[nodes])
            nodes = self.children[nodes, np.where(left, 0, 1)]
        return np.asarray(self.value[nodes].mean(axis=1))

    def save(self, folder: Path) -> None:
        save_arrays(folder / "seed_forest.npz", asdict(self))

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(**load_arrays(folder / "seed_forest.npz"))


def _children(tree: Any) -> NDArray[np.int64]:
    """Left and right child of each node of a scikit-learn tree, (n_nodes, 2); a leaf points at itself."""
    children = np.stack([tree.children_left, tree.children_right], axis=1)
    return np.where(children < 0, np.arange(tree.node_count)[:, None], children)
