"""`python -m tests.forge`: the forge by itself, until it is stopped."""

from __future__ import annotations

import argparse
import signal
import tempfile
import threading
from pathlib import Path

from tests.forge.forge import Forge


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave no folder behind
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        made = Forge(Path(folder), contract=asked.contract, port=asked.port)
        with made as forge:
            _fill(forge, asked)
            _present(forge)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                print(f"{forge.count()} requests, {len(forge.violations)} violations")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.forge", description=__doc__)
    parser.add_argument("--projects", type=Path, help="a folder of owner+name folders")
    parser.add_argument("--generate", type=int, default=0, help="so many invented projects")
    parser.add_argument(
        "--seed", type=_seed, default=0, help="a folder too, or which invented projects"
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-contract", dest="contract", action="store_false")
    return parser.parse_args()


def _seed(text: str) -> int | Path:
    return int(text) if text.isdecimal() else Path(text)


def _fill(forge: Forge, asked: argparse.Namespace) -> None:
    for name, admin in (("administrateur", True), ("balise", False), ("marie", False)):
        forge.add_user(name, admin=admin)
    for folder in (asked.projects, asked.seed):
        if isinstance(folder, Path):
            forge.seed(folder)
    if asked.generate:
        forge.generate(asked.generate, seed=asked.seed if isinstance(asked.seed, int) else 0)


def _present(forge: Forge) -> None:
    """Say where it is and who is there."""
    print(f"forge {forge.url}, {len(forge.world.projects)} projects")
    for user in forge.world.users.values():
        if user.id <= 3:
            print(f"user {user.username}, token {forge.add_token(user)}")
    client_id, secret = forge.add_application("http://127.0.0.1:8000/connexion/retour")
    print(f"application {client_id}, secret {secret}", flush=True)


if __name__ == "__main__":
    main()
