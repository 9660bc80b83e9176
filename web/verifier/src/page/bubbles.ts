/** Messages as bubbles, and a long conversation of which only what is near is laid out. */

import type { Inside } from "../core/contents";
import type { Facts } from "../core/opening";
import type { Desk } from "../core/threads";
import { code, foreign, make } from "./dom";
import { allFacts, factsOf, numbersOf, stated, textOf, textsOf, valuesOf } from "./facts";
import { originalsIn } from "./items";
import type { Lines } from "./library";
import { fold } from "./library";
import { hide, preview } from "./preview";
import { neutral, neutralText, type Words } from "./words";

const OWNER = "(owner)";
const PLAIN_KINDS: ReadonlySet<string> = new Set(["text", "system", "media"]);
const MOST_RECEIVERS = 10;
const BLOCK = 40;
const LINE_PIXELS = 84;
const NEAR = "900px 0px";

export interface Shown {
  inside: Inside;
  desk: Desk;
  words: Words;
}

export function who(sender: string, words: Words): HTMLElement {
  return sender === OWNER ? make("span", {}, words.say("chats.owner-unnamed")) : foreign(neutral(sender));
}

/** One message; `marked` is what somebody searches for. */
export function bubble(line: Facts, shown: Shown, marked = "", onPaper = false): HTMLElement {
  const { words } = shown;
  const demands = numbersOf(line.demands);
  const own = line.owner === true;
  const gap = textOf(line.gap);
  const written = neutral(stated(line.time));
  // What stands for no time, such as 1970, must not be read as one.
  const when =
    written === ""
      ? gap === "" ? words.say("chats.no-time") : ""
      : factsOf(line.time).kind === "none" ? words.say("chats.unread-time", { written }) : written;
  const sender = textOf(line.sender);
  const head = make(
    "div",
    { class: "who" },
    gap === "" ? (sender === "" ? words.say("chats.app") : who(sender, words)) : undefined,
    " ",
    make("span", { class: "when", dir: when === written ? "ltr" : "auto" }, when),
    " ",
    make("span", { class: "at" }, code(neutral(textOf(line.where)))),
  );
  const quotes = demands.map((number) => make("strong", { class: "label" }, words.say("report.demand", { number })));
  const body: HTMLElement[] = [];
  const say = (...parts: (Node | string)[]): void => {
    body.push(make("p", {}, ...parts));
  };
  if (gap !== "") say(words.say("chats.gap", { reason: reason(gap, words) }));
  if (textOf(line.text) !== "") body.push(make("p", { class: "text", dir: "auto" }, ...highlit(textOf(line.text), marked)));
  const [event, values] = Array.isArray(line.event) ? line.event : [];
  if (typeof event === "string") {
    const known = `chats.event.${event}`;
    say(words.knows(known) ? words.say(known, valuesOf(values)) : neutral(event));
  }
  for (const each of Array.isArray(line.words) ? line.words : []) {
    const [role = "", text = "", by = ""] = Array.isArray(each) ? each.map((part) => textOf(part)) : [];
    const known = `chats.word.${role}`;
    const label = words.knows(known) ? words.say(known) : neutral(role);
    say(label, by === "" ? "" : " (", by === "" ? "" : foreign(neutral(by)), by === "" ? ": " : "): ", foreign(neutralText(text)));
  }
  const to = textsOf(line.to).slice(0, MOST_RECEIVERS);
  const more = textsOf(line.to).length - to.length;
  if (to.length > 0) say(words.say("chats.to", { names: neutral(to.join(", ")) + (more > 0 ? ` +${more}` : "") }));
  // Where an event says what could not be read, that is what it was.
  const plain = PLAIN_KINDS.has(textOf(line.kind)) || (line.kind === "unsupported" && typeof event === "string");
  const marks = [
    ...(plain || gap !== "" ? [] : [`chats.kind.${textOf(line.kind)}`]),
    ...textsOf(line.flags).filter((flag) => flag !== line.kind && flag !== "app_generated").map((flag) => `chats.flag.${flag}`),
  ];
  const told = [...new Set(marks.filter((mark) => words.knows(mark)).map((mark) => words.say(mark)))];
  if (told.length > 0) body.push(make("p", { class: "quiet" }, `[${told.join(" · ")}]`));
  for (const each of allFacts(line.attachments)) body.push(attached(each, shown, onPaper));
  const signs = (Array.isArray(line.reactions) ? line.reactions : []).map((each) => textsOf(each).join(" ")).join(", ");
  if (signs !== "") body.push(make("p", { class: "quiet" }, words.say("chats.reactions", { signs: neutral(signs) })));
  const kind = gap !== "" || sender === "" ? " app" : own ? " own" : "";
  return make("div", { class: `bubble${kind}${demands.length > 0 ? " cited" : ""}` }, head, ...quotes, ...body);
}

function reason(gap: string, words: Words): string {
  return words.knows(`reason.${gap}`) ? words.say(`reason.${gap}`) : neutral(gap);
}

/** A file in its place: a picture blurred first, a voice note to hear, one at a time. */
function attached(each: Facts, { inside, desk, words }: Shown, onPaper: boolean): HTMLElement {
  const files = originalsIn(inside);
  const name = textOf(each.name);
  const items = textsOf(each.items);
  const status = textOf(each.status);
  const numbers = numbersOf(each.exhibits).map((number) => words.say("report.exhibit", { number }));
  const said = make(
    "p",
    {},
    `${words.say("report.attached")} `,
    name === "" ? words.say("chats.unnamed") : foreign(neutral(name)),
    numbers.length > 0 && status !== "perhaps" ? ` · ${numbers.join(", ")}` : "",
    ...items.flatMap((item) => [" ", code(neutral(item))]),
    status === "present" || !words.knows(`report.status.${status}`) ? "" : ` · ${words.say(`report.status.${status}`)}`,
  );
  const element = make("div", { class: "attached" }, said);
  if (onPaper) return element;
  for (const item of items) {
    const file = files.get(item);
    const known = file === undefined ? undefined : inside.files.get(file);
    if (file === undefined || known === undefined) continue;
    const seen = preview(file, `${neutral(name)} ${neutral(item)}`, known.sizeBytes, desk, words);
    if (seen !== undefined) element.append(seen.button, seen.place);
  }
  return element;
}

/** A text as it is, with the words that somebody searches for marked. */
function highlit(text: string, marked: string): (Node | string)[] {
  const wanted = fold(marked).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [neutralText(text)];
  return text.split(/(\s+)/).map((word) => {
    const folded = fold(word);
    return wanted.some((each) => folded.includes(each)) ? make("mark", {}, neutralText(word)) : neutralText(word);
  });
}

export interface Reel {
  element: HTMLElement;
  /** Bring a line into sight. */
  show(index: number): void;
  /** Draw what is laid out anew, with other words marked. */
  mark(wanted: string): void;
}

/** A conversation in blocks; a block far from what is seen holds nothing but its height. */
export function reel(lines: Lines, title: string, shown: Shown): Reel {
  const element = make("div", { class: "reel", role: "region", tabindex: "0", "aria-label": title });
  const blocks: HTMLElement[] = [];
  let marked = "";
  const fill = (block: HTMLElement): void => {
    const from = Number(block.dataset.from);
    const to = Math.min(from + BLOCK, lines.texts.length);
    const made: HTMLElement[] = [];
    for (let at = from; at < to; at++) {
      const each = bubble(lines.at(at), shown, marked);
      each.dataset.index = String(at);
      made.push(each);
    }
    block.replaceChildren(...made);
    block.style.blockSize = "";
    block.dataset.full = "";
  };
  const empty = (block: HTMLElement): void => {
    // What somebody looks at or listens to stays until they hide it.
    if (block.dataset.full === undefined || block.querySelector(".preview:not(:empty)") !== null) return;
    block.style.blockSize = `${block.offsetHeight}px`;
    block.replaceChildren();
    delete block.dataset.full;
  };
  const watcher = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        const block = target as HTMLElement;
        if (!isIntersecting) empty(block);
        else if (block.dataset.full === undefined) fill(block);
      }
    },
    { root: element, rootMargin: NEAR },
  );
  for (let from = 0; from < lines.texts.length; from += BLOCK) {
    const block = make("div", { class: "block", "data-from": String(from) });
    block.style.blockSize = `${Math.min(BLOCK, lines.texts.length - from) * LINE_PIXELS}px`;
    blocks.push(block);
    watcher.observe(block);
  }
  element.append(...blocks);
  const show = (index: number): void => {
    const block = blocks[Math.floor(index / BLOCK)];
    if (block === undefined) return;
    if (block.dataset.full === undefined) fill(block);
    const line = block.querySelector<HTMLElement>(`[data-index="${index}"]`);
    element.querySelector(".sought")?.classList.remove("sought");
    line?.classList.add("sought");
    const centre = (): void => {
      if (line !== null) element.scrollTop = offsetIn(line, element) - element.clientHeight / 3;
    };
    centre();
    // Blocks beside it are laid out meanwhile, and are taller or not so tall as they were thought to be.
    requestAnimationFrame(() => requestAnimationFrame(centre));
  };
  const mark = (wanted: string): void => {
    marked = wanted;
    hide();
    for (const block of blocks) if (block.dataset.full !== undefined) fill(block);
  };
  return { element, show, mark };
}

function offsetIn(line: HTMLElement, reel: HTMLElement): number {
  return line.getBoundingClientRect().top - reel.getBoundingClientRect().top + reel.scrollTop;
}

