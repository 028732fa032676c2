// Improves and is never needed. Nothing is stored: what was typed stays in the page and nowhere else.
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const ask = $("form.ask"), out = $("form.out"), gate = $("form[data-challenge]");
  // What is sent is filled to steps of one size, so that its length does not tell the answer.
  const plain = form => {
    const sent = new URLSearchParams(new FormData(form));
    sent.set("fill", "");
    sent.set("fill", "0".repeat(511 - (sent.toString().length + 511) % 512));
    return sent;
  };
  const post = (form, more) => fetch(form.action, {
    method: "POST", body: plain(form), headers: {"X-By-Script": "1"}, redirect: "manual", ...more
  });
  let touched = false, leaving = false;

  // A page that came as the answer takes the place of this one, under its own address; going back asks for that again.
  const show = (page, to) => {
    history.pushState(null, "", to);
    document.open();
    document.write(page);
    document.close();
    scrollTo(0, 0);
    const head = $("h1");
    head.tabIndex = -1;
    head.focus(); // so that it is read out, as a page is that was loaded
  };
  const here = location.pathname; // a link within the page changes no more than what stands behind it
  addEventListener("popstate", () => { if (location.pathname !== here) location.reload(); });

  // Leave: the page goes dark at once and takes the place of the one that was open.
  if (out) out.addEventListener("submit", event => {
    event.preventDefault();
    leaving = true;
    document.body.hidden = true;
    document.title = "\u200e";
    const gone = () => location.replace("about:blank");
    setTimeout(gone, 3000);
    post(out, {keepalive: true}).then(reply => location.replace(reply.headers.get("X-Where-To")), gone);
  });

  // Warn before losing input.
  addEventListener("beforeunload", event => {
    if (touched && !leaving) { event.preventDefault(); event.returnValue = ""; }
  });

  // Send; where the line or the database is away, keep what was typed in the page and send it later.
  if (ask) {
    const button = $(".next", ask), told = document.createElement("p");
    told.setAttribute("role", "status");
    told.className = "told";
    button.after(told);
    let timer = 0, under = false;
    const send = async () => {
      clearTimeout(timer);
      if (under) return;
      under = true;
      const soon = setTimeout(() => told.textContent = ask.dataset.sending, 600);
      let reply = null, page = "";
      try {
        reply = await post(ask);
        page = await reply.text();
      } catch (lost) {
        reply = null;
      }
      clearTimeout(soon);
      under = false;
      if (!reply || reply.status === 503) {
        told.textContent = ask.dataset.kept;
        timer = setTimeout(send, 8000);
        return;
      }
      leaving = true;
      const to = reply.headers.get("X-Where-To");
      // Any other page is asked for again by the browser itself: an answer that is sent twice counts once.
      if (!to) ask.submit(); else if (page) show(page, to); else location.assign(to);
    };
    ask.addEventListener("input", event => {
      if (event.target.matches("textarea, input:not([type])")) touched = true;
    });
    ask.addEventListener("submit", event => { event.preventDefault(); send(); });
    addEventListener("online", () => { if (told.textContent === ask.dataset.kept) send(); });
    addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
    for (const form of document.querySelectorAll("form:not(.ask):not(.out)"))
      form.addEventListener("submit", () => leaving = true);
    read();
  }

  // Read aloud, where the device has a voice for the language and the survey has no recording.
  function read() {
    const speech = window.speechSynthesis, language = document.documentElement.lang;
    if (!speech || $("audio")) return;
    const offer = () => {
      const voice = speech.getVoices().find(one => one.lang.toLowerCase().startsWith(language));
      if (!voice || $(".listen")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "later listen";
      button.textContent = ask.dataset.listen;
      button.onclick = () => {
        const on = speech.speaking;
        speech.cancel();
        if (on) return;
        const parts = [...ask.querySelectorAll(".stem,h1,h2,.hint,.ends,.choice,.rank label")];
        for (const part of parts) {
          const said = new SpeechSynthesisUtterance(part.textContent.trim());
          said.voice = voice;
          said.lang = voice.lang;
          if (part === parts[parts.length - 1]) said.onend = () => button.textContent = ask.dataset.listen;
          speech.speak(said);
        }
        button.textContent = ask.dataset.stop;
      };
      speech.addEventListener("end", () => button.textContent = ask.dataset.listen);
      $(".next", ask).after(button);
      addEventListener("pagehide", () => speech.cancel());
    };
    offer();
    speech.addEventListener("voiceschanged", offer);
  }

  // The puzzle of a door under attack.
  if (gate && window.crypto && crypto.subtle) {
    const bits = +gate.dataset.challenge.split(".")[0], text = new TextEncoder();
    const zeros = bytes => {
      let count = 0;
      for (const byte of bytes) {
        if (byte) return count + Math.clz32(byte) - 24;
        count += 8;
      }
      return count;
    };
    const solve = async () => {
      for (let number = 0; ; number += 256) {
        const tries = Array.from({length: 256}, (_, at) =>
          crypto.subtle.digest("SHA-256", text.encode(gate.dataset.challenge + ":" + (number + at))));
        const found = (await Promise.all(tries)).findIndex(hash => zeros(new Uint8Array(hash)) >= bits);
        if (found >= 0) return number + found;
      }
    };
    const solving = solve().then(number => gate.elements.number.value = number);
    gate.addEventListener("submit", event => {
      if (gate.elements.number.value) return;
      event.preventDefault();
      $(".next", gate).disabled = true;
      solving.then(() => gate.submit());
    });
  }
})();
