"""Posts as HTML that is safe to read: bodies cleaned, one template for every place that shows a post."""
