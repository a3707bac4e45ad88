"""How often hints are right, how much they find, and how long they take.

    .venv/bin/python benchmarks/hints.py [--mistakes]

Against the reviewed table tests/hints.toml: invented READMEs, and the public projects of the corpus
where it is beside the checkout. Micro-averaged over values; empty answers are not counted.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from metadata.hints import propose
from tests.hinted import KEYS, Case, Score, cases


def main(mistakes: bool) -> None:
    propose(cases()[0].snapshot)  # the vocabularies are read once
    for name, chosen in (
        ("inventés", [case for case in cases() if case.invented]),
        ("corpus", [case for case in cases() if not case.invented]),
        ("ensemble", cases()),
    ):
        print(f"{name}: {len(chosen)} projets")
        report(chosen, mistakes and name != "ensemble")
    print(f"durée: {timing(cases())}")


def report(chosen: Sequence[Case], mistakes: bool) -> None:
    proposals = [(case, propose(case.snapshot)) for case in chosen]
    for key in KEYS:
        score = Score()
        for case, proposal in proposals:
            if key in case.right or key in ("niveaux", "disciplines"):
                score.count(case, key, proposal)
        print(
            f"  {key:12} {score.due:3} attendues  précision {score.precision:.2f}"
            f"  rappel {score.recall:.2f}"
        )
        if mistakes:
            print(*(f"      en trop   {each}" for each in score.wrong), sep="\n")
            print(*(f"      manque    {each}" for each in score.missed), sep="\n")
    judged = [(case, proposal) for case, proposal in proposals if "education" in case.right]
    wrong = [case for case, said in judged if bool(said.education) != case.right["education"]]
    print(f"  éducation    {len(judged):3} jugés, {len(wrong)} erreurs")
    for case in wrong if mistakes else ():
        print(f"      {'manque' if case.right['education'] else 'en trop'} {case.name}")


def timing(chosen: Sequence[Case]) -> str:
    taken = []
    for case in chosen:
        started = time.process_time()
        propose(case.snapshot)
        taken.append((time.process_time() - started) * 1000)
    return f"médiane {statistics.median(taken):.1f} ms, la plus longue {max(taken):.1f} ms"


if __name__ == "__main__":
    main("--mistakes" in sys.argv)
