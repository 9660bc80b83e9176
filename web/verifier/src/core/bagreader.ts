/** Takes the files of a bag one after another, whatever they come out of, and hands each to whoever understands it. */

import * as bag from "./bag";
import type { Bytes } from "./bytes";
import { LOG, replay, split, type Custody } from "./chain";
import { receiptCode } from "./checkpoint";
import type { Bag, Contents, Kept, Made, Talk } from "./contents";
import { Tally, sha256 } from "./hashes";
import { OpeningError, agrees, decode, isObject, type Facts, type Json } from "./opening";
import { PIECE_BYTES } from "./pieces";
import { FormError } from "./zipform";

const HELD_BYTES = 64 << 20;
const LONGEST_OPENING_BYTES = 16 << 20;
const WITNESSED = /^W(?!000000$)(?:[1-9][0-9]{6,14}|[0-9]{6})$/;
const MOST_TALKS = 20_000;
const MOST_SIGNS = 300;
const MOST_ITEMS = 1000;

/** Gives up to so many bytes of the file that is being read. */
export type Read = (size: number) => Promise<Uint8Array>;

export class BagReader {
  private place = "";

  constructor(
    private readonly contents: Contents,
    private readonly bag: Bag,
    private readonly name: string,
    private readonly onBytes: (bytes: number) => void,
    /** Called when a file ends before its size: may say that it was cut. */
    private readonly endsEarly: () => void,
  ) {}

  /** Read one file of the bag; `path` begins with the case's folder. */
  async take(path: string, sizeBytes: number, read: Read): Promise<Tally> {
    const [caseId = "", ...below] = path.split("/");
    let name = below.join("/");
    this.bag.case ||= caseId;
    if (caseId !== this.bag.case || !this.belongs(name)) {
      this.broken("archive-member-unexpected", { member: shown(path) });
      name = path;
    } else {
      this.ordered(name);
    }
    const tally = new Tally();
    this.bag.tallies.set(name, tally);
    const content = this.counted(sizeBytes, read, tally);
    try {
      await this.understand(name, sizeBytes, content);
    } finally {
      tally.end();
    }
    return tally;
  }

  private async understand(name: string, sizeBytes: number, content: AsyncGenerator<Uint8Array>): Promise<void> {
    if (name === LOG) {
      const replayed = await replay(content);
      this.bag.custody = replayed.custody;
      this.bag.logFindings = replayed.findings;
    } else if (name === bag.EVENTS) {
      await this.events(content);
    } else if (this.held(name) && sizeBytes <= HELD_BYTES) {
      this.bag.held.set(name, await whole(content, sizeBytes));
    } else {
      // Too long to be held is too long to be ours; it must not pass because nobody looked at it.
      if (this.held(name)) this.broken("bag-file-differs", {}, name);
      for await (const piece of content) void piece;
    }
  }

  /** Whether a bag may hold a file of this name, and holds it once; an item has one file. */
  private belongs(name: string): boolean {
    const parts = bag.dataParts(name);
    if (parts === undefined) return this.isTagFile(name) && !this.bag.tallies.has(name);
    const known = this.bag.items.has(parts.item);
    this.bag.items.add(parts.item);
    return (parts.ending === undefined || bag.ALLOWED_ENDINGS.has(parts.ending)) && !known;
  }

  private isTagFile(name: string): boolean {
    const { custody, begun } = this.bag;
    if (name.startsWith(bag.REPORTS)) return bag.plannedReports(custody, begun).has(name);
    return bag.TAG_FILES.has(name) || bag.anchorFiles(custody).has(name);
  }

  /** Hold a file's place against that of the one before it. */
  private ordered(name: string): void {
    const place = bag.placeOf(name);
    if (place < this.place) this.broken("archive-member-misplaced", { member: shown(name) });
    else this.place = place;
  }

  /** Whether a file is compared byte for byte. */
  private held(name: string): boolean {
    return bag.HELD.has(name) || bag.anchorFiles(this.bag.custody).has(name);
  }

  private async *counted(sizeBytes: number, read: Read, tally: Tally): AsyncGenerator<Uint8Array> {
    let left = sizeBytes;
    while (left > 0) {
      const piece = await read(Math.min(left, PIECE_BYTES));
      if (piece.length === 0) {
        this.endsEarly();
        throw new FormError("a member is longer than the archive");
      }
      left -= piece.length;
      tally.add(piece);
      this.onBytes(piece.length);
      yield piece;
    }
  }

  /** Hold every opening against its line; remember what is needed to judge the rest, and where it stands. */
  private async events(content: AsyncIterable<Uint8Array>): Promise<void> {
    const { custody } = this.bag;
    let count = 0;
    let at = 0;
    for await (const lines of split(content, LONGEST_OPENING_BYTES)) {
      for (const { line, ended } of lines) {
        count += 1;
        if (!ended) this.broken("events-cut", {}, bag.EVENTS, count);
        if (line.length > 0) this.opening(custody, count, line, at);
        at += line.length + 1;
      }
    }
    if (custody === undefined || count !== custody.lines) this.broken("events-miscounted", { count }, bag.EVENTS);
  }

  private opening(custody: Custody | undefined, line: number, text: Uint8Array, at: number): void {
    if (custody?.commitments.get(line) !== sha256(text)) {
      this.broken("opening-changed", {}, bag.EVENTS, line);
      return;
    }
    let facts: Facts;
    try {
      facts = decode(text);
    } catch (error) {
      if (!(error instanceof OpeningError)) throw error;
      this.broken("opening-malformed", { reason: error.message }, bag.EVENTS, line);
      return;
    }
    this.bag.openedLines.add(line);
    const object = custody.objectOf.get(line);
    if (!agrees(facts, custody.clear.get(line))) {
      this.broken("opening-and-clear-differ", {}, bag.EVENTS, line);
    } else if (!itemAgrees(facts, object)) {
      this.broken("item-and-line-differ", {}, bag.EVENTS, line);
    } else {
      this.remember(line, facts, at, at + text.length);
    }
  }

  private remember(line: number, facts: Facts, from: number, to: number): void {
    const found = this.bag;
    if (!commitAgrees(facts, found.custody, line)) this.broken("commit-told-differently", {}, bag.EVENTS, line);
    found.opened.push({ line, type: String(facts.type), from, to, items: itemsOf(facts) });
    if (facts.type === "item.kept") this.keep(text(facts.item), facts, line);
    else if (facts.type === "item.witnessed") this.witness(facts.item, line);
    else if (facts.type === "item.redacted") found.redacted.set(text(facts.item), { ...madeOf(facts), line });
    else if (facts.type === "seal.begun") found.begun = { line, facts };
    else if (facts.type === "item.marked") mark(found, facts);
    else if (facts.type === "anchored") found.stamped.set(line, {
        at: facts.stamped_at ?? null,
        policy: facts.policy ?? null,
        serial: facts.serial ?? null,
        authority: text(facts.authority),
      });
    else if (facts.type === "chat.parsed" && found.talks.length < MOST_TALKS) found.talks.push(...talksOf(facts, line));
  }

  /** An item is what the line with its `object` says, once. */
  private keep(item: string, facts: Facts, line: number): void {
    if (!this.bag.kept.has(item)) this.bag.kept.set(item, keptOf(facts, line));
  }

  private witness(item: Json | undefined, line: number): void {
    if (typeof item !== "string") return;
    if (this.bag.witnessed.has(item)) this.broken("item-witnessed-twice", {}, bag.EVENTS, line);
    this.bag.witnessed.add(item);
  }

  broken(code: string, values: Record<string, string | number> = {}, file?: string, line?: number): void {
    const at = line === undefined ? {} : { line };
    this.contents.findings.push({ code, weight: "broken", file: file ?? this.name, ...at, values });
  }
}

async function whole(content: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<Bytes> {
  const held = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const piece of content) {
    held.set(piece, at);
    at += piece.length;
  }
  return held;
}

/** Whether an opening speaks of an item that was kept exactly where its line names it; what was witnessed has other ids. */
function itemAgrees({ type, item = null }: Facts, object: string | undefined): boolean {
  if (type === "item.kept") return object !== undefined && item === object;
  return object === undefined && (type !== "item.witnessed" || (typeof item === "string" && WITNESSED.test(item)));
}

/** Whether an event that speaks of a signature line above it says of it what that line is; null is what nobody said. */
function commitAgrees(facts: Facts, custody: Custody | undefined, line: number): boolean {
  const { type, signature_line = null, lines = null, code = null, receipt = null, head = null } = facts;
  if (type !== "receipt.issued" && type !== "sealed") return true;
  const sealed = type === "sealed";
  const number = !sealed ? signature_line : typeof lines === "number" ? lines + 1 : lines;
  const told = sealed ? { code: receipt, lines: null, head } : { code, lines, head: null };
  const signed = custody?.commits.find((each) => each.line === number);
  if (signed === undefined || signed.line >= line) return [number, ...Object.values(told)].every((each) => each === null);
  const { checkpoint } = signed;
  return (
    [null, receiptCode(checkpoint)].includes(told.code as string | null) &&
    [null, checkpoint.lines].includes(told.lines as number | null) &&
    [null, checkpoint.head].includes(told.head as string | null)
  );
}

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

const madeOf = ({ sha256, size, crc32 }: Facts): Made => ({ sha256, size, crc32 });

function keptOf(facts: Facts, line: number): Kept {
  const kind = isObject(facts.kind) ? facts.kind : {};
  return {
    ...madeOf(facts),
    kind: isObject(facts.kind) ? text(kind.name) : undefined,
    family: text(kind.family),
    mediaType: text(kind.media_type),
    path: text(facts.path),
    line,
    sensitivity: text(facts.sensitivity),
  };
}

/** What was said later of items counts. */
function mark(found: Bag, facts: Facts): void {
  if (typeof facts.sensitivity !== "string") return;
  for (const item of itemsOf(facts)) {
    const kept = found.kept.get(item);
    if (kept !== undefined) kept.sensitivity = facts.sensitivity;
  }
}

/** The items that an event speaks of, as far as they are remembered. */
function itemsOf(facts: Facts): string[] {
  const many = Array.isArray(facts.items) ? facts.items.slice(0, MOST_ITEMS) : [];
  return [facts.item, ...many].filter((item): item is string => typeof item === "string");
}

function talksOf(facts: Facts, line: number): Talk[] {
  if (!Array.isArray(facts.conversations) || facts.recognition !== "recognised") return [];
  const moment = (value: Json | undefined): string => (isObject(value) ? text(value.value) || text(value.raw) : "");
  return facts.conversations.filter(isObject).map((each) => ({
    item: text(facts.item),
    line,
    format: text(facts.format),
    title: text(each.title).slice(0, MOST_SIGNS),
    messages: typeof each.messages === "number" ? each.messages : 0,
    first: moment(each.first),
    last: moment(each.last),
  }));
}

/** A member's name as far as it may be shown: printable ASCII, and not much of it. */
export function shown(name: string): string {
  return [...name].map((sign) => (/^[ -~]$/.test(sign) ? sign : "?")).join("").slice(0, 80);
}
