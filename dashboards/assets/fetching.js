/* When the figures cannot be fetched: whoever was signed out meanwhile is led to sign in again, and a fault is said in
   words, in place of a page that never fills. The words are templates of the page itself. */
(() => {
  "use strict";
  const ask = window.fetch;

  function say(name) {
    const words = document.getElementById(name), page = document.getElementById("react-entry-point");
    if (!words || !page || page.hidden) return;
    page.hidden = true;
    page.before(words.content.cloneNode(true));
    document.querySelector(".fetching a")?.focus();
  }

  window.fetch = async (...given) => {
    let answer;
    try {
      answer = await ask(...given);
    } catch (fault) {
      say("not-fetched");
      throw fault;
    }
    if (answer.status === 401) say("signed-out");
    else if (!answer.ok) say("not-fetched");
    return answer;
  };
})();
