/** The whole check of one archive, and its verdict. */

import { check, type Contents, type Inside } from "./check";
import { LOG } from "./chain";
import { receiptCode } from "./checkpoint";
import { judge, type Anchor, type Finding, type Verdict } from "./finding";
import { prepare } from "./hashes";
import { checkStatement, type Papers } from "./statement";
import type { Engine } from "./stream";

export interface Order {
  file: Blob;
  name: string;
  passphrase: string;
  /** A receipt code as `normaliseReceipt` gives it. */
  receipt?: string | undefined;
  papers?: Papers | undefined;
  engine: Engine;
  onBytes: (bytes: number) => void;
}

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
  signers: string[];
  purpose: string | undefined;
  plain: boolean;
  statement: boolean;
  contents: Contents;
  inside: Inside | undefined;
}

export async function verify(order: Order): Promise<Report> {
  await prepare();
  const contents = await check(order.file, order.name, order.passphrase, order.engine, order.onBytes);
  const { custody, findings } = contents;
  const anchors: Anchor[] = [];
  const statement = order.papers !== undefined && !contents.plain;
  if (custody !== undefined) {
    if (order.papers !== undefined && statement) {
      findings.push(...(await checkStatement(order.papers, custody, order.file, order.onBytes)));
    }
    if (order.receipt !== undefined) {
      const hit = custody.commits.find((signed) => receiptCode(signed.checkpoint) === order.receipt);
      if (hit === undefined) findings.push({ code: "receipt-not-found", weight: "broken", file: LOG, values: {} });
      else anchors.push({ through: hit.checkpoint.lines, kind: "receipt", since: hit.time });
    }
  }
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
    signers: [...new Set(custody?.commits.map((signed) => signed.by))],
    purpose: contents.purpose,
    plain: contents.plain,
    statement,
    contents,
    inside: contents.inside,
  };
}
