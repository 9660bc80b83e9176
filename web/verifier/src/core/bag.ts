/** The bag inside the archive: its files, and those whose bytes follow from the log (FORMAT.md, 6.3). */

import { equal, fromAscii, utf8, type Bytes } from "./bytes";
import { tokenOf, type Custody } from "./chain";
import { checkpointText } from "./checkpoint";
import { isDigest } from "./line";
import { isObject, type Facts, type Json } from "./opening";
import { ARCHIVE_NAMESPACE, CHECKPOINT_NAMESPACE, SEAL_NAMESPACE, armour } from "./sshsig";

export const BAGIT = utf8("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
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
const DATA = /^data\/(E[0-9]{6,15})(?:\.([a-z0-9]{1,5})|-blurred\.jpg)$/;
const ANCHORS = "anchors/";
// Which plans this version understands; a plan that says more is refused, not misread.
const PLAN_FORM = 2;
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
export const ALLOWED_ENDINGS: ReadonlySet<string> = new Set([...ENDINGS.values(), "bin"]);

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

/** Files that a bag has besides the originals; which time stamps lie in it, the log says. */
export function tagFiles(custody: Custody | undefined): ReadonlySet<string> {
  return new Set([...TAG_FILES, ...anchorFiles(custody).keys()]);
}

export function listedFiles(custody: Custody): ReadonlySet<string> {
  return new Set([...LISTED, ...anchorFiles(custody).keys()]);
}

/** Which part of how many a `bag-info.txt` says it is; undefined where it says nothing of the kind. */
export function partOf(info: Uint8Array | undefined): [number, number] | undefined {
  const text = String.fromCharCode(...(info ?? new Uint8Array()).subarray(0, 64));
  const [, part, parts] = /^Bag-Count: ([1-9][0-9]{0,5}) of ([1-9][0-9]{0,5})\n/.exec(text) ?? [];
  return part === undefined || parts === undefined ? undefined : [Number(part), Number(parts)];
}

export function dataPath(item: string, kind: string): string {
  return `data/${item}.${ENDINGS.get(kind) ?? "bin"}`;
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
  const spaces = [CHECKPOINT_NAMESPACE, SEAL_NAMESPACE, ARCHIVE_NAMESPACE].join();
  const keys = [...custody.knownKeys.values()].sort((one, other) => byCode(one.fingerprint, other.fingerprint));
  const allowed = keys.map((key) => `${last.checkpoint.case} namespaces="${spaces}" ${key.line}\n`).join("");
  return new Map([
    ["bagit.txt", BAGIT],
    ["checkpoint.txt", checkpointText(last.checkpoint)],
    ["checkpoint.txt.sig", armour(last.sig)],
    ["allowed_signers", utf8(allowed)],
    ...anchorFiles(custody),
  ]);
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

export interface Plan {
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
  if (!isObject(begun)) return undefined;
  const form = begun.form === undefined ? 1 : begun.form;
  if (typeof form !== "number" || form < 1) return undefined;
  if (form > PLAN_FORM) throw new NewerPlanError();
  try {
    const items = numbersIn(begun.items, lines);
    const blurred = numbersIn(begun.blurred === undefined ? [] : begun.blurred, lines);
    const volumes = volumesOf(begun, lines);
    const spread = volumes.flatMap((volume) => [...volume.items]);
    const whole = new Set(spread).size === spread.length && spread.length === items.size;
    if (!whole || !spread.every((item) => items.has(Number(item.slice(1))))) return undefined;
    if (typeof begun.items_of !== "number" || begun.items_of < 0 || typeof begun.purpose !== "string") return undefined;
    if (![...blurred].every((number) => items.has(number))) return undefined;
    return {
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

function volumesOf(begun: Facts, lines: number): Volume[] {
  const listed = begun.volumes ?? [{ items: begun.items ?? null, payload_manifest: begun.payload_manifest ?? null }];
  const several = begun.volumes !== undefined && begun.volumes !== null;
  if (!Array.isArray(listed) || (several && (listed.length < 2 || listed.length !== begun.parts))) throw new RangesError();
  return listed.map((each) => {
    if (!isObject(each) || !isDigest(each.payload_manifest)) throw new RangesError();
    return { items: new Set([...numbersIn(each.items, lines)].map(itemId)), payloadManifest: each.payload_manifest };
  });
}
