"""EcoIndex: how light a page is, from 0 to 100, by the published method of the CNUMR collective.

Nodes, requests and kilobytes are each placed among the quantiles of 500,000 measured pages.
Method: https://www.ecoindex.fr/comment-ca-marche/; quantiles: https://github.com/cnumr/ecoindex_python
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

NODES = (
    *(0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603),
    *(674, 753, 843, 949, 1076, 1237, 1459, 1801, 2479, 594601),
)
REQUESTS = (
    *(0, 2, 15, 25, 34, 42, 49, 56, 63, 70, 78),
    *(86, 95, 105, 117, 130, 147, 170, 205, 281, 3920),
)
KILOBYTES = (
    *(0, 1.37, 144.7, 319.53, 479.46, 631.97, 783.38, 937.91, 1098.62, 1265.47, 1448.32),
    *(1648.27, 1876.08, 2142.06, 2465.37, 2866.31, 3401.59, 4155.73, 5400.08, 8037.54, 223212.26),
)


def ecoindex(nodes: int, requests: int, kilobytes: float) -> int:
    """Nodes weigh half, requests a third, bytes a sixth."""
    ranks = (3 * rank(nodes, NODES) + 2 * rank(requests, REQUESTS) + rank(kilobytes, KILOBYTES)) / 6
    return round(100 - 5 * ranks)


def rank(value: float, quantiles: Sequence[float]) -> float:
    """Where a value stands among the quantiles, between two of them too."""
    above = bisect_right(quantiles, value)
    if above == len(quantiles):
        return len(quantiles) - 1
    low, high = quantiles[above - 1], quantiles[above]
    return above - 1 + (value - low) / (high - low)
