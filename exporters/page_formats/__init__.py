"""One format of pages a module, found by its `EXPORTER`; formats do not know each other."""
