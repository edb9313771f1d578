"""What is at an address, and which forums and topics a site has: its lists, its sitemaps, its feeds."""
