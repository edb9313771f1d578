"""Many machines: work spread over the workers of a dask.distributed cluster; what the work is, callers say."""

import logging

# Who uses threadkeep as a library decides where its log goes; see docs/library.md.
logging.getLogger(__name__).addHandler(logging.NullHandler())
