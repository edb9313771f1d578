"""Read pages out of anybody's web archives: WARC, ARC, WACZ, whole or broken."""
