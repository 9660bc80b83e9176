/** What happened to the case, line by line of the log; what an event says is read again when somebody asks. */

import { fromUtf8 } from "../core/bytes";
import type { Inside, Opened } from "../core/contents";
import { isObject, type Json } from "../core/opening";
import type { Desk } from "../core/threads";
import { code, foreign, make } from "./dom";
import { folded, opener, row, table } from "./table";
import { neutral, type Words } from "./words";

const SHOWN_ITEMS = 3;

export function events(inside: Inside, desk: Desk, words: Words): HTMLElement {
  const opened = new Map(inside.opened.map((each) => [each.line, each]));
  const lines = [...inside.times.keys()].sort((one, other) => one - other);
  const kinds = [...new Set(inside.opened.map((each) => each.type))].sort();
  const choice = make(
    "select",
    { id: "event-kind" },
    make("option", { value: "" }, words.say("page.all")),
    ...kinds.map((type) => make("option", { value: type }, eventName(type, words))),
    lines.length > opened.size ? make("option", { value: "-" }, words.say("page.closed")) : undefined,
  );
  const heads = ["line", "time", "event", "details"].map((name) => words.say(`page.${name}`));
  const title = words.say("page.events", { count: lines.length });
  const wanted = (line: number): boolean => {
    const type = opened.get(line)?.type ?? "-";
    return choice.value === "" || type === choice.value;
  };
  const rows = (): (() => HTMLElement[])[] =>
    lines.filter(wanted).map((line) => () => [eventRow(line, opened.get(line), inside, desk, words, heads)]);
  const list = table(words, title, heads, rows, () => undefined);
  choice.addEventListener("change", list.restart);
  const tools = make("div", { class: "tools" }, make("label", { for: "event-kind" }, words.say("page.event")), choice);
  return folded("events", title, false, tools, list.element);
}

function eventRow(
  line: number,
  event: Opened | undefined,
  inside: Inside,
  desk: Desk,
  words: Words,
  heads: string[],
): HTMLElement {
  const name = event === undefined ? words.say("page.closed") : eventName(event.type, words);
  const cells = [
    code(String(line)),
    code((inside.times.get(line) ?? "").replace("T", " ").slice(0, 19)),
    make(
      "span",
      { class: event === undefined ? "quiet" : undefined },
      name,
      ...(event?.items.slice(0, SHOWN_ITEMS) ?? []).flatMap((item) => [" ", code(neutral(item))]),
      (event?.items.length ?? 0) > SHOWN_ITEMS ? " …" : undefined,
    ),
    event === undefined ? "" : make("div", {}, ...eventButton(event, desk, words, words.say("page.details"))),
  ];
  return row(cells, heads);
}

function eventName(type: string, words: Words): string {
  const name = `page.happened.${type.replaceAll(".", "-")}`;
  return words.knows(name) ? words.say(name) : neutral(type);
}

/** A button that opens what an event says, and the place for it. */
export function eventButton(event: Opened, desk: Desk, words: Words, label?: string): HTMLElement[] {
  const place = make("div", {});
  const open = (): void => void said(event, desk, words).then((element) => place.replaceChildren(element));
  const name = `${eventName(event.type, words)} (${event.line})`;
  const attributes: Record<string, string> = label === undefined ? {} : { "aria-label": `${label}: ${name}` };
  return [opener(label ?? name, open, () => place.replaceChildren(), attributes), place];
}

async function said(event: Opened, desk: Desk, words: Words): Promise<HTMLElement> {
  const data = await desk.opening(event.line);
  if (data === undefined) return make("p", {}, words.say("page.changed-again"));
  const facts = JSON.parse(fromUtf8(data)) as Json;
  const told = isObject(facts) ? Object.fromEntries(Object.entries(facts).filter(([key]) => key !== "salt")) : facts;
  return value(told, words);
}

/** The word for a field of an event; a field that has none, such as a measurement's, stands as it is written. */
function fieldName(key: string, words: Words): HTMLElement {
  const known = [`page.field.${key}`, `fact.${key}`].find((each) => words.knows(each));
  return known === undefined ? code(neutral(key)) : make("span", { title: neutral(key) }, words.say(known));
}

// Fields that hold codes and never a person's words.
const CODED: ReadonlySet<string> = new Set(
  "by age_band consent family how minor_media pictures platform purpose reason recognition role said_by scope sensitivity what".split(" "),
);

/** The word for a code; a text of a person, and a code that has no word, stand as they are written. */
function textValue(key: string, text: string, words: Words): HTMLElement {
  const code = text.replaceAll(" ", "-");
  const places = [`report.${key}`, `page.${key}`, "page.value", key, "fact.value"];
  const known = CODED.has(key) ? places.map((each) => `${each}.${code}`).find((each) => words.knows(each)) : undefined;
  return known === undefined ? foreign(neutral(text)) : make("span", { title: neutral(text) }, words.say(known));
}

/** What a field holds where that is no text of anybody's: yes, no, nothing. */
function plainValue(json: boolean | null, words: Words): string {
  return words.say(json === null ? "report.unsaid" : json ? "fact.value.True" : "fact.value.False");
}

/** Any JSON, as nested lists; `key` is the field that holds it. */
function value(json: Json, words: Words, key = ""): HTMLElement {
  if (typeof json === "string") return textValue(key, json, words);
  if (Array.isArray(json)) {
    return json.length === 0 ? code("[]") : make("ul", {}, ...json.map((each) => make("li", {}, value(each, words, key))));
  }
  if (isObject(json)) {
    const pairs = Object.entries(json).flatMap(([name, inner]) => [
      make("dt", {}, fieldName(name, words)),
      make("dd", {}, value(inner, words, name)),
    ]);
    return pairs.length === 0 ? code("{}") : make("dl", { class: "json" }, ...pairs);
  }
  if (json === null || typeof json === "boolean") return make("span", {}, plainValue(json, words));
  return foreign(neutral(String(json)));
}
