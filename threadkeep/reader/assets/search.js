"use strict";
// Search a site without a server. `search/index.js` stands before this script and has queued its call.
(() => {
  const state = window.threadkeepSearch.state;
  const waiting = {};
  const words = {};
  const posts = {};
  const deliver = (name, store, key, data) => {
    store[key] = data;
    (waiting[name] || []).forEach((done) => done());
    delete waiting[name];
  };
  window.threadkeepSearch.words = (piece, data) => deliver(`w-${piece}`, words, piece, data);
  window.threadkeepSearch.posts = (piece, data) => deliver(`p-${piece}`, posts, piece, data);

  const load = (name, isThere) => new Promise((done) => {
    if (isThere()) { done(); return; }
    if (waiting[name]) { waiting[name].push(done); return; }
    waiting[name] = [done];
    const script = document.createElement("script");
    script.src = `search/${name}.js`;
    script.onerror = () => { (waiting[name] || []).forEach((one) => one()); delete waiting[name]; };
    document.head.append(script);
  });

  // As the index has them: no case, no diacritics, letters of scripts without blanks by themselves.
  const bare = { "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss", "ς": "σ" };
  const marks = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]/gu;
  const unspaced = /([\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\u{20000}-\u{323af}])/gu;
  const folded = (text) => text.normalize("NFC").normalize("NFKD").toLowerCase().replace(marks, "")
    .replace(/./gu, (letter) => bare[letter] || letter).normalize("NFC");
  const terms = (text) => {
    const found = [];
    for (const typed of text.split(/\s+/)) {
      const parts = folded(typed).replace(unspaced, " $1 ").match(/[\p{L}\p{M}\p{N}\p{Co}]+/gu) || [];
      parts.forEach((word, place) => found.push({ word, open: typed.endsWith("*") && place === parts.length - 1 }));
    }
    return found;
  };

  const numbers = (steps) => {
    let sum = 0;
    return steps ? steps.split(" ").map((step) => (sum += parseInt(step, 36))) : [];
  };
  const pieceOf = (word) => [...word].slice(0, 2).map((letter) => letter.codePointAt(0).toString(16)).join("-");

  // The posts of a term, with 1 where it is in the title; null where it is in too many to tell.
  const postsOf = async (term) => {
    const start = pieceOf(term.word);
    const isShort = term.open && [...term.word].length < 2;
    const pieces = isShort ? state.pieces.filter((one) => one === start || one.startsWith(`${start}-`)) : state.pieces.includes(start) ? [start] : [];
    await Promise.all(pieces.map((piece) => load(`w-${piece}`, () => piece in words)));
    const found = new Map();
    for (const piece of pieces) {
      for (const [word, entry] of Object.entries(words[piece] || {})) {
        if (!(term.open ? word.startsWith(term.word) : word === term.word)) continue;
        if (typeof entry === "number") return null;
        numbers(entry[0]).forEach((post) => found.set(post, found.get(post) || 0));
        numbers(entry[1]).forEach((post) => found.set(post, 1));
      }
    }
    return found;
  };

  // As `scraper/archive/browse/spelling.py` has it: one letter is another, is too many or is missing, or two changed places.
  const isNear = (one, other) => {
    if (Math.abs(one.length - other.length) > 1) return false;
    let first = 0;
    while (first < one.length && one[first] === other[first]) first += 1;
    const left = one.slice(first);
    const right = other.slice(first);
    const isSwapped = left.length > 1 && left.slice(0, 2) === right[1] + right[0] && left.slice(2) === right.slice(2);
    return isSwapped || left.slice(1) === right.slice(1) || left.slice(1) === right || left === right.slice(1);
  };
  const postsIn = (entry) => typeof entry === "number" ? entry : entry[0].length + entry[1].length;
  // The most frequent word near one that no post has, out of the piece that was loaded for it.
  const near = ({ word, open }) => {
    const known = words[pieceOf(word)] || {};
    if (open || [...word].length < 4 || known[word]) return open ? `${word}*` : word;
    const found = Object.keys(known).filter((one) => isNear(one, word));
    return found.sort((one, other) => postsIn(known[other]) - postsIn(known[one]))[0] || word;
  };

  const search = async (text) => {
    const sets = [];
    const common = [];
    for (const term of terms(text)) {
      const set = await postsOf(term);
      if (set) sets.push(set); else common.push(term.word);
    }
    sets.sort((one, other) => one.size - other.size);
    const [first, ...rest] = sets;
    const hits = [];
    if (first) {
      for (const [post, inTitle] of first) {
        if (rest.every((set) => set.has(post))) {
          hits.push([rest.reduce((sum, set) => sum + set.get(post), inTitle), post]);
        }
      }
    }
    hits.sort((one, other) => other[0] - one[0] || other[1] - one[1]);
    return { hits: hits.map((hit) => hit[1]), common };
  };

  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };
  const row = (post) => {
    const piece = posts[Math.floor(post / state.size)];
    const entry = piece && piece.posts[post];
    if (!entry) return null;
    const [place, page, author, when, text] = entry;
    const [title, path] = piece.topics[place];
    const item = document.createElement("li");
    const head = document.createElement("p");
    const link = element("a", "", { href: `${path}${page > 1 ? `.page-${page}` : ""}.html#post-${post}` });
    link.append(element("bdi", title));
    head.append(link, " · ", element("bdi", author), " · ", when.replace("T", " ").replace(/:\d\dZ$/, " UTC"));
    item.append(head, element("p", text, { dir: "auto" }));
    return item;
  };

  const form = document.querySelector("form");
  const input = document.getElementById("q");
  const told = document.getElementById("found");
  const list = document.getElementById("hits");
  const more = document.getElementById("more");
  let left = [];
  let runs = 0;
  const show = async () => {
    const run = runs;
    const now = left.splice(0, 20);
    const pieces = [...new Set(now.map((post) => Math.floor(post / state.size)))];
    await Promise.all(pieces.map((piece) => load(`p-${piece}`, () => piece in posts)));
    if (run !== runs) return; // something else is searched for by now
    list.append(...now.map(row).filter(Boolean));
    more.hidden = !left.length;
  };
  const offer = async (text, own) => {
    const meant = terms(text).map(near).join(" ");
    const { hits } = await search(meant);
    if (own !== runs || !hits.length) return;
    told.append(" Did you mean ", element("a", meant, { href: `?q=${encodeURIComponent(meant)}` }), "?");
  };
  const run = async () => {
    const own = runs += 1;
    const text = input.value.trim();
    list.replaceChildren();
    more.hidden = true;
    told.textContent = text ? "Searching …" : "";
    if (!text) return;
    const { hits, common } = await search(text);
    if (own !== runs) return;
    left = hits;
    const note = common.length ? ` Left out, since too many posts have it: ${common.join(", ")}.` : "";
    told.textContent = `${hits.length.toLocaleString()} ${hits.length === 1 ? "post" : "posts"} found.${note}`;
    await (hits.length ? show() : offer(text, own));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
    run();
  });
  more.addEventListener("click", show);
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; run(); }
})();
