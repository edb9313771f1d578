"""Speed, memory and size, against a peer in the same run on the same pages; nothing of the product imports this."""
