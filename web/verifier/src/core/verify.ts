/** The whole check of one archive, and its verdict. */

import { check, type Order as Checked } from "./check";
import { LOG, type Custody } from "./chain";
import { receiptCode } from "./checkpoint";
import type { Bag, Contents, Inside } from "./contents";
import { judge, type Anchor, type Finding, type Verdict } from "./finding";
import { prepare } from "./hashes";
import { Shelf } from "./shelf";
import { checkStatement, type Papers } from "./statement";
import type { Engine } from "./stream";

export interface Order extends Omit<Checked, "digest"> {
  /** A receipt code as `normaliseReceipt` gives it. */
  receipt?: string | undefined;
  papers?: Papers | undefined;
}

/** A key that signed, and the commits it signed. */
export interface Signer {
  fingerprint: string;
  commits: number;
  first: string;
  last: string;
}

/** A time stamp, and what the log says of it. */
export interface Stamp {
  through: number;
  at: string;
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
  /** Time stamps in the log; whether these hold is not checked here. */
  stamps: Stamp[];
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
  if (custody !== undefined) {
    if (papers !== undefined) findings.push(...(await checkStatement(papers, custody, contents.digest)));
    if (order.receipt !== undefined) {
      const hit = custody.commits.find((signed) => receiptCode(signed.checkpoint) === order.receipt);
      if (hit === undefined) findings.push({ code: "receipt-not-found", weight: "broken", file: LOG, values: {} });
      else anchors.push({ through: hit.checkpoint.lines, kind: "receipt", since: hit.time });
    }
  }
  const { bag, store } = contents;
  const shelf = bag === undefined || store === undefined || custody === undefined ? undefined : new Shelf(store, bag);
  return { report: reportOf(contents, anchors, papers !== undefined), shelf };
}

function reportOf(contents: Contents, anchors: Anchor[], statement: boolean): Report {
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
    stamps: custody === undefined ? [] : stampsIn(custody, contents.bag),
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

function stampsIn(custody: Custody, bag: Bag | undefined): Stamp[] {
  const stamps = [...custody.clear].filter(([, clear]) => clear.type === "anchored");
  return stamps.map(([line, clear]) => ({ at: "", authority: "", ...bag?.stamped.get(line), through: Number(clear.line) }));
}

function insideOf({ bag, store, custody }: Contents): Inside | undefined {
  if (bag === undefined || store === undefined || custody === undefined) return undefined;
  const { opened, kept, talks, tallies } = bag;
  const files = new Map([...tallies].map(([name, { sizeBytes, sha256 }]) => [name, { sizeBytes, sha256 }]));
  return { opened, kept, talks, files, times: custody.times };
}
