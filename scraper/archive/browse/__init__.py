"""What somebody who leafs through an archive asks of it: counts, lists, who wrote what, what is missing, what is new."""
