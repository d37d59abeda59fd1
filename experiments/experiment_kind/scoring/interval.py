"""How far the share seen in a sample may be from the true one."""

from math import sqrt

Z_95 = 1.959963984540054
"""The standard normal distribution's 0.975 quantile."""


def wilson_interval(right: int, scored: int) -> tuple[float, float] | None:
    """The 95 % score interval for a share of `right` among `scored`; None where that is 0.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209-212: with p = right / n, the bounds are
    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). It takes the judged answers as independent of one another, which
    iterations of one item are not: with iterations the truth may be further away than it says.
    """
    if not scored:
        return None
    share, square = right / scored, Z_95**2
    middle = share + square / (2 * scored)
    spread = Z_95 * sqrt(share * (1 - share) / scored + square / (4 * scored**2))
    scale = 1 + square / scored
    # At 0 and at 1 the bound is exactly that; rounding must not say otherwise.
    low = 0.0 if right == 0 else (middle - spread) / scale
    high = 1.0 if right == scored else (middle + spread) / scale
    return low, high
