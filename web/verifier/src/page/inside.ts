/** What is inside an archive that was checked: items, events, letters; nothing is shown that nobody asked for. */

import { fromUtf8 } from "../core/bytes";
import { readAgain, type Inside, type Kept, type Opened } from "../core/check";
import { isObject, type Json } from "../core/opening";
import { sha256 } from "../core/hashes";
import type { Report } from "../core/verify";
import { code, foreign, make } from "./dom";
import { neutral, neutralText, size, type Words } from "./words";

const ROWS = 25;
const PICTURES = new Map([
  ["jpg", "image/jpeg"],
  ["png", "image/png"],
  ["webp", "image/webp"],
  ["gif", "image/gif"],
]);
const TEXTS = new Set(["txt", "json"]);
const LARGEST_SHOWN_BYTES = 64 << 20;
const SHOWN_TEXT_BYTES = 64 << 10;

interface Row {
  item: string;
  kept: Kept | undefined;
  file: string | undefined;
  problems: string[];
  text: string;
}

/** The one picture that is shown; asking for another revokes it. */
let shown: { address: string; panel: HTMLElement } | undefined;

export function hidePicture(): void {
  if (shown === undefined) return;
  URL.revokeObjectURL(shown.address);
  shown.panel.replaceChildren();
  shown = undefined;
}

export function sections(report: Report, inside: Inside, words: Words): HTMLElement[] {
  return [items(report, inside, words), events(report, inside, words), papers(inside, words)];
}

function rowsOf(report: Report, inside: Inside, words: Words): Row[] {
  const broken = new Set(report.brokenItems);
  const files = new Map<string, string>();
  for (const name of inside.files.keys()) {
    const [, item] = /^data\/(E[0-9]+)\./.exec(name) ?? [];
    if (item !== undefined) files.set(item, name);
  }
  return [...new Set([...report.items, ...report.brokenItems])].sort().map((item) => {
    const kept = inside.kept.get(item);
    const problems = broken.has(item)
      ? report.findings.filter((each) => each.item === item).map((each) => words.finding(each))
      : [];
    const text = `${item} ${kept?.path ?? ""} ${kept?.kind ?? ""} ${kept?.family ?? ""}`.toLowerCase();
    return { item, kept, file: files.get(item), problems, text };
  });
}

function items(report: Report, inside: Inside, words: Words): HTMLElement {
  const all = rowsOf(report, inside, words);
  const search = make("input", { type: "search", id: "search", spellcheck: "false", autocomplete: "off" });
  const only = make("input", { type: "checkbox", id: "only-broken" });
  const heads = ["item", "where", "kind", "bytes", "state"].map((name) => words.say(`page.${name}`));
  const list = pages(words, heads, () => {
    const wanted = search.value.toLowerCase().normalize("NFC").split(/\s+/).filter(Boolean);
    const found = all.filter(
      (row) =>
        (!only.checked || row.problems.length > 0) &&
        wanted.every((word) => row.text.normalize("NFC").includes(word)),
    );
    return found.map((row) => () => itemRow(row, report, inside, words, heads));
  });
  search.addEventListener("input", list.restart);
  only.addEventListener("change", list.restart);
  const searching = make("label", { for: "search" }, words.say("page.search"));
  const onlyBroken = make("label", { class: "check" }, only, words.say("page.only-broken"));
  const tools = make("div", { class: "tools" }, searching, search, onlyBroken);
  return folded(words.say("page.items", { count: all.length }), all.length > 0, tools, list.element);
}

function itemRow(row: Row, report: Report, inside: Inside, words: Words, heads: string[]): HTMLElement[] {
  const panel = make("td", { colspan: String(heads.length) });
  const below = make("tr", { class: "below", hidden: true }, panel);
  const toggle = make(
    "button",
    {
      type: "button",
      class: "link",
      "aria-expanded": "false",
      onclick: () => {
        const open = below.hidden;
        hidePicture();
        below.hidden = !open;
        toggle.setAttribute("aria-expanded", String(open));
        panel.replaceChildren(...(open ? [itemDetails(row, report, inside, words)] : []));
      },
    },
    code(row.item),
  );
  const state = row.problems.length === 0 ? "intact" : "broken";
  const cells = [
    toggle,
    foreign(neutral(row.kept?.path ?? "")),
    code(neutral(row.kept?.kind ?? "")),
    code(typeof row.kept?.size === "number" ? size(row.kept.size) : ""),
    make("span", { class: state }, words.say(`page.${state}`)),
  ];
  const labelled = cells.map((cell, at) => make("td", { "data-head": heads[at] }, cell));
  return [make("tr", {}, ...labelled), below];
}

function itemDetails(row: Row, report: Report, inside: Inside, words: Words): HTMLElement {
  const { kept } = row;
  const facts = make("dl", {});
  const add = (name: string, value: HTMLElement): void => {
    facts.append(make("dt", {}, words.say(`page.${name}`)), make("dd", {}, value));
  };
  if (kept !== undefined) {
    add("where", foreign(neutral(kept.path)));
    if (typeof kept.sha256 === "string") add("sha256", code(neutral(kept.sha256)));
    add("taken-in", code(report.contents.custody?.times.get(kept.line) ?? ""));
    add("line", code(String(kept.line)));
  }
  const problems = row.problems.map((problem) => make("li", {}, problem));
  const said = inside.opened.filter((each) => each.item === row.item);
  const history = make("ul", { class: "history" });
  for (const each of said) history.append(make("li", {}, eventButton(each, inside, words, history)));
  return make(
    "div",
    { class: "panel" },
    facts,
    ...(problems.length > 0
      ? [make("h4", {}, words.say("page.item-problems")), make("ul", { class: "problems" }, ...problems)]
      : []),
    preview(row, inside, words),
    ...(said.length > 0 ? [make("h4", {}, words.say("page.item-events")), history] : []),
  );
}

/** Nothing is decrypted before somebody asks, a picture comes blurred, and only one is there at a time. */
function preview(row: Row, inside: Inside, words: Words): HTMLElement {
  const { file } = row;
  const ending = file?.split(".").at(-1) ?? "";
  const bytes = row.kept?.size;
  const small = typeof bytes === "number" && bytes <= LARGEST_SHOWN_BYTES;
  const isPicture = PICTURES.has(ending);
  if (file === undefined || !small || !(isPicture || TEXTS.has(ending))) {
    return make("p", { class: "quiet" }, words.say("page.preview-none"));
  }
  const place = make("div", { class: "preview", "aria-live": "polite" });
  const show = make(
    "button",
    {
      type: "button",
      onclick: () => {
        hidePicture();
        const drawn = isPicture ? picture(row.item, file, ending, inside, words, place) : text(file, inside, words, place);
        void drawn.catch(() => place.replaceChildren(make("p", {}, words.say("page.preview-failed"))));
      },
    },
    words.say(isPicture ? "page.preview" : "page.preview-text"),
  );
  return make("div", {}, show, place);
}

async function picture(
  item: string,
  file: string,
  ending: string,
  inside: Inside,
  words: Words,
  place: HTMLElement,
): Promise<void> {
  const data = await readAgain(inside, file);
  hidePicture();
  if (data === undefined) {
    place.replaceChildren(make("p", {}, words.say("page.changed-again")));
    return;
  }
  const address = URL.createObjectURL(new Blob([data as Uint8Array<ArrayBuffer>], { type: PICTURES.get(ending) ?? "" }));
  shown = { address, panel: place };
  const image = make("img", { src: address, alt: words.say("page.picture", { item }), class: "blurred" });
  image.addEventListener("load", () => URL.revokeObjectURL(address));
  image.addEventListener("error", () => {
    hidePicture();
    place.replaceChildren(make("p", {}, words.say("page.preview-failed")));
  });
  const sharpen = make(
    "button",
    {
      type: "button",
      "aria-pressed": "false",
      onclick: () => {
        const blurred = image.classList.toggle("blurred");
        sharpen.setAttribute("aria-pressed", String(!blurred));
        sharpen.textContent = words.say(blurred ? "page.sharp" : "page.blur");
      },
    },
    words.say("page.sharp"),
  );
  const hide = make("button", { type: "button", onclick: hidePicture }, words.say("page.hide"));
  place.replaceChildren(make("div", { class: "frame" }, image), make("div", { class: "tools" }, sharpen, hide));
}

async function text(file: string, inside: Inside, words: Words, place: HTMLElement): Promise<void> {
  const data = await readAgain(inside, file);
  if (data === undefined) {
    place.replaceChildren(make("p", {}, words.say("page.changed-again")));
    return;
  }
  const cut = data.length > SHOWN_TEXT_BYTES;
  const beginning = new TextDecoder().decode(data.subarray(0, SHOWN_TEXT_BYTES));
  const values = { shown: SHOWN_TEXT_BYTES, total: data.length };
  place.replaceChildren(
    make("pre", { dir: "auto", tabindex: "0" }, neutralText(beginning)),
    make("p", { class: "quiet" }, cut ? words.say("page.cut-text", values) : ""),
    make("button", { type: "button", onclick: () => place.replaceChildren() }, words.say("page.hide")),
  );
}

function events(report: Report, inside: Inside, words: Words): HTMLElement {
  const custody = report.contents.custody;
  const opened = new Map(inside.opened.map((each) => [each.line, each]));
  const lines = [...(custody?.commitments.keys() ?? [])].sort((one, other) => one - other);
  const heads = ["line", "time", "event", "details"].map((name) => words.say(`page.${name}`));
  const list = pages(words, heads, () =>
    lines.map((line) => () => {
      const event = opened.get(line);
      const place = make("div", {});
      const name = event === undefined ? words.say("page.closed") : eventName(event.type, words);
      const cells = [
        code(String(line)),
        code((custody?.times.get(line) ?? "").replace("T", " ").slice(0, 19)),
        make("span", { class: event === undefined ? "quiet" : "" }, name, " ", event?.item === undefined ? "" : code(neutral(event.item))),
        event === undefined ? make("span", {}) : make("div", {}, eventButton(event, inside, words, place), place),
      ];
      return [make("tr", {}, ...cells.map((cell, at) => make("td", { "data-head": heads[at] }, cell)))];
    }),
  );
  return folded(words.say("page.events", { count: lines.length }), false, list.element);
}

function eventName(type: string, words: Words): string {
  const name = `page.happened.${type.replaceAll(".", "-")}`;
  return words.knows(name) ? words.say(name) : neutral(type);
}

/** A button that opens what an event says, read again and held against the log's commitment. */
function eventButton(event: Opened, inside: Inside, words: Words, near: HTMLElement): HTMLElement {
  const place = near.tagName === "UL" ? make("div", {}) : near;
  const button = make(
    "button",
    {
      type: "button",
      class: "link",
      "aria-expanded": "false",
      onclick: () => {
        const open = button.getAttribute("aria-expanded") === "true";
        button.setAttribute("aria-expanded", String(!open));
        if (open) place.replaceChildren();
        else void said(event, inside, words).then((element) => place.replaceChildren(element));
      },
    },
    near.tagName === "UL" ? `${eventName(event.type, words)} (${event.line})` : words.say("page.details"),
  );
  return near.tagName === "UL" ? make("div", {}, button, place) : button;
}

async function said(event: Opened, inside: Inside, words: Words): Promise<HTMLElement> {
  const data = await inside.inner.again(event.from, event.to);
  if (inside.commitments.get(event.line) !== sha256(data)) {
    return make("p", {}, words.say("page.changed-again"));
  }
  const facts = JSON.parse(fromUtf8(data)) as Json;
  return value(isObject(facts) ? Object.fromEntries(Object.entries(facts).filter(([key]) => key !== "salt")) : facts);
}

/** Any JSON, as nested lists. */
function value(json: Json): HTMLElement {
  if (Array.isArray(json)) return make("ul", { dir: "ltr" }, ...json.map((each) => make("li", {}, value(each))));
  if (isObject(json)) {
    const pairs = Object.entries(json).flatMap(([key, inner]) => [
      make("dt", {}, code(neutral(key))),
      make("dd", {}, value(inner)),
    ]);
    return make("dl", { dir: "ltr", class: "json" }, ...pairs);
  }
  return foreign(neutral(json === null ? "null" : String(json)));
}

function papers(inside: Inside, words: Words): HTMLElement {
  const names = ["READ-ME-FIRST.txt", "bag-info.txt", "FORMAT.md", "checkpoint.txt", "allowed_signers"];
  const there = names.filter((name) => inside.files.has(name));
  const parts = there.map((name) => {
    const place = make("div", { class: "preview", "aria-live": "polite" });
    const show = (): void => {
      void text(name, inside, words, place).catch(() => place.replaceChildren(words.say("page.preview-failed")));
    };
    return make("li", {}, make("button", { type: "button", class: "link", onclick: show }, code(name)), place);
  });
  return folded(words.say("page.papers"), false, make("ul", { class: "plain" }, ...parts));
}

function folded(title: string, open: boolean, ...children: HTMLElement[]): HTMLElement {
  return make("details", { open }, make("summary", {}, make("h3", {}, title)), ...children);
}

/** A table of which only some rows are in the page at a time. */
function pages(
  words: Words,
  heads: string[],
  rows: () => (() => HTMLElement[])[],
): { element: HTMLElement; restart: () => void } {
  let from = 0;
  const body = make("tbody", {});
  const count = make("span", { role: "status" });
  const turn = (by: number) => (): void => {
    from += by;
    draw();
  };
  const back = make("button", { type: "button", onclick: turn(-ROWS) }, words.say("page.previous"));
  const further = make("button", { type: "button", onclick: turn(ROWS) }, words.say("page.next"));
  const draw = (): void => {
    hidePicture();
    const all = rows();
    const to = Math.min(from + ROWS, all.length);
    body.replaceChildren(...all.slice(from, to).flatMap((row) => row()));
    const shownNow = { from: all.length === 0 ? 0 : from + 1, to, total: all.length };
    count.textContent = all.length === 0 ? words.say("page.none-found") : words.say("page.shown", shownNow);
    back.disabled = from === 0;
    further.disabled = to >= all.length;
    back.hidden = further.hidden = all.length <= ROWS;
  };
  draw();
  const head = make("tr", {}, ...heads.map((name) => make("th", { scope: "col" }, name)));
  const table = make("table", {}, make("thead", {}, head), body);
  const element = make("div", {}, make("div", { class: "scroll" }, table), make("div", { class: "tools" }, back, count, further));
  return {
    element,
    restart: () => {
      from = 0;
      draw();
    },
  };
}
