"""Whether answers are what was expected, and what that adds up to. Pure: values in, values out."""

from experiments.scoring.comparison import Change, Comparison, Standing, compare
from experiments.scoring.interval import wilson
from experiments.scoring.rules import RULES, BadScoring, Rule, Scoring
from experiments.scoring.tally import Agreement, Confusion, Judged, Score, Tally, score
from experiments.scoring.verdicts import Judge, Verdict

__all__ = [
    "RULES",
    "Agreement",
    "BadScoring",
    "Change",
    "Comparison",
    "Confusion",
    "Judge",
    "Judged",
    "Rule",
    "Score",
    "Scoring",
    "Standing",
    "Tally",
    "Verdict",
    "compare",
    "score",
    "wilson",
]
