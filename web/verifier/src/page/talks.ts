/** Conversations to read: their list, a search over all their words, and one of them opened. */

import { make } from "./dom";
import { code, foreign } from "./dom";
import { bubble, reel, who, type Reel, type Shown } from "./bubbles";
import type { Facts } from "../core/opening";
import { listOf, numberOf, stated, textOf } from "./facts";
import type { Library, Lines, Talk } from "./library";
import { hide } from "./preview";
import { printer, type Printed } from "./printing";
import { folded } from "./table";
import { neutral, size, type Words } from "./words";

// A paper of more is nobody's to read; which lines it holds stands on it.
const MOST_PRINTED = 3000;
const MOST_PEOPLE = 12;

export interface Talks {
  element: HTMLElement;
  /** Open the conversation in which a message stands, at it. */
  open(where: string): Promise<void>;
}

export function platform(name: string, words: Words): string {
  return words.knows(`platform.${name}`) ? words.say(`platform.${name}`) : neutral(name);
}

export function talks(library: Library, shown: Shown, printed: Printed): Talks {
  const { words } = shown;
  const search = make("input", { type: "search", id: "words", spellcheck: "false", autocomplete: "off" });
  const said = make("span", { role: "status" });
  const place = make("div", { id: "talk" });
  const hits = new Map<number, number>();
  const list = make("ul", { class: "plain talks" });
  let asked = 0;
  const draw = (): void => {
    const found = hits.size === 0 ? library.talks : library.talks.filter(({ number }) => (hits.get(number) ?? 0) > 0);
    list.replaceChildren(...found.map((talk) => entry(talk, hits.get(talk.number), words, () => void open(talk))));
  };
  const find = async (): Promise<void> => {
    const mine = ++asked;
    hits.clear();
    said.textContent = "";
    if (search.value.trim() === "") return draw();
    let count = 0;
    for (const talk of library.talks) {
      const lines = await library.lines(talk);
      const found = (await lines?.search(search.value))?.length ?? 0;
      if (mine !== asked) return;
      count += found;
      hits.set(talk.number, found);
    }
    said.textContent = words.say("page.hits", { count });
    draw();
  };
  const open = async (talk: Talk, index?: number): Promise<void> => {
    hide();
    const lines = await library.lines(talk);
    if (lines === undefined) {
      place.replaceChildren(make("p", { role: "status" }, words.say("page.changed-again")));
      return;
    }
    const opened = conversation(talk, lines, shown, printed, search.value.trim());
    place.replaceChildren(opened.element);
    opened.begin(index);
    opened.element.scrollIntoView({ block: "start" });
    opened.element.querySelector("h4")?.focus();
  };
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") void find();
  });
  const seek = make("button", { type: "button", id: "find-words", onclick: () => void find() }, words.say("page.find-words"));
  draw();
  const title = words.say("page.conversations", { count: library.talks.length });
  const tools = make("div", { class: "tools" }, make("label", { for: "words" }, words.say("page.all-words")), search, seek, said);
  const element = folded("conversations", title, true, tools, list, place);
  return {
    element,
    open: async (where) => {
      const found = await library.at(where);
      if (found === undefined) return;
      (element as HTMLDetailsElement).open = true;
      await open(found.talk, found.index);
    },
  };
}

function entry(talk: Talk, hits: number | undefined, words: Words, open: () => void): HTMLElement {
  const { first, last } = talk.facts;
  const days = [stated(first), stated(last)].filter(Boolean).map((each) => neutral(each));
  return make(
    "li",
    {},
    make("button", { type: "button", class: "link", onclick: open }, name(talk, words)),
    " ",
    make("span", { class: "quiet" }, words.say("page.talk-counts", { messages: talk.messages })),
    hits === undefined ? undefined : make("strong", { class: "label" }, words.say("page.hits", { count: hits })),
    make("div", { class: "quiet days" }, ...days.flatMap((day, at) => [at === 0 ? "" : " – ", make("span", { class: "when", dir: "ltr" }, day)])),
  );
}

function name(talk: Talk, words: Words): HTMLElement {
  const said = words.say("report.transcript", { number: talk.number, platform: platform(talk.platform, words) });
  return make("span", {}, said, " ", foreign(neutral(talk.title) || words.say("page.untitled")));
}

interface Opened {
  element: HTMLElement;
  begin(index: number | undefined): void;
}

function conversation(talk: Talk, lines: Lines, shown: Shown, printed: Printed, sought: string): Opened {
  const { words } = shown;
  const title = name(talk, words).textContent ?? "";
  const made = reel(lines, title, shown);
  const cited = lines.texts.flatMap((text, at) => (text.includes('"demands":[') ? [at] : []));
  const search = stepper("page.find-here", made, lines, words, sought);
  const demand = steps(cited, made);
  const tools = make(
    "div",
    { class: "tools" },
    search.element,
    cited.length === 0
      ? undefined
      : make("button", { type: "button", class: "next-demand", onclick: demand }, words.say("page.next-demand")),
    printer(printed, title, () => paper(talk, lines, shown, search.found())),
    make("button", { type: "button", class: "hide", onclick: () => element.remove() }, words.say("page.close-talk")),
  );
  const element = make(
    "div",
    { class: "talk" },
    make("h4", { tabindex: "-1" }, name(talk, words)),
    ...about(talk, words),
    tools,
    made.element,
  );
  return {
    element,
    begin: (index) => {
      if (index !== undefined) made.show(index);
      else if (sought !== "") void search.begin();
      else if (cited[0] !== undefined) made.show(cited[0]);
    },
  };
}

/** Whose conversation it is, out of which items, and what is to be known of its times. */
function about({ facts }: Talk, words: Words): HTMLElement[] {
  const parts = (Array.isArray(facts.parts) ? facts.parts : []).map((part) => {
    const { item, path, sha256 } = part as Record<string, never>;
    return make("p", { class: "quiet" }, `${words.say("report.transcripts.part")} `, code(neutral(textOf(item))), " ", foreign(neutral(textOf(path))), make("br", {}), code(`SHA-256 ${neutral(textOf(sha256))}`));
  });
  const people = listOf(facts.participants).slice(0, MOST_PEOPLE).flatMap((each, at) => {
    const [sender, count] = listOf(each);
    return [at === 0 ? "" : ", ", who(textOf(sender), words), ` (${size(numberOf(count))})`];
  });
  const zones = Object.entries((facts.zones ?? {}) as Record<string, never>).map(([zone, count]) => {
    const key = ["utc", "offset", "none"].includes(zone) ? zone : "local";
    return make("p", { class: "quiet" }, words.say(`report.zone.${key}`, { count: numberOf(count) }));
  });
  const notes = listOf(facts.notes).flatMap((note) => {
    const known = `report.note.${textOf(note)}`;
    return words.knows(known) ? [make("p", { class: "quiet" }, words.say(known))] : [];
  });
  const order = dateOrder(facts, words);
  const more = listOf(facts.participants).length - MOST_PEOPLE;
  if (more > 0) people.push(` […+${size(more)}]`);
  return [...parts, make("p", {}, `${words.say("report.transcripts.people")} `, ...people), ...order, ...zones, ...notes];
}

const ORDERS = new Map([["day, month, year", "day"], ["month, day, year", "month"], ["ambiguous", "either"]]);

/** How the dates of an export were read, and why, where its form leaves a choice. */
function dateOrder(facts: Facts, words: Words): HTMLElement[] {
  const [order = "", reason = ""] = textOf(facts.order).split(" (");
  const known = ORDERS.get(order);
  const why = `chats.order-reason.${reason.replace(")", "")}`;
  if (known === undefined || !words.knows(why)) return [];
  const values = { number: numberOf(facts.number), reason: words.say(why) };
  return [make("p", { class: "quiet" }, words.say(`chats.order.${known}`, values))];
}

/** A function that shows one line after another, from the first again when it came to the last. */
function steps(found: readonly number[], made: Reel): () => void {
  let at = -1;
  return () => {
    at = (at + 1) % Math.max(1, found.length);
    const index = found[at];
    if (index !== undefined) made.show(index);
  };
}

function stepper(
  label: string,
  made: Reel,
  lines: Lines,
  words: Words,
  sought: string,
): { element: HTMLElement; begin: () => Promise<void>; found: () => readonly number[] } {
  let found: readonly number[] = [];
  let at = -1;
  let last = "";
  const input = make("input", { type: "search", "aria-label": words.say(label), placeholder: words.say(label), spellcheck: "false", autocomplete: "off", value: sought });
  const said = make("span", { role: "status" });
  const begin = async (): Promise<void> => {
    const wanted = input.value.trim();
    if (wanted !== last) {
      last = wanted;
      found = await lines.search(wanted);
      at = -1;
      made.mark(wanted);
    }
    at = found.length === 0 ? -1 : (at + 1) % found.length;
    const index = found[at];
    said.textContent = index === undefined ? words.say("page.none-found") : words.say("page.hit", { at: at + 1, of: found.length });
    if (index !== undefined) made.show(index);
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") void begin();
  });
  const next = make("button", { type: "button", onclick: () => void begin() }, words.say("page.find-next"));
  return { element: make("span", { class: "stepper" }, input, next, said), begin, found: () => found };
}

/** A conversation on paper: what was found in it, or all of it, as far as a paper goes. */
function paper(talk: Talk, lines: Lines, shown: Shown, found: readonly number[]): Node[] {
  const { words } = shown;
  const all = found.length > 0 ? found : lines.texts.map((_, at) => at);
  const printed = all.slice(0, MOST_PRINTED);
  const told = { count: printed.length, total: lines.texts.length };
  return [
    ...about(talk, words),
    make("p", {}, words.say("page.lines-printed", told)),
    ...printed.map((at) => bubble(lines.at(at), shown, "", true)),
  ];
}
