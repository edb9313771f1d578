"""Turn records into bytes: one format a module; no network, no archive, no opinion on where records come from."""
