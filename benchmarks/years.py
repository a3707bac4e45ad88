"""Simulated source-years with bad days, through the real store and harvest: who leaves wrongly.

    python benchmarks/years.py [YEARS]

Each year has its own seed; six days in a hundred the source answers nothing, little, a part, or
breaks. The same year is a test, tests/test_guard.py.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from indexer.store import SqlStore
from tests.test_guard import simulate


def main(years: int) -> None:
    right = wrong = 0
    for seed in range(years):
        with tempfile.TemporaryDirectory() as folder:
            store = SqlStore(f"sqlite:///{folder}/balise.sqlite")
            rightly, wrongly = simulate(store, seed, days=365)
            store.close()
        right, wrong = right + rightly, wrong + wrongly
        print(f"years={seed + 1} right={right} wrong={wrong}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
