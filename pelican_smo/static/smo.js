// Wakes the controls of pelican_smo that need a script; without it the page is whole.
(() => {
  "use strict";
  const KEY = "smo-server";
  const all = (name, root = document) => root.querySelectorAll(`[data-smo="${name}"]`);
  const root = (control) => control.closest("[data-url]") ?? document.body;
  const shared = (control) => {
    const { title = document.title, url = location.href } = root(control).dataset;
    return { title, url };
  };
  const wake = (control) => {
    for (let at = control; at && at !== root(control); at = at.parentElement) {
      if (at.matches("li, [data-smo]")) at.hidden = false;
    }
  };
  const say = (control, name) => {
    const status = root(control).querySelector("[role=status][data-copied]");
    if (!status) return;
    status.textContent = "";
    setTimeout(() => { status.textContent = status.dataset[name]; }, 50);
  };

  // Copy: the text beside the button, else the address.
  const beside = (button) => button.parentElement.querySelector("textarea, input, q, a");
  const byHand = (button, text) => {
    let field = text;
    say(button, "copyYourself");
    if (text.matches("q")) {
      getSelection().selectAllChildren(text);
      return;
    }
    if (text.matches("a")) {
      field = document.createElement("input");
      field.readOnly = true;
      field.value = shared(button).url;
      field.setAttribute("aria-label", text.textContent);
      text.replaceWith(field);
    }
    field.focus();
    field.select();
  };
  for (const button of all("copy")) {
    const first = beside(button);
    wake(button);
    if (first?.matches("a")) first.hidden = true;
    button.addEventListener("click", async () => {
      const now = beside(button);
      const words = now?.matches("q") ? now.textContent : now?.value;
      try {
        await navigator.clipboard.writeText(words ?? shared(button).url);
        say(button, "copied");
      } catch {
        if (now) byHand(button, now);
      }
    });
  }

  for (const button of all("native")) {
    const { title, url } = shared(button);
    if (!navigator.share || (navigator.canShare && !navigator.canShare({ title, url }))) continue;
    wake(button);
    button.addEventListener("click", () => {
      navigator.share({ title, url }).catch(() => {});
    });
  }

  for (const button of all("print")) {
    wake(button);
    button.addEventListener("click", () => print());
  }

  // The reader's own fediverse server. Storage may be forbidden.
  const stored = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null;
    }
  };
  const serverOf = (text) => {
    const name = text.trim().replace(/^https?:\/\//i, "").replace(/\/.*$/, "").replace(/^.*@/, "");
    try {
      const { host } = new URL(`https://${name}`);
      return /^[a-z\d-]+(\.[a-z\d-]+)+(:\d+)?$/.test(host) ? host : "";
    } catch {
      return "";
    }
  };
  const share = (server, text) => `https://${server}/share?text=${encodeURIComponent(text)}`;
  const known = serverOf(stored((box) => box.getItem(KEY)) ?? "");
  for (const form of all("fediverse")) {
    const { server, remember } = form.elements;
    wake(form);
    if (known) {
      server.value = known;
      remember.checked = true;
      for (const link of root(form).querySelectorAll('a[href^="https://share.joinmastodon.org/#text="]')) {
        link.href = share(known, decodeURIComponent(link.hash.slice(6)));
      }
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = serverOf(server.value);
      if (!name) {
        say(form, "noServer");
        server.focus();
        return;
      }
      stored((box) => (remember.checked ? box.setItem(KEY, name) : box.removeItem(KEY)));
      const { title, url } = shared(form);
      location.assign(share(name, `${title}\n\n${url}`));
    });
  }
})();
