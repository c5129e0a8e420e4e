// The page of a preview that shows all cards: filled from /cards.json, again at each word of /events.

const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const form = $("switches");
const large = $("large");
const SWITCHES = { find: "", layout: "", size: "600", crop: "whole", page: "auto", zones: "" };
const MARKED_MS = 10_000;
const AGAIN_MS = 1_000;
const FEW = 3;

const entries = new Map(); // by id: what the server said, and the list item that shows it
let warnings = []; // about settings: sentences
let reasons = []; // why cards are not drawn, each once, with what it befell
let told = ""; // which of them are shown
const unfolded = new Set(); // of these, which of them show all that they befell
let state = null; // of the cards that are shown; none at first
let opened = null;
let stream = null;
let unmarking = 0;

// How it is to be shown: kept in the address, so that reloading or passing it on keeps it.

function switches() {
  const chosen = new FormData(form);
  return Object.fromEntries(
    Object.keys(SWITCHES).map((name) => [name, String(chosen.get(name) ?? "")]),
  );
}

function throwSwitches() {
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const [name, standard] of Object.entries(SWITCHES)) {
    const value = asked.get(name) ?? standard;
    const field = form.elements[name];
    if (name === "layout") offer([value]);
    if (field.type === "checkbox") field.checked = value === field.value;
    // A group of radio buttons passes over a value that none of them has.
    else for (const one of [standard, value]) field.value = one;
  }
  follow();
}

function follow() {
  const now = switches();
  const changed = Object.entries(now).filter(([name, value]) => value !== SWITCHES[name]);
  const hash = String(new URLSearchParams(changed));
  if (hash !== location.hash.slice(1)) {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname);
  }
  for (const name of ["size", "crop", "page", "zones"]) root.dataset[name] = now[name];
  $("legend").hidden = !now.zones;
  sift(now);
}

function sift({ find, layout }) {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const suits = (item) => {
    const text = `${item.title} ${item.source ?? ""} ${item.language ?? ""}`.toLowerCase();
    return (layout === "" || item.layout === layout) && words.every((word) => text.includes(word));
  };
  for (const { item, element } of entries.values()) element.hidden = !suits(item);
  refuse(
    reasons.map(({ problem, articles, samples }) => ({
      problem,
      articles: articles.filter(suits),
      samples: samples.filter(suits),
    })),
  );
  for (const name of ["cards", "samples"]) {
    const list = [...$(name).querySelectorAll(".card")];
    const none = $(name).querySelector(".none");
    none.hidden = list.some((element) => !element.hidden);
    none.textContent = none.hidden ? "" : whyNone(name, list.length > 0);
  }
}

function whyNone(name, isSifted) {
  if (isSifted) return "None of these is what you look for.";
  const kind = name === "cards" ? "articles" : "samples";
  if (befallen(kind)) return "None of them could be drawn.";
  return "None yet: the site is being built, or each of its articles has a picture of its own.";
}

// How many articles, or samples, have no card.
const befallen = (kind) => reasons.reduce((sum, reason) => sum + reason[kind].length, 0);

function offer(layouts) {
  const select = $("layout");
  const chosen = select.value;
  const names = new Set(["", chosen, ...layouts]);
  select.replaceChildren(...[...names].sort().map((name) => new Option(name || "all", name)));
  select.value = chosen;
}

// What is shown

function show(view) {
  const first = state === null;
  state = view.state;
  const site = $("site");
  site.hidden = !view.site;
  site.textContent = view.site.replace(/^https?:\/\//, "");
  if (view.site) site.href = view.site;
  warnings = view.warnings;
  reasons = view.refused;
  const refused = reasons.flatMap(({ articles, samples }) => [...articles, ...samples]);
  const samples = view.samples.length + befallen("samples");
  const undrawn = (kind) => befallen(kind) && `${befallen(kind)} not drawn`;
  $("count").textContent = [
    [counted(view.cards.length, "card"), undrawn("articles")],
    samples ? [counted(samples, "hard title"), undrawn("samples")] : [],
  ]
    .map((told) => told.filter(Boolean).join(", "))
    .filter(Boolean)
    .join(" · ");
  offer([...view.cards, ...view.samples, ...refused].map((item) => item.layout));

  unmark();
  const kept = new Set([...view.cards, ...view.samples].map((item) => item.id));
  for (const [id, { element }] of entries) {
    if (!kept.has(id)) {
      element.remove();
      entries.delete(id);
    }
  }
  const changed = [
    ...place($("cards").querySelector(".grid"), view.cards, first),
    ...place($("samples").querySelector(".grid"), view.samples, first),
  ];
  $("samples").hidden = samples === 0;
  warn();
  follow();
  if (opened && !entries.has(opened)) large.close();
  else if (opened) fill(opened);
  if (!first) {
    const time = new Date().toLocaleTimeString();
    say(changed.length ? `${counted(changed.length, "card")} changed, ${time}` : `Built, ${time}`);
    unmarking = setTimeout(unmark, MARKED_MS);
  } else say("");
}

function place(list, items, first) {
  const changed = [];
  items.forEach((item, at) => {
    const known = entries.get(item.id);
    const element = known?.element ?? made(item.id);
    if (known?.item.image !== item.image) picture(element, item);
    describe(element, item);
    if (!first && known?.item.image !== item.image) {
      mark(element, known ? "Changed" : "New");
      changed.push(item.id);
    }
    entries.set(item.id, { item, element });
    // Moved only where it must be: what is moved loses the focus.
    if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null);
  });
  return changed;
}

function made(id) {
  const element = $("card").content.firstElementChild.cloneNode(true);
  const image = element.querySelector("img");
  image.addEventListener("error", () => element.classList.add("lost"));
  image.addEventListener("load", () => element.classList.remove("lost"));
  element.querySelector(".open").addEventListener("click", () => open(id));
  return element;
}

function picture(element, item) {
  // The browser shows the old picture until it has the new one.
  element.querySelector("img").src = item.image;
}

function describe(element, item) {
  element.querySelector("img").alt = `Card of “${item.title}”`;
  const title = element.querySelector(".title");
  title.textContent = item.title;
  title.lang = item.language;
  const about = [item.layout, item.language, item.bytes && size(item.bytes), item.source];
  element.querySelector(".about").textContent = about.filter(Boolean).join(" · ");
}

function warn() {
  $("warnings").hidden = warnings.length === 0;
  list($("warnings")).replaceChildren(...warnings.map((problem) => reasonOf({ problem })));
}

// Each reason once: those of articles first, those of hard titles alone among the hard titles.
function refuse(found) {
  // What is made anew loses the focus.
  const now = JSON.stringify(found);
  if (now === told) return;
  told = now;
  const own = found.filter(({ articles }) => articles.length);
  const others = found.filter(({ articles, samples }) => !articles.length && samples.length);
  $("refused").hidden = own.length === 0;
  list($("refused")).replaceChildren(...own.map(reasonOf));
  list($("samples")).hidden = others.length === 0;
  list($("samples")).replaceChildren(...others.map(reasonOf));
}

const list = (section) => section.querySelector(".reasons");

function reasonOf({ problem, articles = [], samples = [] }) {
  const line = document.createElement("li");
  line.append(paragraph("problem", problem));
  const shown = articles.length ? articles : samples;
  // One more takes no more room than to say so.
  const few = shown.length > FEW + 1 ? FEW : shown.length;
  if (few) line.append(befell(shown.slice(0, few)));
  if (few < shown.length) line.append(more(problem, shown.slice(few)));
  if (articles.length && samples.length) {
    line.append(paragraph("also", `and ${counted(samples.length, "hard title")}`));
  }
  return line;
}

function befell(items) {
  const made = document.createElement("ul");
  made.className = "befell";
  for (const { title, source, layout } of items) {
    const name = document.createElement("bdi");
    name.textContent = title;
    const about = document.createElement("span");
    about.textContent = ["", source, layout].filter((part, at) => !at || part).join(" · ");
    const line = document.createElement("li");
    line.append(name, about);
    made.append(line);
  }
  return made;
}

function more(problem, items) {
  const made = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = `and ${items.length} more`;
  made.append(summary, befell(items));
  made.open = unfolded.has(problem);
  made.addEventListener("toggle", () => unfolded[made.open ? "add" : "delete"](problem));
  return made;
}

function paragraph(name, text) {
  const made = document.createElement("p");
  made.className = name;
  made.textContent = text;
  return made;
}

function mark(element, word) {
  element.classList.add("changed");
  const said = element.querySelector(".mark");
  said.textContent = word;
  said.hidden = false;
}

function unmark() {
  clearTimeout(unmarking);
  for (const element of document.querySelectorAll(".changed")) {
    element.classList.remove("changed");
    element.querySelector(".mark").hidden = true;
  }
}

function say(words, bad = false) {
  $("state").classList.toggle("bad", bad);
  const said = $("state").firstElementChild;
  if (said.textContent !== words) said.textContent = words;
}

const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
const size = (bytes) => `${Math.max(1, Math.round(bytes / 1000))} kB`;

// One card, large

function open(id) {
  opened = id;
  fill(id);
  if (!large.open) large.showModal();
}

function fill(id) {
  const { item } = entries.get(id);
  const image = large.querySelector("img");
  if (image.getAttribute("src") !== item.image) image.src = item.image;
  describe(large, item);
  const beside = neighbours(id);
  $("before").disabled = !beside[0];
  $("after").disabled = !beside[1];
}

function neighbours(id) {
  const ids = [];
  for (const element of document.querySelectorAll(".card:not([hidden])")) ids.push(idOf(element));
  const at = ids.indexOf(id);
  return [ids[at - 1], at < 0 ? undefined : ids[at + 1]];
}

function idOf(element) {
  for (const [id, entry] of entries) if (entry.element === element) return id;
  return undefined;
}

function step(side) {
  const next = neighbours(opened)[side];
  if (next) open(next);
}

$("before").addEventListener("click", () => step(0));
$("after").addEventListener("click", () => step(1));
$("close").addEventListener("click", () => large.close());
large.addEventListener("click", (event) => {
  if (event.target === large) large.close();
});
large.addEventListener("close", () => {
  entries.get(opened)?.element.querySelector(".open").focus();
  opened = null;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (large.open && event.key === "ArrowLeft") step(0);
  if (large.open && event.key === "ArrowRight") step(1);
  if (event.target.matches("input[type=search], select")) return;
  if (event.key === "s") $("safe").click();
  if (event.key === "/" && !large.open) {
    event.preventDefault();
    $("find").focus();
  }
});

// Hearing of changes

async function load() {
  try {
    const answer = await fetch("/cards.json", { cache: "no-store" });
    show(await answer.json());
  } catch {
    away();
  }
}

function away() {
  say("The preview does not answer; this page waits for it.", true);
}

function hear() {
  stream?.close();
  stream = new EventSource("/events");
  stream.addEventListener("message", ({ data }) => {
    if (data !== state) load();
    else if ($("state").classList.contains("bad")) say("");
  });
  stream.addEventListener("error", () => {
    if (document.hidden) return;
    away();
    if (stream.readyState === EventSource.CLOSED) setTimeout(hear, AGAIN_MS);
  });
}

// A browser opens six connections to one server, for all its tabs: one that nobody sees needs none.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stream.close();
  else hear();
});

history.scrollRestoration = "manual";
addEventListener("pagehide", () => sessionStorage.setItem("scrolled", String(scrollY)));
addEventListener("hashchange", throwSwitches);
form.addEventListener("input", follow);
form.addEventListener("submit", (event) => event.preventDefault());

throwSwitches();
await load();
scrollTo(0, Number(sessionStorage.getItem("scrolled") ?? 0));
hear();
