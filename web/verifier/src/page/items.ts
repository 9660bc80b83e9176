/** The originals: where each was, what is wrong with it, what is said of it, and the thing itself when asked for. */

import { dataParts } from "../core/bag";
import type { Inside, Kept } from "../core/contents";
import type { Desk } from "../core/threads";
import type { Report } from "../core/verify";
import { code, make, path } from "./dom";
import { eventButton } from "./events";
import { hide, preview } from "./preview";
import { saver } from "./saving";
import { folded, opener, row, table } from "./table";
import { neutral, size, type Words } from "./words";

const FAMILIES = ["picture", "video", "audio", "text", "document", "container", "database", "empty", "unknown"];

interface Row {
  item: string;
  kept: Kept | undefined;
  file: string | undefined;
  problems: string[];
  blurred: boolean;
  text: string;
}

export function items(report: Report, inside: Inside, desk: Desk, words: Words): HTMLElement {
  const all = rowsOf(report, inside, words);
  const search = make("input", { type: "search", id: "search", spellcheck: "false", autocomplete: "off" });
  const only = make("input", { type: "checkbox", id: "only-broken" });
  const family = familyChoice(all, words);
  const heads = ["item", "where", "kind", "bytes", "state"].map((name) => words.say(`page.${name}`));
  const title = words.say("page.items", { count: all.length });
  const found = (): Row[] => {
    const wanted = search.value.toLowerCase().normalize("NFC").split(/\s+/).filter(Boolean);
    return all.filter(
      (each) =>
        (!only.checked || each.problems.length > 0) &&
        (family.value === "" || (each.kept?.family ?? "unknown") === family.value) &&
        wanted.every((word) => each.text.includes(word)),
    );
  };
  const rows = (): (() => HTMLElement[])[] => found().map((each) => () => itemRow(each, inside, desk, words, heads));
  const list = table(words, title, heads, rows, hide);
  search.addEventListener("input", list.restart);
  only.addEventListener("change", list.restart);
  family.addEventListener("change", list.restart);
  const tools = make(
    "div",
    { class: "tools" },
    make("label", { for: "search" }, words.say("page.search")),
    search,
    make("span", { class: "check" }, make("label", { for: "family" }, words.say("page.kind")), family),
    make("label", { class: "check" }, only, words.say("page.only-broken")),
  );
  return folded("items", title, all.length > 0, tools, list.element);
}

function familyChoice(all: readonly Row[], words: Words): HTMLSelectElement {
  const there = new Set(all.map((each) => each.kept?.family ?? "unknown"));
  const families = FAMILIES.filter((family) => there.has(family));
  return make(
    "select",
    { id: "family" },
    make("option", { value: "" }, words.say("page.all")),
    ...families.map((family) => make("option", { value: family }, words.say(`page.family.${family}`))),
  );
}

const originals = new WeakMap<Inside, Map<string, string>>();

/** The file of each item. */
export function originalsIn(inside: Inside): ReadonlyMap<string, string> {
  const known = originals.get(inside);
  if (known !== undefined) return known;
  const found = new Map<string, string>();
  for (const name of inside.files.keys()) {
    const parts = dataParts(name);
    if (parts !== undefined) found.set(parts.item, name);
  }
  originals.set(inside, found);
  return found;
}

function rowsOf(report: Report, inside: Inside, words: Words): Row[] {
  const files = originalsIn(inside);
  const blurred = new Set(report.blurred);
  const problems = new Map<string, string[]>();
  for (const finding of report.findings) {
    if (finding.item === undefined) continue;
    problems.set(finding.item, [...(problems.get(finding.item) ?? []), words.finding(finding)]);
  }
  return [...new Set([...report.items, ...report.brokenItems])].sort().map((item) => {
    const kept = inside.kept.get(item);
    const text = `${item} ${kept?.path ?? ""} ${kept?.kind ?? ""}`.toLowerCase().normalize("NFC");
    return { item, kept, file: files.get(item), problems: problems.get(item) ?? [], blurred: blurred.has(item), text };
  });
}

function itemRow(each: Row, inside: Inside, desk: Desk, words: Words, heads: string[]): HTMLElement[] {
  const panel = make("td", { colspan: String(heads.length) });
  const below = make("tr", { class: "below", hidden: true }, panel);
  const show = (open: boolean): void => {
    hide();
    below.hidden = !open;
    panel.replaceChildren(...(open ? [details(each, inside, desk, words)] : []));
  };
  const state = each.problems.length === 0 ? "intact" : "broken";
  const intimate = each.kept?.sensitivity === "intimate";
  const cells = [
    opener(code(each.item), () => show(true), () => show(false)),
    path(neutral(each.kept?.path ?? "")),
    kindOf(each.kept, words),
    code(typeof each.kept?.size === "number" ? size(each.kept.size) : ""),
    make(
      "span",
      {},
      make("span", { class: state }, words.say(`page.${state}`)),
      intimate ? make("span", { class: "label" }, words.say("page.intimate")) : undefined,
      each.blurred ? make("span", { class: "label" }, words.say("page.blurred-copy")) : undefined,
    ),
  ];
  return [row(cells, heads), below];
}

/** The format by its name; what has none is named in the reader's language. */
function kindOf(kept: Kept | undefined, words: Words): HTMLElement | string {
  const kind = kept?.kind ?? "";
  return words.knows(`page.family.${kind}`) ? words.say(`page.family.${kind}`) : code(neutral(kind));
}

function details(each: Row, inside: Inside, desk: Desk, words: Words): HTMLElement {
  const { kept, file, item } = each;
  const facts = make("dl", {});
  const add = (name: string, value: HTMLElement): void => {
    facts.append(make("dt", {}, words.say(`page.${name}`)), make("dd", {}, value));
  };
  if (kept !== undefined) {
    add("where", path(neutral(kept.path)));
    if (typeof kept.sha256 === "string") add(each.blurred ? "sha256-original" : "sha256", code(neutral(kept.sha256)));
    if (each.blurred) add("sha256-copy", code(inside.files.get(file ?? "")?.sha256 ?? ""));
    add("taken-in", code((inside.times.get(kept.line) ?? "").replace("T", " ").slice(0, 19)));
    add("line", code(String(kept.line)));
  }
  const problems = each.problems.map((problem) => make("li", {}, problem));
  const said = inside.opened.filter((event) => event.items.includes(item));
  const history = make("ul", { class: "history" }, ...said.map((event) => make("li", {}, ...eventButton(event, desk, words))));
  return make(
    "div",
    { class: "panel" },
    ...(problems.length > 0
      ? [make("h4", {}, words.say("page.item-problems")), make("ul", { class: "problems" }, ...problems)]
      : []),
    facts,
    file === undefined ? undefined : handed(file, `${words.say("page.item")} ${neutral(item)}`, inside, desk, words),
    ...(said.length > 0 ? [make("h4", {}, words.say("page.item-events")), history] : []),
  );
}

/** What can be done with a file of the bag: shown here, saved elsewhere. */
export function handed(file: string, title: string, inside: Inside, desk: Desk, words: Words): HTMLElement {
  const known = inside.files.get(file);
  if (known === undefined) return make("p", {});
  const seen = preview(file, title, known.sizeBytes, desk, words);
  return make(
    "div",
    { class: "handed" },
    seen?.button ?? make("p", { class: "quiet" }, words.say("page.preview-none")),
    saver(file, known.sha256, desk, words),
    seen?.place,
  );
}
