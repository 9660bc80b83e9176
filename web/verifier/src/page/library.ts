/** The conversations of an archive: their list, and the lines of each, read when somebody asks for them. */

import { fromUtf8 } from "../core/bytes";
import { isObject, type Facts, type Json } from "../core/opening";
import type { Desk } from "../core/threads";
import { allFacts, factsOf, numberOf, textOf, textsOf } from "./facts";

// Longer, and a person who types waits for an answer.
const MOST_BUSY_MS = 30;
const HELD_SIGNS = 60_000_000;

export interface Talk {
  number: number;
  platform: string;
  title: string;
  items: string[];
  messages: number;
  unread: number;
  file: string;
  facts: Facts;
}

/** The lines of one conversation: kept as texts, and understood one by one when they are shown. */
export class Lines {
  private folded: string[] | undefined;

  constructor(readonly texts: readonly string[]) {}

  at(index: number): Facts {
    try {
      return factsOf(JSON.parse(this.texts[index] ?? "null") as Json);
    } catch {
      return {};
    }
  }

  /** The first line that stands at a place, -1 where none does. */
  find(where: string): number {
    const beginning = `{"where":${JSON.stringify(where)}`;
    return this.texts.findIndex((text) => text.startsWith(beginning));
  }

  /** The lines that hold all these words; the page stays awake while it looks. */
  async search(wanted: string): Promise<number[]> {
    const words = fold(wanted).split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    const found: number[] = [];
    let rested = performance.now();
    const folded = (this.folded ??= []);
    for (let at = 0; at < this.texts.length; at++) {
      const text = (folded[at] ??= fold(saidIn(this.at(at))));
      if (words.every((word) => text.includes(word))) found.push(at);
      if (performance.now() - rested < MOST_BUSY_MS) continue;
      await new Promise((done) => setTimeout(done));
      rested = performance.now();
    }
    return found;
  }
}

/** Every word of a line: text, sender, what stands beside the text, names of files, what happened. */
function saidIn(line: Facts): string {
  const words = allFacts(line.words).map((each) => `${textOf(each.text)} ${textOf(each.by)}`);
  const beside = (Array.isArray(line.words) ? line.words : []).filter(Array.isArray).flatMap((each) => textsOf(each));
  const files = allFacts(line.attachments).map((each) => textOf(each.name));
  const event = Array.isArray(line.event) && isObject(line.event[1]) ? Object.values(line.event[1]).map(String) : [];
  return [textOf(line.text), textOf(line.sender), ...words, ...beside, ...files, ...event].join(" ");
}

/** Spellings that a person who searches takes for the same: case, accents, vowel signs, forms of one Arabic letter. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}\u0640]/gu, "")
    .replace(/\u0649/g, "\u064a")
    .replace(/\u0629/g, "\u0647")
    .toLowerCase();
}

export class Library {
  private readonly held = new Map<number, Lines>();
  private signs = 0;

  constructor(
    readonly talks: readonly Talk[],
    private readonly desk: Desk,
    /** Files that are not what the plan was signed with: nothing of them is shown. */
    private readonly wrong: ReadonlySet<string | undefined>,
  ) {}

  of(where: string): Talk | undefined {
    const item = where.slice(0, where.indexOf(":"));
    return this.talks.find((talk) => talk.items.includes(item));
  }

  /** Undefined where the file is not any more what was checked. */
  async lines(talk: Talk): Promise<Lines | undefined> {
    const known = this.held.get(talk.number);
    if (known !== undefined) return known;
    const data = this.wrong.has(talk.file) ? undefined : await this.desk.file(talk.file);
    if (data === undefined) return undefined;
    const text = fromUtf8(data);
    const lines = new Lines(text.split("\n").filter(Boolean));
    if (this.signs + text.length > HELD_SIGNS) {
      this.held.clear();
      this.signs = 0;
    }
    this.signs += text.length;
    this.held.set(talk.number, lines);
    return lines;
  }

  /** The conversation and the line at a place; several conversations may lie in one item. */
  async at(where: string): Promise<{ talk: Talk; index: number; line: Facts } | undefined> {
    const item = where.slice(0, where.indexOf(":"));
    for (const talk of this.talks.filter((each) => each.items.includes(item))) {
      const lines = await this.lines(talk);
      const index = lines?.find(where) ?? -1;
      if (lines !== undefined && index >= 0) return { talk, index, line: lines.at(index) };
    }
    return undefined;
  }
}

export function talksIn(listed: Json): Talk[] {
  return allFacts(factsOf(listed).conversations).map((each) => ({
    number: numberOf(each.number),
    platform: textOf(each.platform),
    title: textOf(each.title),
    items: allFacts(each.parts).map((part) => textOf(part.item)),
    messages: numberOf(each.messages),
    unread: numberOf(each.unread),
    file: textOf(each.file),
    facts: each,
  }));
}
