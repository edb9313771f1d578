"""The archive: one SQLite file a site, the single source of truth; SQL lives here and nowhere else."""
