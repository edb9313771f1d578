"""What a data package has beside its tables: descriptors for programs, a codebook and a datasheet for people."""
