"""What the reader of last resort is made of: it knows no theme's names, and reads by position and repetition."""
