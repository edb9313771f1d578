"""What stand-alone bbPress 0.9 to 1.2 prints, read in pieces that its engine puts together."""
