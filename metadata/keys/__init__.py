"""The French keys of commun.yml and of the CSV: one table, how they are read and written."""
