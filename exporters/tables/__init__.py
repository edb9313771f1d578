"""An archive as tables of typed columns: which there are, what is in their rows, and how rows become files."""
