"""The bundled sample: three feeds and a dozen commons, written for Balise. Nobody in it is real."""

from __future__ import annotations

from pathlib import Path

#: A configuration whose sources are the files beside it.
CONFIGURATION = Path(__file__).parent / "balise.toml"
