"""How sure figures are, and how they are told."""

# So many observations make a finding half sure.
HALF_SURE = 20


def confidence(observations: int) -> float:
    """From 0 for nothing seen towards 1."""
    return round(observations / (observations + HALF_SURE), 4)


def share(part: float, whole: float) -> float:
    """Of nothing, nothing."""
    return round(part / whole, 4) if whole else 0.0
