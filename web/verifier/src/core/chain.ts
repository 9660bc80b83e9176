/** The chain of a log and its signatures, checked to the end without stopping at a break (FORMAT.md, 3). */

import { base64, fromBase64, type Bytes } from "./bytes";
import { isCaseId, checkpointText, type Checkpoint } from "./checkpoint";
import type { Finding } from "./finding";
import { sha256 } from "./hashes";
import { LONGEST_LINE_BYTES, LineError, isDigest, parse, type EventLine, type SignatureLine } from "./line";
import { isObject, parse as parseJson, type Facts, type Json } from "./opening";
import { isRecipient } from "./points";
import { CHECKPOINT_NAMESPACE, holds, parseKey, parseSignature, type PublicKey } from "./sshsig";

export const LOG = "custody.jsonl";
const GENESIS = "0".repeat(64);
const FORMAT = "evidence-kit/1";

/** One commit whose signature holds. */
export interface Signed {
  checkpoint: Checkpoint;
  line: number;
  first: number;
  time: string;
  by: string;
  sig: Bytes;
}

/** What the signed part of a log establishes. */
export class Custody {
  case: string | undefined;
  signers = new Map<string, PublicKey>();
  knownKeys = new Map<string, PublicKey>();
  /** Time of the commit that is being taken over. */
  underway = "";
  /** When a key was last removed, by its fingerprint. */
  removed = new Map<string, string>();
  objects = new Set<string>();
  /** The item that a line put into the case, by its number. */
  objectOf = new Map<number, string>();
  destroyed = new Set<string>();
  bodies = new Set<number>();
  /** Line of the event that replaced the first commit's body; 0 as long as none did. */
  wholeGoneAt = 0;
  readers = new Set<string>();
  commits: Signed[] = [];
  commitments = new Map<number, string>();
  /** SHA-256 of every signature line that holds: what a time stamp of it is over. */
  heads = new Map<number, string>();
  times = new Map<number, string>();
  clear = new Map<number, Facts>();
  lines = 0;

  get signedLines(): number {
    return this.commits.at(-1)?.line ?? 0;
  }
}

/** Yield each line without its newline, and whether it had one; memory stays bounded as in the Python verifier. */
export async function* split(
  pieces: AsyncIterable<Uint8Array>,
  longest: number = LONGEST_LINE_BYTES,
): AsyncGenerator<{ line: Uint8Array; ended: boolean }[]> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of pieces) {
    const lines: { line: Uint8Array; ended: boolean }[] = [];
    let from = 0;
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, from)) {
      lines.push({ line: behind(rest, piece.subarray(from, at)), ended: true });
      rest = new Uint8Array();
      from = at + 1;
    }
    rest = behind(rest, piece.slice(from));
    if (rest.length > longest) {
      lines.push({ line: rest, ended: true });
      rest = new Uint8Array();
    }
    yield lines;
  }
  if (rest.length > 0) yield [{ line: rest, ended: false }];
}

function behind(rest: Uint8Array, piece: Uint8Array): Uint8Array {
  if (rest.length === 0) return piece;
  const whole = new Uint8Array(rest.length + piece.length);
  whole.set(rest);
  whole.set(piece, rest.length);
  return whole;
}

/** Check a log from its first byte to its last. */
export async function replay(pieces: AsyncIterable<Uint8Array>): Promise<{ custody: Custody; findings: Finding[] }> {
  const state = new State();
  let first = true;
  for await (const lines of split(pieces)) {
    for (const { line, ended } of lines) {
      if (first && newer(line)) throw new NewerError();
      first = false;
      await state.take(line, ended);
    }
  }
  return state.finish();
}

/** The log is of a later version: whatever else seems wrong may be right there. */
export class NewerError extends Error {}

/**
 * Whether a first line announces a later version of the format than the one that is known here. It does so in the form
 * that every line has: what no version of ours would write announces nothing.
 */
function newer(raw: Uint8Array): boolean {
  let fields: Json;
  try {
    fields = parseJson(raw);
  } catch {
    return false;
  }
  if (!isObject(fields)) return false;
  const { v, clear } = fields;
  if (typeof v === "number" && v > 1) return true;
  const format = isObject(clear) && typeof clear.format === "string" ? clear.format : "";
  const [, version = "1"] = /^evidence-kit\/([1-9][0-9]{0,5})$/.exec(format) ?? [];
  return Number(version) > 1;
}

class State {
  private readonly custody = new Custody();
  private number = 0;
  private offset = 0;
  private endBytes = 0;
  private previous = GENESIS;
  private first = 1;
  private pending: EventLine[] = [];
  private readonly findings: Finding[] = [];
  private tail: Finding[] = [];

  async take(raw: Uint8Array, ended: boolean): Promise<void> {
    this.number += 1;
    this.offset += raw.length + (ended ? 1 : 0);
    let line: EventLine | SignatureLine;
    try {
      line = parse(raw);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      if (!ended && couldBeABeginning(raw)) return;
      this.broken("log-line-malformed", { reason: error.message });
      this.previous = sha256(raw);
      return;
    }
    if (!ended) return;
    if (line.seq !== this.number) this.broken("log-line-misnumbered", { says: line.seq });
    if (line.prev !== this.previous) this.broken("log-chain-broken");
    const head = sha256(raw);
    if (line.kind === "event") {
      if (this.pending.length > 0 && line.time !== this.pending[0]?.time) this.broken("log-line-misdated");
      this.pending.push(line);
    } else {
      await this.sign(line, head);
    }
    this.previous = head;
  }

  /** Accept a signature line, or say why not. */
  private async sign(line: SignatureLine, head: string): Promise<void> {
    const { custody } = this;
    const opened = this.first === 1 ? this.pending[0]?.clear : undefined;
    const caseId = custody.case ?? caseOf(opened);
    const signers = custody.commits.length > 0 ? custody.signers : signersOf(opened);
    let problem = "log-signature-invalid";
    if (this.pending.length === 0 || line.time !== this.pending.at(-1)?.time) {
      problem = "log-line-misdated";
    } else if (caseId !== undefined) {
      const signer = signers.get(line.by);
      // A case that was destroyed as a whole goes on no more.
      if (signer === undefined || custody.wholeGoneAt > 0) {
        problem = "log-signer-not-allowed";
      } else if (line.prev === this.previous) {
        const checkpoint = { case: caseId, lines: this.number - 1, head: this.previous, bodies: line.bodies };
        if (await signs(line, checkpoint, signer)) {
          this.accept(line, checkpoint, head);
          return;
        }
      }
    }
    this.broken(problem, { by: line.by });
  }

  /** A signature holds: everything above it is part of the log, and so is what went wrong there. */
  private accept(line: SignatureLine, checkpoint: Checkpoint, head: string): void {
    const { custody } = this;
    this.findings.push(...this.tail);
    this.tail = [];
    custody.case = checkpoint.case;
    custody.underway = line.time;
    for (const event of this.pending) {
      custody.commitments.set(event.seq, event.commit);
      custody.times.set(event.seq, event.time);
      if (event.object !== undefined) {
        const known = custody.objects.has(event.object) || custody.destroyed.has(event.object);
        if (known) this.finding("log-object-twice", event.seq, event.object);
        custody.objects.add(event.object);
        custody.objectOf.set(event.seq, event.object);
      }
      if (event.clear !== undefined) this.establish(event.seq, event.clear);
    }
    if (custody.wholeGoneAt > 0 && custody.objects.size > 0) this.finding("log-clear-not-understood", custody.wholeGoneAt);
    custody.bodies.add(line.seq);
    custody.heads.set(line.seq, head);
    custody.commits.push({
      checkpoint,
      line: this.number,
      first: this.first,
      time: line.time,
      by: line.by,
      sig: line.sig,
    });
    this.endBytes = this.offset;
    this.pending = [];
    this.first = this.number + 1;
  }

  private establish(line: number, clear: Facts): void {
    this.custody.clear.set(line, clear);
    try {
      const effect = EFFECTS.get(typeof clear.type === "string" ? clear.type : "");
      if (effect === undefined || (line === 1 && clear.type !== "case.opened")) throw new NotUnderstood();
      effect(this.custody, line, clear);
    } catch {
      this.finding("log-clear-not-understood", line);
    }
  }

  finish(): { custody: Custody; findings: Finding[] } {
    const { custody } = this;
    custody.lines = this.number;
    const tailBytes = this.offset - this.endBytes;
    const findings = [...this.findings, ...this.tail];
    if (custody.commits.length === 0) {
      findings.push({ code: "log-nothing-signed", weight: "broken", file: LOG, values: {} });
    } else if (tailBytes > 0) {
      const unfinished = this.tail.length === 0;
      findings.push({
        code: unfinished ? "log-tail-unfinished" : "log-tail-unsigned",
        weight: unfinished ? "note" : "broken",
        file: LOG,
        line: custody.signedLines + 1,
        values: { bytes: tailBytes },
      });
    }
    return { custody, findings };
  }

  private broken(code: string, values: Record<string, string | number> = {}): void {
    this.tail.push({ code, weight: "broken", file: LOG, line: this.number, values });
  }

  private finding(code: string, line: number, item?: string): void {
    this.findings.push({ code, weight: "broken", file: LOG, line, values: {}, ...(item === undefined ? {} : { item }) });
  }
}

class NotUnderstood extends Error {}

function demand(condition: boolean): void {
  if (!condition) throw new NotUnderstood();
}

// Every effect is looked at as a whole before anything of it is taken over: half of one would be a third thing, that
// nobody said.
type Effect = (custody: Custody, line: number, clear: Facts) => void;

const EFFECTS = new Map<string, Effect>([
  [
    "case.opened",
    (custody, line, clear) => {
      demand(line === 1 && clear.format === FORMAT && isRecipient(clear.recipient));
      const signers = signersOf(clear);
      demand(Array.isArray(clear.signers) && signers.size === clear.signers.length);
      custody.signers = signers;
      for (const [name, key] of custody.signers) custody.knownKeys.set(name, key);
    },
  ],
  [
    "signer.added",
    (custody, _line, clear) => {
      const key = parseKey(clear.signer);
      custody.signers.set(key.fingerprint, key);
      custody.knownKeys.set(key.fingerprint, key);
    },
  ],
  [
    "signer.removed",
    (custody, _line, clear) => {
      const { fingerprint } = parseKey(clear.signer);
      demand(custody.signers.delete(fingerprint));
      custody.removed.set(fingerprint, custody.underway);
    },
  ],
  [
    "recipient.changed",
    (_custody, _line, clear) => {
      demand(isRecipient(clear.recipient));
    },
  ],
  [
    "reader.granted",
    (custody, _line, clear) => {
      const { key } = clear;
      demand(typeof key === "string" && /^K[0-9]{4,9}$/.test(key) && !custody.readers.has(key));
      demand(isDigest(clear.sha256));
      custody.readers.add(key as string);
    },
  ],
  [
    "destroyed",
    (custody, line, clear) => {
      const objects = list(clear.objects);
      const bodies = list(clear.bodies).map((body) => (isObject(body) && isDigest(body.sha256) ? body.line : undefined));
      demand(new Set(objects).size === objects.length && new Set(bodies).size === bodies.length);
      demand(objects.every((item) => typeof item === "string" && custody.objects.has(item)));
      demand(bodies.every((line) => typeof line === "number" && custody.bodies.has(line)));
      for (const item of objects.map(String)) {
        custody.objects.delete(item);
        custody.destroyed.add(item);
      }
      const first = custody.commits[0]?.line;
      if (first !== undefined && bodies.includes(first)) custody.wholeGoneAt = line;
    },
  ],
  [
    "anchored",
    (custody, _line, clear) => {
      demand(typeof clear.line === "number" && custody.bodies.has(clear.line) && tokenOf(clear).length > 0);
    },
  ],
]);

/** The time stamp that an `anchored` line holds, nothing when it is not written in the one base64 of it. */
export function tokenOf(clear: Facts): Bytes {
  const token = typeof clear.token === "string" ? fromBase64(clear.token) : undefined;
  return token === undefined || base64(token) !== clear.token ? new Uint8Array() : token;
}

function list(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new NotUnderstood();
  return value;
}

/** A line without its newline that a power cut may have left: it opens like one and is not yet closed. */
function couldBeABeginning(raw: Uint8Array): boolean {
  const begins = '{"v":1,"seq":';
  for (let at = 0; at < Math.min(raw.length, begins.length); at++) {
    if (raw[at] !== begins.charCodeAt(at)) return false;
  }
  let depth = 0;
  let inText = false;
  let escaped = false;
  for (const sign of raw) {
    if (inText) {
      [escaped, inText] = [sign === 0x5c && !escaped, sign !== 0x22 || escaped];
    } else if (sign === 0x22) {
      inText = true;
    } else if (sign === 0x7b || sign === 0x5b) {
      depth += 1;
    } else if (sign === 0x7d || sign === 0x5d) {
      depth -= 1;
      if (depth === 0) return false;
    }
  }
  return true;
}

async function signs(line: SignatureLine, checkpoint: Checkpoint, key: PublicKey): Promise<boolean> {
  try {
    const signature = parseSignature(line.sig);
    return (
      signature.key.fingerprint === key.fingerprint &&
      (await holds(signature, checkpointText(checkpoint), CHECKPOINT_NAMESPACE))
    );
  } catch {
    return false;
  }
}

function caseOf(clear: Facts | undefined): string | undefined {
  return isCaseId(clear?.case) ? clear.case : undefined;
}

function signersOf(clear: Facts | undefined): Map<string, PublicKey> {
  const signers = new Map<string, PublicKey>();
  for (const text of Array.isArray(clear?.signers) ? clear.signers : []) {
    try {
      const key = parseKey(text);
      signers.set(key.fingerprint, key);
    } catch {
      // A key of another kind: whoever signs with it is not allowed.
    }
  }
  return signers;
}
