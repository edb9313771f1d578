"use strict";
// Times in the reader's zone, keys to move about, and suggestions where a server is behind the page.
(() => {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime()) || !time.dateTime.endsWith("Z")) continue;
    const told = time.title ? `as shown: ${time.title}; ${time.textContent}` : time.textContent;
    time.textContent = moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    time.title = told;
  }

  // What scrolls sideways can be scrolled by keys.
  for (const wide of document.querySelectorAll(".body table, .body pre")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  }

  // An old address of a post leads to its topic, which may show it on another page.
  const lost = location.hash.match(/^#post-(\d+)$/);
  if (lost && location.protocol.startsWith("http") && document.querySelector(".post") && !document.getElementById(`post-${lost[1]}`)) {
    location.replace(new URL(`?p=${lost[1]}`, document.querySelector(".top .site").href));
  }

  const posts = [...document.querySelectorAll(".post, .lines > li")];
  const go = (step) => {
    const here = posts.indexOf(document.activeElement.closest(".post, .lines > li"));
    const there = posts[here < 0 ? 0 : Math.max(0, Math.min(posts.length - 1, here + step))];
    if (!there) return;
    const target = there.matches(".post") ? there : there.querySelector("a");
    if (target) target.focus();
    there.scrollIntoView({ block: "nearest" });
  };
  const follow = (rel) => document.querySelector(`a[rel="${rel}"]`)?.click();
  const keys = {
    j: () => go(1), k: () => go(-1), n: () => follow("next"), p: () => follow("prev"),
    "/": () => {
      const words = document.getElementById("q");
      if (words) words.focus(); else document.querySelector('.top a[href*="search"]').click();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    if (/^(input|select|textarea)$/i.test(event.target.tagName)) return;
    event.preventDefault();
    keys[event.key]();
  });

  const words = document.getElementById("q");
  const list = document.getElementById("suggestions");
  const isServed = location.protocol.startsWith("http") && !document.getElementById("hits");
  if (words && list && isServed) {
    let asked = "";
    words.addEventListener("input", async () => {
      const typed = words.value.trim();
      if (typed.length < 2 || typed === asked) return;
      asked = typed;
      const answer = await fetch(`suggestions.json?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || asked !== typed) return;
      list.replaceChildren(...(await answer.json()).map((text) => {
        const option = document.createElement("option");
        option.value = text;
        return option;
      }));
    });
  }
})();
