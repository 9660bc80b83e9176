/** Checking an archive from its first byte to its last, as `evidence_kit/sealing/check.py` does. */

import { equal, type Bytes } from "./bytes";
import * as bag from "./bag";
import { LOG, NewerError, replay, split, type Custody } from "./chain";
import type { Finding } from "./finding";
import { Tally, sha256 } from "./hashes";
import { OpeningError, decode, isObject, same, type Facts, type Json } from "./opening";
import { SEAL_NAMESPACE, holds, parseSignature, unarmour } from "./sshsig";
import {
  CutError,
  NotOursError,
  PIECE_BYTES,
  PassphraseError,
  UnreadableError,
  openShell,
  type Engine,
  type Inner,
} from "./stream";
import {
  FormError,
  LOCAL_HEADER_BYTES,
  directory,
  localHeader,
  memberOf,
  parseLocal,
  startsDirectory,
  type Member,
} from "./zipform";

const HELD_BYTES = 64 << 20;
const LONGEST_OPENING_BYTES = 16 << 20;
const RESEMBLES = 0.6;

/** A stretch of the inner archive. */
export interface Stretch {
  from: number;
  to: number;
}

/** What is remembered of an opened event, so that its text can be read again when somebody asks. */
export interface Opened extends Stretch {
  line: number;
  type: string;
  item?: string;
}

/** What is remembered of an `item.kept`. */
export interface Kept {
  sha256: Json | undefined;
  size: Json | undefined;
  crc32: Json | undefined;
  kind: string | undefined;
  family: string;
  mediaType: string;
  path: string;
  line: number;
  sensitivity: string;
}

/** What was found inside an archive. */
export class Contents {
  custody: Custody | undefined;
  findings: Finding[] = [];
  items: string[] = [];
  brokenItems: string[] = [];
  withheld: number[] = [];
  withheldEvents = 0;
  events = 0;
  itemsOf: number | undefined;
  purpose: string | undefined;
  /** The archive opened without a passphrase. */
  plain = false;
  /** For showing what is inside; undefined as long as the authentication code was not found to hold. */
  inside: Inside | undefined;
}

export interface Inside {
  inner: Inner;
  opened: Opened[];
  kept: Map<string, Kept>;
  files: Map<string, Stretch>;
  digests: Map<string, string>;
  commitments: ReadonlyMap<number, string>;
}

export async function check(
  file: Blob,
  name: string,
  passphrase: string,
  engine: Engine,
  onBytes: (bytes: number) => void,
): Promise<Contents> {
  const contents = new Contents();
  try {
    const shell = await openShell(file, passphrase, engine);
    contents.plain = !shell.locked;
    for (const code of shell.problems) contents.findings.push({ code, weight: "broken", file: name, values: {} });
    await new Reader(contents, name, onBytes, shell.locked).read(shell.inner);
  } catch (error) {
    if (error instanceof NewerError) {
      Object.assign(contents, { custody: undefined, inside: undefined, items: [], brokenItems: [] });
      contents.findings = [{ code: "log-version-unknown", weight: "unchecked", file: LOG, line: 1, values: {} }];
      return contents;
    }
    const code = unchecked(error);
    if (code === undefined) throw error;
    contents.custody = undefined;
    contents.inside = undefined;
    contents.items = [];
    contents.brokenItems = [];
    contents.findings = [{ code, weight: "unchecked", file: name, values: code === "file-unreadable" ? { errno: 5 } : {} }];
  }
  return contents;
}

function unchecked(error: unknown): string | undefined {
  if (error instanceof CutError) return "archive-cut";
  if (error instanceof PassphraseError) return "archive-passphrase";
  if (error instanceof NotOursError) return "archive-not-ours";
  return error instanceof UnreadableError ? "file-unreadable" : undefined;
}

/** Everything that one pass over the bag leaves in memory. */
class Bag {
  case: string | undefined;
  held = new Map<string, Bytes>();
  tallies = new Map<string, Tally>();
  files = new Map<string, Stretch>();
  custody: Custody | undefined;
  logFindings: Finding[] = [];
  kept = new Map<string, Kept>();
  opened: Opened[] = [];
  begun: { line: number; facts: Facts } | undefined;
  openedLines = new Set<number>();
  items = new Set<string>();
}

/** Reads the inner zip member by member and hands each to whoever understands it. */
class Reader {
  private readonly bag = new Bag();
  private readonly members: Member[] = [];
  private recognised = false;

  constructor(
    private readonly contents: Contents,
    private readonly name: string,
    private readonly onBytes: (bytes: number) => void,
    private readonly locked: boolean,
  ) {}

  async read(inner: Inner): Promise<void> {
    try {
      await this.readMembers(inner);
    } catch (error) {
      if (!(error instanceof FormError)) throw error;
      this.broken("archive-inner-form");
    }
    const authentic = await inner.authentic();
    // Two check bytes fit by chance once in 65,536: nothing inside looks like ours.
    if (!authentic && !this.recognised) throw new PassphraseError();
    if (!authentic) this.broken("archive-code-wrong");
    if (!(await inner.trailerIntact())) this.broken("archive-trailer-changed");
    await new Comparison(this.contents, this.bag).run();
    if (authentic) {
      const { opened, kept, files, tallies } = this.bag;
      const digests = new Map([...tallies].map(([name, tally]) => [name, tally.sha256]));
      const commitments = this.bag.custody?.commitments ?? new Map<number, string>();
      this.contents.inside = { inner, opened, kept, files, digests, commitments };
    }
  }

  private async readMembers(inner: Inner): Promise<void> {
    for (;;) {
      const head = await inner.exactly(LOCAL_HEADER_BYTES);
      if (startsDirectory(head)) {
        await this.directory(inner, head);
        return;
      }
      this.resembles(head);
      if (head.length < LOCAL_HEADER_BYTES) this.endsEarly();
      const [nameBytes, extraBytes] = parseLocal(head);
      const rest = await inner.exactly(nameBytes + extraBytes);
      if (rest.length < nameBytes + extraBytes) this.endsEarly();
      const header = new Uint8Array(head.length + rest.length);
      header.set(head);
      header.set(rest, head.length);
      const member = memberOf(header);
      if (member.encrypted) throw new FormError("an encrypted member inside");
      this.recognised = true;
      this.members.push(member);
      await this.file(member, inner);
    }
  }

  private async directory(inner: Inner, head: Uint8Array): Promise<void> {
    const expected = directory(this.members);
    const rest = await inner.exactly(expected.length + 1 - head.length);
    const found = new Uint8Array(head.length + rest.length);
    found.set(head);
    found.set(rest, head.length);
    if (equal(found, expected)) return;
    if (found.length < expected.length && equal(found, expected.subarray(0, found.length))) this.endsEarly();
    this.broken("archive-directory-changed");
  }

  /** Without a shell nothing says how long the file should be: what ends early was cut. */
  private endsEarly(): void {
    if (!this.locked) throw new CutError();
  }

  /** Note whether the first header looks like ours even if a byte of it was changed. */
  private resembles(head: Uint8Array): void {
    if (this.members.length > 0) return;
    const name = "XXX-2026-0000/bagit.txt";
    const sizeBytes = BigInt(bag.BAGIT.length);
    const usual = localHeader({ name, sizeBytes, crc32: 0, encrypted: false }).subarray(0, 14);
    const alike = usual.reduce((sum, byte, at) => sum + (byte === head[at] ? 1 : 0), 0);
    this.recognised ||= alike >= RESEMBLES * 14;
  }

  private async file(member: Member, inner: Inner): Promise<void> {
    const [caseId = "", ...below] = member.name.split("/");
    let name = below.join("/");
    this.bag.case ||= caseId;
    if (caseId !== this.bag.case || !this.belongs(name)) {
      this.broken("archive-member-unexpected", { member: shown(member.name) });
      name = member.name;
    }
    const tally = new Tally();
    this.bag.tallies.set(name, tally);
    const from = inner.position;
    this.bag.files.set(name, { from, to: from + Number(member.sizeBytes) });
    const content = this.counted(inner, member, tally);
    try {
      if (name === LOG) {
        const replayed = await replay(content);
        this.bag.custody = replayed.custody;
        this.bag.logFindings = replayed.findings;
      } else if (name === bag.EVENTS) {
        await this.events(content, from);
      } else if (bag.HELD.has(name) && member.sizeBytes <= BigInt(HELD_BYTES)) {
        const held = new Uint8Array(Number(member.sizeBytes));
        let at = 0;
        for await (const piece of content) {
          held.set(piece, at);
          at += piece.length;
        }
        this.bag.held.set(name, held);
      } else {
        // Too long to be held is too long to be ours; it must not pass because nobody looked at it.
        if (bag.HELD.has(name)) this.broken("bag-file-differs", {}, name);
        for await (const piece of content) void piece;
      }
    } finally {
      tally.end();
    }
    if (parseInt(tally.crc32, 16) !== member.crc32) {
      this.broken("archive-crc-differs", { member: shown(member.name) });
    }
  }

  /** Whether a bag may hold a file of this name, and holds it once; an item has one file. */
  private belongs(name: string): boolean {
    const parts = bag.dataParts(name);
    if (parts === undefined) return bag.TAG_FILES.has(name) && !this.bag.tallies.has(name);
    const known = this.bag.items.has(parts.item);
    this.bag.items.add(parts.item);
    return bag.ALLOWED_ENDINGS.has(parts.ending) && !known;
  }

  private async *counted(inner: Inner, member: Member, tally: Tally): AsyncGenerator<Uint8Array> {
    let left = Number(member.sizeBytes);
    while (left > 0) {
      const piece = await inner.read(Math.min(left, PIECE_BYTES));
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
  private async events(content: AsyncIterable<Uint8Array>, start: number): Promise<void> {
    const { custody } = this.bag;
    let count = 0;
    let at = start;
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
    const clear = custody.clear.get(line);
    // A clear that is null counts as none, as in the Python verifier.
    if (!same(facts.clear ?? undefined, clear) || (clear !== undefined && clear.type !== facts.type)) {
      this.broken("opening-and-clear-differ", {}, bag.EVENTS, line);
    }
    this.bag.openedLines.add(line);
    const item = typeof facts.item === "string" ? { item: facts.item } : {};
    this.bag.opened.push({ line, type: String(facts.type), from: at, to: at + text.length, ...item });
    if (facts.type === "item.kept") this.bag.kept.set(String(facts.item), keptOf(facts, line));
    else if (facts.type === "seal.begun") this.bag.begun = { line, facts };
  }

  private broken(code: string, values: Record<string, string | number> = {}, file?: string, line?: number): void {
    const at = line === undefined ? {} : { line };
    this.contents.findings.push({ code, weight: "broken", file: file ?? this.name, ...at, values });
  }
}

function keptOf(facts: Facts, line: number): Kept {
  const kind = isObject(facts.kind) ? facts.kind : {};
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  return {
    sha256: facts.sha256,
    size: facts.size,
    crc32: facts.crc32,
    kind: isObject(facts.kind) ? text(kind.name) : undefined,
    family: text(kind.family),
    mediaType: text(kind.media_type),
    path: text(facts.path),
    line,
    sensitivity: text(facts.sensitivity),
  };
}

/** Holds what one pass over the bag left in memory against itself. */
class Comparison {
  constructor(
    private readonly contents: Contents,
    private readonly bag: Bag,
  ) {}

  async run(): Promise<void> {
    const { custody } = this.bag;
    for (const name of [...bag.TAG_FILES].sort(bag.byCode)) {
      if (!this.bag.tallies.has(name)) this.broken("bag-file-missing", name);
    }
    if (custody === undefined) return;
    this.contents.custody = custody;
    // Inside an archive even an unfinished end is a break: the archive ends where it was signed.
    this.contents.findings.push(...this.bag.logFindings.map((each) => ({ ...each, weight: "broken" as const })));
    if (custody.case !== this.bag.case) this.broken("bag-case-differs", LOG);
    for (const [name, content] of bag.signedFiles(custody)) {
      const held = this.bag.held.get(name);
      if (held !== undefined && !equal(held, content)) this.broken("bag-file-differs", name);
    }
    await this.tagManifest(custody);
    this.items(custody);
  }

  private async tagManifest(custody: Custody): Promise<void> {
    const text = this.bag.held.get(bag.TAG_MANIFEST);
    const armoured = this.bag.held.get(bag.TAG_SIGNATURE);
    if (text === undefined || armoured === undefined) return;
    try {
      const signature = parseSignature(unarmour(armoured));
      const allowed = custody.signers.has(signature.key.fingerprint);
      if (!allowed || !(await holds(signature, text, SEAL_NAMESPACE))) {
        this.broken("bag-signature-invalid", bag.TAG_SIGNATURE);
      }
    } catch {
      this.broken("bag-signature-malformed", bag.TAG_SIGNATURE);
    }
    const listed = this.listed(text, bag.TAG_MANIFEST);
    if (listed === undefined) return;
    for (const name of [...new Set([...bag.LISTED, ...listed.keys()])].sort(bag.byCode)) {
      const seen = this.bag.tallies.get(name);
      if (!listed.has(name) || !bag.LISTED.has(name)) this.broken("bag-file-unlisted", name);
      else if (seen !== undefined && seen.sha256 !== listed.get(name)) this.broken("bag-file-changed", name);
    }
  }

  private listed(text: Uint8Array, name: string): Map<string, string> | undefined {
    const found = bag.parseManifest(text);
    if (found === undefined) this.broken("bag-manifest-malformed", name);
    return found;
  }

  /** Plan, payload manifest, originals and their openings have to say the same. */
  private items(custody: Custody): void {
    const { contents } = this;
    const signed = custody.commits.at(-1);
    const { begun } = this.bag;
    if (signed === undefined || begun?.line !== signed.line - 1 || signed.line !== custody.lines) {
      this.broken("seal-plan-missing", bag.EVENTS);
      return;
    }
    const plan = bag.planOf(begun.facts, custody.lines);
    if (plan === undefined) {
      this.broken("seal-plan-malformed", bag.EVENTS, begun.line);
      return;
    }
    contents.itemsOf = plan.itemsOf;
    contents.purpose = plan.purpose;
    contents.events = custody.commitments.size;
    contents.withheld = [...plan.withheld];
    contents.withheldEvents = plan.withheld.size;
    const { openedLines } = this.bag;
    const expected = new Set([...openedLines, ...plan.withheld]);
    for (const line of ascending(new Set([...custody.commitments.keys(), ...expected]))) {
      if (custody.commitments.has(line) !== expected.has(line)) this.broken("opening-missing", bag.EVENTS, line);
    }
    for (const line of ascending(openedLines)) {
      if (plan.withheld.has(line)) this.broken("opening-against-plan", bag.EVENTS, line);
    }
    const text = this.bag.held.get(bag.MANIFEST);
    if (text !== undefined && sha256(text) !== plan.payloadManifest) this.broken("seal-plan-differs", bag.MANIFEST);
    this.originals(plan.items, (text === undefined ? undefined : this.listed(text, bag.MANIFEST)) ?? new Map());
  }

  private originals(planned: Set<string>, listed: Map<string, string>): void {
    const present = byItem(this.bag.tallies.keys());
    const named = byItem(listed.keys());
    if (named.size !== listed.size) this.broken("bag-manifest-malformed", bag.MANIFEST);
    for (const item of [...new Set([...planned, ...present.keys(), ...named.keys()])].sort(bag.byCode)) {
      const code = this.original(item, planned, present.get(item), named.get(item), listed);
      if (code === undefined) {
        this.contents.items.push(item);
        continue;
      }
      this.contents.brokenItems.push(item);
      const file = present.get(item) ?? named.get(item);
      this.contents.findings.push({ code, weight: "broken", item, values: {}, ...(file === undefined ? {} : { file }) });
    }
  }

  /** The code of what is wrong with one item, undefined when nothing is. */
  private original(
    item: string,
    planned: Set<string>,
    present: string | undefined,
    named: string | undefined,
    listed: Map<string, string>,
  ): string | undefined {
    if (present === undefined) return "item-missing";
    if (!planned.has(item) || named !== present) return "item-unplanned";
    const kept = this.bag.kept.get(item);
    if (kept === undefined) return "item-without-event";
    const seen = this.bag.tallies.get(present);
    if (kept.sha256 !== seen?.sha256 || kept.size !== seen?.sizeBytes || kept.crc32 !== seen?.crc32) {
      return "item-changed";
    }
    if (listed.get(present) !== seen?.sha256) return "item-changed";
    return present === bag.dataPath(item, kept.kind ?? "") ? undefined : "item-misnamed";
  }

  private broken(code: string, file: string, line?: number): void {
    this.contents.findings.push({ code, weight: "broken", file, values: {}, ...(line === undefined ? {} : { line }) });
  }
}

function byItem(names: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of names) {
    const parts = bag.dataParts(name);
    if (parts !== undefined) found.set(parts.item, name);
  }
  return found;
}

function ascending(numbers: Iterable<number>): number[] {
  return [...numbers].sort((one, other) => one - other);
}

/** A member's name as far as it may be shown: printable ASCII, and not much of it. */
function shown(name: string): string {
  return [...name].map((sign) => (/^[ -~]$/.test(sign) ? sign : "?")).join("").slice(0, 80);
}

/** A stretch of what is inside, read again; undefined when it is not any more what was checked. */
export async function readAgain(inside: Inside, file: string): Promise<Uint8Array | undefined> {
  const stretch = inside.files.get(file);
  if (stretch === undefined) return undefined;
  const data = await inside.inner.again(stretch.from, stretch.to);
  return sha256(data) === inside.digests.get(file) ? data : undefined;
}

