"""Whether answers are what was expected, and what that adds up to. Pure: values in, values out."""

from experiments.experiment_kind.scoring.comparison import Change, Comparison, Pair, Standing, compare
from experiments.experiment_kind.scoring.interval import wilson
from experiments.experiment_kind.scoring.rules import RULES, BadScoring, Rule, Scoring
from experiments.experiment_kind.scoring.tally import Agreement, Confusion, Judged, Score, Tally, score
from experiments.experiment_kind.scoring.verdicts import MISSING, Judge, Verdict, shown

__all__ = [
    "MISSING",
    "RULES",
    "Agreement",
    "BadScoring",
    "Change",
    "Comparison",
    "Confusion",
    "Judge",
    "Judged",
    "Pair",
    "Rule",
    "Score",
    "Scoring",
    "Standing",
    "Tally",
    "Verdict",
    "compare",
    "score",
    "shown",
    "wilson",
]
