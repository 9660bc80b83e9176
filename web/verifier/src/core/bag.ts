/** The bag inside the archive: its files, and those whose bytes follow from the log (FORMAT.md, 6.3). */

import { equal, fromAscii, utf8, type Bytes } from "./bytes";
import { tokenOf, type Custody } from "./chain";
import { checkpointText } from "./checkpoint";
import { OBJECT, isDigest } from "./line";
import { isObject, type Facts, type Json } from "./opening";
import { ARCHIVE_NAMESPACE, CHECKPOINT_NAMESPACE, SEAL_NAMESPACE, armour, type PublicKey } from "./sshsig";

export const BAGIT = utf8("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
export const ALLOWED_SIGNERS = "allowed_signers";
const ALL_NAMESPACES = [CHECKPOINT_NAMESPACE, SEAL_NAMESPACE, ARCHIVE_NAMESPACE].join();
export const EVENTS = "events.jsonl";
export const MANIFEST = "manifest-sha256.txt";
export const TAG_MANIFEST = "tagmanifest-sha256.txt";
export const TAG_SIGNATURE = "tagmanifest-sha256.txt.sig";
export const TAG_FILES: ReadonlySet<string> = new Set([
  "bagit.txt",
  "bag-info.txt",
  "READ-ME-FIRST.html",
  "READ-ME-FIRST.txt",
  "FORMAT.md",
  "custody.jsonl",
  EVENTS,
  "checkpoint.txt",
  "checkpoint.txt.sig",
  "allowed_signers",
  MANIFEST,
  TAG_MANIFEST,
  TAG_SIGNATURE,
]);
export const LISTED: ReadonlySet<string> = new Set(
  [...TAG_FILES].filter((name) => name !== TAG_MANIFEST && name !== TAG_SIGNATURE),
);
// Files that are compared byte for byte, so that they are held in memory.
export const HELD: ReadonlySet<string> = new Set([
  "bagit.txt",
  "bag-info.txt",
  "checkpoint.txt",
  "checkpoint.txt.sig",
  "allowed_signers",
  MANIFEST,
  TAG_MANIFEST,
  TAG_SIGNATURE,
]);
const DATA = new RegExp(`^data/(${OBJECT})(?:\\.([a-z0-9]{1,5})|-blurred\\.jpg)$`);
const ANCHORS = "anchors/";
const REPORT = /^report\/(?:[a-z0-9][a-z0-9._-]{0,63}\/)?[a-z0-9][a-z0-9._-]{0,95}\.(?:json|jsonl|pdf|txt)$/;
export const REPORTS = "report/";
// The order in which a bag is written: time stamps and reports stand before the first manifest, originals at the end.
const BEFORE = [...TAG_FILES].slice(0, -3);
const BEHIND = [MANIFEST, TAG_MANIFEST, TAG_SIGNATURE];
const INFO =
  /^(?:Bag-Count: ([1-9][0-9]{0,5}) of ([1-9][0-9]{0,5})\n)?Bag-Software-Agent: evidence-kit [!-~]{1,64}\nBagging-Date: ([0-9]{4}-[0-9]{2}-[0-9]{2})\nExternal-Identifier: ([^\n]*)\nPayload-Oxum: (0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\n$/;
// Which plans this version understands; a plan that says more is refused, not misread.
const PLAN_FORM = 3;
const FORM_OF_PARTS = 2;
const SCOPES: ReadonlySet<string> = new Set(["all", "cited", "items"]);
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["jpeg", "jpg"],
  ["png", "png"],
  ["webp", "webp"],
  ["gif", "gif"],
  ["heic", "heic"],
  ["mp4", "mp4"],
  ["mov", "mov"],
  ["mp3", "mp3"],
  ["ogg", "ogg"],
  ["opus", "opus"],
  ["m4a", "m4a"],
  ["wav", "wav"],
  ["pdf", "pdf"],
  ["text", "txt"],
  ["json", "json"],
  ["zip", "zip"],
]);
// Only for items of which the plan says that they are safe to show.
const VIEWABLE: ReadonlyMap<string, string> = new Map([
  ["html", "html"],
  ["xml", "xml"],
  ["vcard", "vcf"],
]);
export const ALLOWED_ENDINGS: ReadonlySet<string> = new Set([...ENDINGS.values(), ...VIEWABLE.values(), "bin"]);

/** Item id and ending of a path below `data/`; a blurred copy has no ending of its own. */
export function dataParts(name: string): { item: string; ending: string | undefined } | undefined {
  const [, item, ending] = DATA.exec(name) ?? [];
  return item === undefined ? undefined : { item, ending };
}

export function blurredPath(item: string): string {
  return `data/${item}-blurred.jpg`;
}

const anchorsOf = new WeakMap<Custody, Map<string, Bytes>>();

/** The time stamps that stand in the log, as files that `openssl ts` reads; made once the log was read. */
export function anchorFiles(custody: Custody | undefined): ReadonlyMap<string, Bytes> {
  if (custody === undefined) return new Map();
  const known = anchorsOf.get(custody);
  if (known !== undefined) return known;
  const found = new Map<string, Bytes>();
  for (const [line, clear] of custody.clear) {
    if (clear.type === "anchored") found.set(`${ANCHORS}${String(line).padStart(8, "0")}.tsr`, tokenOf(clear));
  }
  anchorsOf.set(custody, found);
  return found;
}

/** The names of tag files that this very bag has: the log says which time stamps, and the plan which reports. */
export function furtherFiles(custody: Custody | undefined, begun: Begun | undefined): string[] {
  return [...anchorFiles(custody).keys(), ...plannedReports(custody, begun).keys()];
}

const reportsOf = new WeakMap<Begun, ReadonlyMap<string, PlannedReport>>();

/** The reports that the plan names, by path; none where no plan was read that is understood. */
export function plannedReports(
  custody: Custody | undefined,
  begun: Begun | undefined,
): ReadonlyMap<string, PlannedReport> {
  const signed = custody?.commits.at(-1);
  if (custody === undefined || begun === undefined) return new Map();
  if (signed === undefined || begun.line !== signed.line - 1 || signed.line !== custody.lines) return new Map();
  const known = reportsOf.get(begun);
  if (known !== undefined) return known;
  let planned: Plan | undefined;
  try {
    planned = planOf(begun.facts, custody.lines);
  } catch (error) {
    if (!(error instanceof NewerPlanError)) throw error;
  }
  const found = new Map((planned?.reports ?? []).map((each) => [each.path, each]));
  reportsOf.set(begun, found);
  return found;
}

/** Which part of how many a `bag-info.txt` says it is; undefined where it says nothing of the kind. */
export function partOf(info: Uint8Array | undefined): [number, number] | undefined {
  const text = String.fromCharCode(...(info ?? new Uint8Array()).subarray(0, 64));
  const [, part, parts] = /^Bag-Count: ([1-9][0-9]{0,5}) of ([1-9][0-9]{0,5})\n/.exec(text) ?? [];
  return part === undefined || parts === undefined ? undefined : [Number(part), Number(parts)];
}

/** What puts a file of a bag into its place among the others, as a text that sorts. */
export function placeOf(name: string): string {
  const before = BEFORE.indexOf(name);
  const behind = BEHIND.indexOf(name);
  const stem = name.replace(/[.-].*$/s, "");
  const isReport = name.startsWith(REPORTS);
  let rank = BEFORE.length + 5;
  if (before >= 0) rank = before;
  else if (behind >= 0) rank = BEFORE.length + 2 + behind;
  else if (isReport) rank = BEFORE.length + 1;
  else if (name.startsWith(ANCHORS)) rank = BEFORE.length;
  // Numbers in names have at least so many digits: of two, the shorter one is the smaller one.
  const numbered = before >= 0 || behind >= 0 ? "" : isReport ? name : `${String(stem.length).padStart(3, "0")} ${stem}`;
  return `${String(rank).padStart(2, "0")} ${numbered}`;
}

/** What `bag-info.txt` says, undefined when it is not written the way the kit writes it. */
export function infoOf(
  held: Uint8Array,
): { part: [number, number] | undefined; day: string; case: string; oxum: string } | undefined {
  const parts = INFO.exec(fromAscii(held) ?? "");
  if (parts === null) return undefined;
  const [, part, count, day = "", caseId = "", octets, files] = parts;
  return {
    part: part === undefined ? undefined : [Number(part), Number(count)],
    day,
    case: caseId,
    oxum: `${octets}.${files}`,
  };
}

export function dataPath(item: string, kind: string, viewable: boolean): string {
  return `data/${item}.${ENDINGS.get(kind) ?? (viewable ? VIEWABLE.get(kind) : undefined) ?? "bin"}`;
}

/** Digests by name; undefined when the manifest is not written the way the kit writes one. */
export function parseManifest(data: Uint8Array): Map<string, string> | undefined {
  const text = fromAscii(data);
  if (text === undefined || (text !== "" && !text.endsWith("\n"))) return undefined;
  const found = new Map<string, string>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [, digest, name] = /^([^ ]*)  ([^\r\v\f\x1c-\x1e]*)$/.exec(line) ?? [];
    if (digest === undefined || name === undefined || !isDigest(digest) || found.has(name)) return undefined;
    found.set(name, digest);
  }
  const again = [...found.keys()].sort(byCode).map((name) => `${found.get(name)}  ${name}\n`);
  return equal(utf8(again.join("")), data) ? found : undefined;
}

/** Order of ASCII texts as Python sorts them. */
export function byCode(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Files that follow from the log to the last byte. */
export function signedFiles(custody: Custody): Map<string, Bytes> {
  const last = custody.commits.at(-1);
  if (last === undefined) return new Map();
  return new Map([
    ["checkpoint.txt", checkpointText(last.checkpoint)],
    ["checkpoint.txt.sig", armour(last.sig)],
    [ALLOWED_SIGNERS, allowedSigners(custody)],
    ...anchorFiles(custody),
    ["bagit.txt", BAGIT],
  ]);
}

function keysOf(custody: Custody): PublicKey[] {
  return [...custody.knownKeys.values()].sort((one, other) => byCode(one.fingerprint, other.fingerprint));
}

/** Who may sign what, for `ssh-keygen -Y verify`: a key that was removed may have signed the log, until then. */
function allowedSigners(custody: Custody): Bytes {
  const name = custody.case ?? "";
  const rows = { still: "", removed: "" };
  for (const key of keysOf(custody)) {
    const until = custody.signers.has(key.fingerprint) ? undefined : custody.removed.get(key.fingerprint);
    if (until === undefined) {
      rows.still += `${name} namespaces="${ALL_NAMESPACES}" ${key.line}\n`;
    } else {
      const time = `${until.slice(0, 19).replace(/[^0-9]/g, "")}Z`;
      rows.removed += `${name} namespaces="${CHECKPOINT_NAMESPACE}",valid-before="${time}" ${key.line}\n`;
    }
  }
  return utf8(rows.still + rows.removed);
}

/** The same as versions wrote it that let removed keys stand among the others. */
export function earlierAllowedSigners(custody: Custody): Bytes {
  return utf8(keysOf(custody).map((key) => `${custody.case} namespaces="${ALL_NAMESPACES}" ${key.line}\n`).join(""));
}

/** The numbers that inclusive ascending ranges stand for; throws when they are none. */
export function numbersIn(pairs: Json | undefined, highest: number): Set<number> {
  if (!Array.isArray(pairs)) throw new RangesError();
  const found = new Set<number>();
  let before = 0;
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new RangesError();
    const [first, last] = pair;
    if (typeof first !== "number" || typeof last !== "number") throw new RangesError();
    if (!(before < first && first <= last && last <= highest)) throw new RangesError();
    for (let number = first; number <= last; number++) found.add(number);
    before = last;
  }
  return found;
}

export class RangesError extends Error {}

/** What goes into one archive, where a seal has several. */
export interface Volume {
  items: Set<string>;
  payloadManifest: string;
}

/** A file below `report/`, as the plan names it. */
export interface PlannedReport {
  path: string;
  size: number;
  sha256: string;
}

/** The opened `seal.begun`, and its line. */
export interface Begun {
  line: number;
  facts: Facts;
}

export interface Plan {
  reports: PlannedReport[];
  /** Texts that keep an ending by which a double click shows them. */
  viewable: Set<string>;
  volumes: Volume[];
  blurred: Set<string>;
  withheld: Set<number>;
  itemsOf: number;
  purpose: string;
}

/** The plan is of a form that a later version brought. */
export class NewerPlanError extends Error {}

const itemId = (number: number): string => "E" + String(number).padStart(6, "0");

/** The plan that `seal.begun` says; undefined when it says too little, or what cannot be. */
export function planOf(begun: Json, lines: number): Plan | undefined {
  if (!isObject(begun) || !isOfKnownForm(begun)) return undefined;
  try {
    const items = numbersIn(begun.items, lines);
    const blurred = numbersIn(begun.blurred ?? [], lines);
    const viewable = numbersIn(begun.viewable ?? [], lines);
    const volumes = volumesOf(begun, lines);
    const reports = reportsIn(begun.reports);
    const { scope } = begun;
    const chosen = begun.items_in === items.size && typeof scope === "string" && SCOPES.has(scope);
    if (!chosen || reports === undefined) return undefined;
    const spread = volumes.flatMap((volume) => [...volume.items]);
    const whole = new Set(spread).size === spread.length && spread.length === items.size;
    if (!whole || !spread.every((item) => items.has(Number(item.slice(1))))) return undefined;
    if (typeof begun.items_of !== "number" || begun.items_of < 0 || typeof begun.purpose !== "string") return undefined;
    if (![...blurred, ...viewable].every((number) => items.has(number))) return undefined;
    return {
      reports,
      viewable: new Set([...viewable].map(itemId)),
      volumes,
      blurred: new Set([...blurred].map(itemId)),
      withheld: numbersIn(begun.withheld, lines),
      itemsOf: begun.items_of,
      purpose: begun.purpose,
    };
  } catch (error) {
    if (error instanceof RangesError) return undefined;
    throw error;
  }
}

/** The files below `report/` that a plan names, in the ascending order of their paths; undefined when it is no such list. */
function reportsIn(said: Json | undefined): PlannedReport[] | undefined {
  if (!Array.isArray(said)) return undefined;
  const found: PlannedReport[] = [];
  for (const each of said) {
    if (!isObject(each)) return undefined;
    const { path, size, sha256 } = each;
    if (typeof path !== "string" || !REPORT.test(path) || path <= (found.at(-1)?.path ?? "")) return undefined;
    if (typeof size !== "number" || size < 0 || !isDigest(sha256)) return undefined;
    found.push({ path, size, sha256 });
  }
  return found;
}

/**
 * A plan of form 3 has reports or shown texts, one of form 2 parts or copies; one of form 1 has no number. Throws when it is of a later
 * version's form.
 */
function isOfKnownForm({ form = null, volumes = null, blurred = null, reports = null, viewable = null }: Facts): boolean {
  const says = volumes !== null || blurred !== null;
  if (typeof form === "number" && form > PLAN_FORM) throw new NewerPlanError();
  if (viewable !== null || (Array.isArray(reports) && reports.length > 0)) return form === PLAN_FORM;
  return says ? form === FORM_OF_PARTS : form === null;
}

function volumesOf(begun: Facts, lines: number): Volume[] {
  const { items = null, payload_manifest = null, part = null, parts, volumes = null } = begun;
  const listed = volumes ?? [{ items, payload_manifest }];
  const [least, whole] = volumes === null ? [1, part === 1] : [2, part === null && payload_manifest === null];
  if (!Array.isArray(listed) || listed.length < least || listed.length !== parts || !whole) throw new RangesError();
  return listed.map((each) => {
    if (!isObject(each) || !isDigest(each.payload_manifest)) throw new RangesError();
    const held = new Set([...numbersIn(each.items, lines)].map(itemId));
    if (listed.length > 1 && held.size === 0) throw new RangesError();
    return { items: held, payloadManifest: each.payload_manifest };
  });
}
