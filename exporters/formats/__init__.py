"""One export format a module, found by `exporters.registry`."""
