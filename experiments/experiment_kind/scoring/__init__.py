"""Whether answers are what was expected, and what that adds up to. Pure: values in, values out."""

from experiments.experiment_kind.scoring.comparison import Comparison, Pair, Standing, compare
from experiments.experiment_kind.scoring.interval import wilson_interval
from experiments.experiment_kind.scoring.judge import MISSING, Judge, comparable_text
from experiments.experiment_kind.scoring.rules import Scoring
from experiments.experiment_kind.scoring.tally import Agreement, Confusion, Run, Score, Tally, score

__all__ = [
    "MISSING",
    "Agreement",
    "Comparison",
    "Confusion",
    "Judge",
    "Pair",
    "Run",
    "Score",
    "Scoring",
    "Standing",
    "Tally",
    "comparable_text",
    "compare",
    "score",
    "wilson_interval",
]
