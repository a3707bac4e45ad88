"""Bytes from strangers, opened under bounds: XML, YAML, JSON, zips, vCards, texts, links."""
