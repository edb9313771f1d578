"use strict";
// Times in the reader's zone, keys to move about; where a server is behind the page, old addresses and suggestions.
(() => {
  const isServed = "served" in document.documentElement.dataset;
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
  if (lost && isServed && document.querySelector(".post") && !document.getElementById(`post-${lost[1]}`)) {
    location.replace(new URL(`?p=${lost[1]}`, document.querySelector(".top .site").href));
  }

  // A letter alone is a key only while the focus is in the list: who dictates, or hits keys by chance, goes nowhere.
  const inList = ".post, .lines > li";
  const steps = { j: 1, k: -1 };
  document.addEventListener("keydown", (event) => {
    const here = event.target.closest(inList);
    if (!here || !steps[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = [...document.querySelectorAll(inList)];
    const there = all[all.indexOf(here) + steps[event.key]];
    if (!there) return;
    event.preventDefault();
    (there.matches(".post") ? there : there.querySelector("a"))?.focus();
    there.scrollIntoView({ block: "nearest" });
  });

  const words = document.getElementById("q");
  const list = document.getElementById("suggestions");
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
