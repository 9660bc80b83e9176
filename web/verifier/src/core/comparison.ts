/** What one pass over a bag left in memory, held against itself, as `evidence_kit/sealing/check.py` does. */

import * as bag from "./bag";
import { equal } from "./bytes";
import { LOG, type Custody } from "./chain";
import type { Bag, Contents } from "./contents";
import { sha256 } from "./hashes";
import { SEAL_NAMESPACE, holds, parseSignature, unarmour } from "./sshsig";

const INFO = "bag-info.txt";
// Findings that only say that the bag is not of the form that is known here.
const OF_THE_FORM = ["bag-", "archive-member-unexpected", "seal-plan-", "item-"];

/** Holds what one pass over the bag left in memory against itself. */
export class Comparison {
  private viewable: ReadonlySet<string> = new Set();

  constructor(
    private readonly contents: Contents,
    private readonly found: Bag,
  ) {}

  async run(): Promise<void> {
    const { custody } = this.found;
    const further = bag.furtherFiles(custody, this.found.begun);
    for (const name of [...new Set([...bag.TAG_FILES, ...further])].sort(bag.byCode)) {
      if (!this.found.tallies.has(name)) this.broken("bag-file-missing", name);
    }
    if (custody === undefined) return;
    this.contents.custody = custody;
    this.contents.told = this.found.stamped;
    // Inside an archive even an unfinished end is a break: the archive ends where it was signed.
    this.contents.findings.push(...this.found.logFindings.map((each) => ({ ...each, weight: "broken" as const })));
    if (custody.case !== this.found.case) this.broken("bag-case-differs", LOG);
    for (const [name, content] of bag.signedFiles(custody)) {
      const held = this.found.held.get(name);
      if (held === undefined || equal(held, content)) continue;
      if (name === bag.ALLOWED_SIGNERS && equal(held, bag.earlierAllowedSigners(custody))) {
        this.contents.findings.push({ code: "allowed-signers-of-earlier-form", weight: "note", file: name, values: {} });
      } else {
        this.broken("bag-file-differs", name);
      }
    }
    await this.tagManifest(custody);
    try {
      this.items(custody);
    } catch (error) {
      if (!(error instanceof bag.NewerPlanError)) throw error;
      this.newer();
    }
  }

  /** What a later version puts into a bag is no fault of the archive. */
  private newer(): void {
    const { contents } = this;
    contents.findings = contents.findings.filter(({ code }) => !OF_THE_FORM.some((form) => code.startsWith(form)));
    contents.findings.push({ code: "plan-version-unknown", weight: "unchecked", file: bag.EVENTS, values: {} });
    contents.store = undefined;
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
    const expected = new Set([...bag.LISTED, ...bag.furtherFiles(custody, this.found.begun)]);
    for (const name of [...new Set([...expected, ...listed.keys()])].sort(bag.byCode)) {
      const seen = this.found.tallies.get(name);
      if (!listed.has(name) || !expected.has(name)) this.broken("bag-file-unlisted", name);
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
    contents.parts = plan.volumes.length;
    contents.blurred = plan.blurred;
    this.viewable = plan.viewable;
    const { openedLines } = this.found;
    const expected = new Set([...openedLines, ...plan.withheld]);
    for (const line of ascending(new Set([...custody.commitments.keys(), ...expected]))) {
      if (custody.commitments.has(line) !== expected.has(line)) this.broken("opening-missing", bag.EVENTS, line);
    }
    for (const line of ascending(openedLines)) {
      if (plan.withheld.has(line)) this.broken("opening-against-plan", bag.EVENTS, line);
    }
    if (plan.itemsOf !== custody.objects.size) this.broken("seal-plan-miscounts", bag.EVENTS, begun.line);
    this.reports(plan);
    this.part(plan);
  }

  /** Hold every report that is here against what the plan says of it. */
  private reports(plan: bag.Plan): void {
    for (const { path, size, sha256: digest } of plan.reports) {
      const seen = this.found.tallies.get(path);
      if (seen !== undefined && (seen.sizeBytes !== size || seen.sha256 !== digest)) this.broken("report-changed", path);
    }
  }

  /** Compare the originals with the part of the plan that this archive is. */
  private part({ volumes }: bag.Plan): void {
    const text = this.found.held.get(bag.MANIFEST);
    const digest = text === undefined ? undefined : sha256(text);
    const number = volumes.findIndex((volume) => volume.payloadManifest === digest) + 1;
    if (text !== undefined && number === 0) this.broken("seal-plan-differs", bag.MANIFEST);
    const claimed = bag.partOf(this.found.held.get(INFO));
    this.info(number, volumes.length);
    this.contents.part = number || (claimed?.[0] ?? 1);
    const planned = volumes[Math.min(this.contents.part, volumes.length) - 1]?.items ?? new Set<string>();
    this.originals(planned, (text === undefined ? undefined : this.listed(text, bag.MANIFEST)) ?? new Map());
  }

  /** Hold `bag-info.txt` against the case, the files that were met, and which part it is where that is known. */
  private info(part: number, parts: number): void {
    const held = this.found.held.get(INFO);
    if (held === undefined) return;
    const data = [...this.found.tallies].filter(([name]) => bag.dataParts(name) !== undefined);
    const octets = data.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0);
    const said = bag.infoOf(held);
    const counted = said?.part ?? (parts === 1 ? [1, 1] : undefined);
    const placed = counted !== undefined && (part === 0 || (counted[0] === part && counted[1] === parts));
    const day = this.found.custody?.commits.at(-1)?.time.slice(0, 10);
    if (!placed || said?.day !== day || said?.case !== this.found.custody?.case || said?.oxum !== `${octets}.${data.length}`) {
      this.broken("bag-file-differs", INFO);
    }
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
    const { custody } = this.found;
    if (custody?.destroyed.has(item)) return "item-destroyed";
    const kept = this.found.kept.get(item);
    if (kept === undefined || !custody?.objects.has(item)) return "item-without-event";
    const seen = this.found.tallies.get(present);
    const blurred = this.contents.blurred.has(item);
    const made = blurred ? this.found.redacted.get(item) : kept;
    if (made?.sha256 !== seen?.sha256 || made?.size !== seen?.sizeBytes || made?.crc32 !== seen?.crc32) {
      return "item-changed";
    }
    if (listed.get(present) !== seen?.sha256) return "item-changed";
    const expected = blurred ? bag.blurredPath(item) : bag.dataPath(item, kept.kind ?? "", this.viewable.has(item));
    return present === expected ? undefined : "item-misnamed";
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
