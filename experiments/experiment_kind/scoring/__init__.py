"""Whether answers are what was expected, and what that adds up to. Pure: values in, values out."""

from experiments.experiment_kind.scoring.comparison import Comparison, Pair, Standing, compare
from experiments.experiment_kind.scoring.interval import wilson_interval
from experiments.experiment_kind.scoring.judge import MISSING, Judge
from experiments.experiment_kind.scoring.rules import RULES
from experiments.experiment_kind.scoring.settings import Scoring
from experiments.experiment_kind.scoring.tally import Agreement, Confusion, Run, Score, Tally, score
from experiments.experiment_kind.scoring.texts import comparable_text

__all__ = [
    "MISSING",
    "RULES",
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
