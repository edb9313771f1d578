"use strict";
// Takes what `search/index.js` hands over, until the search itself is there.
window.threadkeepSearch = {
  state: { size: 1, pieces: [] },
  begin(size, pieces) { this.state.size = size; this.state.pieces = pieces; },
};
