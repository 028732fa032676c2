/* The guided first visit: the points on how to read a page are open when it is seen for the first time, and closed
   afterwards. What is kept stays in this browser: the names of the pages that were seen. */
(() => {
  "use strict";
  const KEY = "thiqa-guide";

  function seen() {
    try {
      return (window.localStorage.getItem(KEY) || "").split(" ").filter(Boolean);
    } catch {
      return []; // a browser that keeps nothing: always open
    }
  }

  function settle(guide) {
    const pages = seen(), { page } = guide.dataset;
    if (pages.includes(page)) {
      guide.open = false;
      return;
    }
    try {
      window.localStorage.setItem(KEY, [...pages, page].join(" "));
    } catch {
      // The same.
    }
  }

  const settled = new WeakSet();
  new MutationObserver(() => {
    const guide = document.querySelector("details.guide");
    if (guide && !settled.has(guide)) {
      settled.add(guide);
      settle(guide);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
