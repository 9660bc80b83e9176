/** The whole check of one archive, and its verdict. */

import { check, type Order as Checked } from "./check";
import { LOG, tokenOf, type Custody } from "./chain";
import { receiptCode } from "./checkpoint";
import type { Contents, Inside, Told } from "./contents";
import { judge, type Anchor, type Finding, type Origin, type Verdict } from "./finding";
import { prepare } from "./hashes";
import type { Facts, Json } from "./opening";
import { Shelf } from "./shelf";
import { checkStatement, type Papers } from "./statement";
import type { Engine } from "./stream";
import { StampError, microsOf, readStamp, type Stamp } from "./timestamp";

const SECOND_MICROS = 1_000_000n;

export interface Order extends Omit<Checked, "digest"> {
  /** A receipt code as `normaliseReceipt` gives it. */
  receipt?: string | undefined;
  /** Where whoever typed it has it from. */
  origin?: Origin | undefined;
  papers?: Papers | undefined;
}

/** A key that signed, and the commits it signed. */
export interface Signer {
  fingerprint: string;
  commits: number;
  first: string;
  last: string;
}

/** A time stamp in the log. */
export interface Stamped {
  through: number;
  /** When, by the token itself; empty where it is none, or one of another line. */
  at: string;
  /** Whose it is, as the log says it. */
  authority: string;
}

/** Plain data, so that it passes from thread to thread. */
export interface Report {
  verdict: Verdict;
  findings: Finding[];
  anchors: Anchor[];
  case: string | undefined;
  lines: number;
  items: string[];
  brokenItems: string[];
  itemsOf: number | undefined;
  events: number;
  eventsClosed: number;
  withheld: number[];
  signers: Signer[];
  /** Time stamps in the log; whether an authority gave them is not checked here. */
  stamps: Stamped[];
  /** How many of the intact items were taken in behind everything that is fixed from outside. */
  itemsBehind: number;
  purpose: string | undefined;
  locked: boolean;
  statement: boolean;
  /** SHA-256 of the whole archive, where there is a shell. */
  digest: string | undefined;
  /** Which part of a seal it is, and how many there are. */
  part: number;
  parts: number;
  /** Items that are blurred copies. */
  blurred: string[];
  inside: Inside | undefined;
}

export interface Done {
  report: Report;
  shelf: Shelf | undefined;
}

export async function verify(order: Order, engine: Engine, onBytes: (bytes: number) => void): Promise<Done> {
  await prepare();
  const contents = await check({ ...order, digest: true }, engine, onBytes);
  const { custody, findings } = contents;
  const anchors: Anchor[] = [];
  const papers = contents.locked ? order.papers : undefined;
  const stamps: Stamped[] = [];
  if (custody !== undefined) {
    if (papers !== undefined) findings.push(...(await checkStatement(papers, custody, contents)));
    if (order.receipt !== undefined) findings.push(...held(order.receipt, order.origin ?? "paper", custody, anchors));
    for (const [line, clear] of custody.clear) {
      if (clear.type === "anchored") stamps.push(stampOf(line, clear, custody, contents, findings));
    }
  }
  const { bag, store } = contents;
  const shelf = bag === undefined || store === undefined || custody === undefined ? undefined : new Shelf(store, bag);
  return { report: reportOf(contents, anchors, stamps, papers !== undefined), shelf };
}

/** Hold a receipt code against the log; what it fixes is an anchor, unless it came along with what it fixes. */
function held(code: string, origin: Origin, custody: Custody, anchors: Anchor[]): Finding[] {
  const hit = custody.commits.find((signed) => receiptCode(signed.checkpoint) === code);
  if (hit === undefined) return [{ code: "receipt-not-found", weight: "broken", file: LOG, values: {} }];
  if (origin === "archive") return [{ code: "receipt-came-along", weight: "note", file: LOG, values: {} }];
  anchors.push({ through: hit.checkpoint.lines, kind: "receipt", since: hit.time, origin });
  return [];
}

/** Look at one time stamp: over which bytes it is, when, and whether the log says the same of it. */
function stampOf(line: number, clear: Facts, custody: Custody, { told }: Contents, findings: Finding[]): Stamped {
  const covers = typeof clear.line === "number" ? clear.line : 0;
  const note = (code: string, weight: "broken" | "note", values: Record<string, number> = {}): void => {
    findings.push({ code, weight, file: LOG, line, values });
  };
  const said = told.get(line);
  const nothing = { through: covers, at: "", authority: "" };
  let stamp: Stamp;
  try {
    stamp = readStamp(tokenOf(clear));
  } catch (error) {
    if (!(error instanceof StampError)) throw error;
    note("time-stamp-malformed", "broken");
    return nothing;
  }
  const signed = custody.commits.find((commit) => commit.line === covers);
  if (signed === undefined || custody.heads.get(covers) !== stamp.imprint) {
    note("time-stamp-of-another-line", "broken", { covers });
    return nothing;
  }
  if (said !== undefined && !toldAlike(said, stamp)) note("time-stamp-told-differently", "broken");
  if (stamp.micros + stamp.accuracyMicros + SECOND_MICROS < microsOf(signed.time)) note("time-stamp-before-line", "note", { covers });
  // No root certificate is given to this page: it fixes nothing for this reader.
  note("time-stamp-authority-unknown", "note");
  return { through: covers, at: stamp.at, authority: said?.authority ?? "" };
}

/** Whether an event says of its stamp what the stamp says; null is what nobody said. */
function toldAlike({ at, policy, serial }: Told, stamp: Stamp): boolean {
  const agrees = (told: Json, said: string): boolean => told === null || told === said;
  return agrees(at, stamp.at) && agrees(policy, stamp.policy) && agrees(serial, stamp.serial);
}

function reportOf(contents: Contents, anchors: Anchor[], stamps: Stamped[], statement: boolean): Report {
  const { custody, findings } = contents;
  return {
    verdict: judge(findings, anchors),
    findings,
    anchors,
    case: custody?.case,
    lines: custody?.signedLines ?? 0,
    items: contents.items,
    brokenItems: contents.brokenItems,
    itemsOf: contents.itemsOf,
    events: custody?.commitments.size ?? 0,
    eventsClosed: contents.withheldEvents,
    withheld: contents.withheld,
    signers: custody === undefined ? [] : signersOf(custody),
    stamps,
    itemsBehind: itemsBehind(contents, anchors),
    purpose: contents.purpose,
    locked: contents.locked,
    statement,
    digest: contents.digest,
    part: contents.part,
    parts: contents.parts,
    blurred: [...contents.blurred],
    inside: insideOf(contents),
  };
}

function signersOf(custody: Custody): Signer[] {
  const found = new Map<string, Signer>();
  for (const { by, time } of custody.commits) {
    const known = found.get(by);
    if (known === undefined) found.set(by, { fingerprint: by, commits: 1, first: time, last: time });
    else Object.assign(known, { commits: known.commits + 1, last: time });
  }
  return [...found.values()];
}

/** A blurred copy is what its own event says, however long ago the picture was taken in. */
function itemsBehind({ items, bag, blurred }: Contents, anchors: readonly Anchor[]): number {
  if (anchors.length === 0) return 0;
  const through = Math.max(...anchors.map((anchor) => anchor.through));
  const lineOf = (item: string): number => (blurred.has(item) ? bag?.redacted : bag?.kept)?.get(item)?.line ?? 0;
  return items.filter((item) => lineOf(item) > through).length;
}

function insideOf({ bag, store, custody }: Contents): Inside | undefined {
  if (bag === undefined || store === undefined || custody === undefined) return undefined;
  const { opened, kept, talks, tallies } = bag;
  const files = new Map([...tallies].map(([name, { sizeBytes, sha256 }]) => [name, { sizeBytes, sha256 }]));
  return { opened, kept, talks, files, times: custody.times };
}
