/** What one pass over a bag left in memory, held against itself, as `evidence_kit/sealing/check.py` does. */

import * as bag from "./bag";
import { equal } from "./bytes";
import { LOG, type Custody } from "./chain";
import type { Bag, Contents } from "./contents";
import { sha256 } from "./hashes";
import { SEAL_NAMESPACE, holds, parseSignature, unarmour } from "./sshsig";

/** Holds what one pass over the bag left in memory against itself. */
export class Comparison {
  constructor(
    private readonly contents: Contents,
    private readonly found: Bag,
  ) {}

  async run(): Promise<void> {
    const { custody } = this.found;
    for (const name of [...bag.TAG_FILES].sort(bag.byCode)) {
      if (!this.found.tallies.has(name)) this.broken("bag-file-missing", name);
    }
    if (custody === undefined) return;
    this.contents.custody = custody;
    // Inside an archive even an unfinished end is a break: the archive ends where it was signed.
    this.contents.findings.push(...this.found.logFindings.map((each) => ({ ...each, weight: "broken" as const })));
    if (custody.case !== this.found.case) this.broken("bag-case-differs", LOG);
    for (const [name, content] of bag.signedFiles(custody)) {
      const held = this.found.held.get(name);
      if (held !== undefined && !equal(held, content)) this.broken("bag-file-differs", name);
    }
    await this.tagManifest(custody);
    this.items(custody);
  }

  private async tagManifest(custody: Custody): Promise<void> {
    const text = this.found.held.get(bag.TAG_MANIFEST);
    const armoured = this.found.held.get(bag.TAG_SIGNATURE);
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
      const seen = this.found.tallies.get(name);
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
    const { begun } = this.found;
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
    const { openedLines } = this.found;
    const expected = new Set([...openedLines, ...plan.withheld]);
    for (const line of ascending(new Set([...custody.commitments.keys(), ...expected]))) {
      if (custody.commitments.has(line) !== expected.has(line)) this.broken("opening-missing", bag.EVENTS, line);
    }
    for (const line of ascending(openedLines)) {
      if (plan.withheld.has(line)) this.broken("opening-against-plan", bag.EVENTS, line);
    }
    const text = this.found.held.get(bag.MANIFEST);
    if (text !== undefined && sha256(text) !== plan.payloadManifest) this.broken("seal-plan-differs", bag.MANIFEST);
    this.originals(plan.items, (text === undefined ? undefined : this.listed(text, bag.MANIFEST)) ?? new Map());
  }

  private originals(planned: Set<string>, listed: Map<string, string>): void {
    const present = byItem(this.found.tallies.keys());
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
    const kept = this.found.kept.get(item);
    if (kept === undefined) return "item-without-event";
    const seen = this.found.tallies.get(present);
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
