"""One forum software a module, found by `parsers.registry`."""
