"""Records with pseudonyms in the place of names, without contact data, and with coarser dates; pure, no files."""
