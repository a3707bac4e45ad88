"""LOM, LOMFR and ScoLOMFR in XML: one table, a reader and a writer. The door is ../lomfr.py."""
