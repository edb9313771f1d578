"""What every bbPress-like page has in common, in pieces that engines put together; no engine of its own."""
