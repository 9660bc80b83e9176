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
  return value(isObject(facts) ? Object.fromEntries(Object.entries(facts).filter(([key]) => key !== "salt")) : facts);
}

/** Any JSON, as nested lists. */
function value(json: Json): HTMLElement {
  if (Array.isArray(json)) {
    return json.length === 0 ? code("[]") : make("ul", { dir: "ltr" }, ...json.map((each) => make("li", {}, value(each))));
  }
  if (isObject(json)) {
    const pairs = Object.entries(json).flatMap(([key, inner]) => [
      make("dt", {}, code(neutral(key))),
      make("dd", {}, value(inner)),
    ]);
    return pairs.length === 0 ? code("{}") : make("dl", { dir: "ltr", class: "json" }, ...pairs);
  }
  return foreign(neutral(json === null ? "null" : String(json)));
}
