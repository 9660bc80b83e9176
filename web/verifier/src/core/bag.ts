/** The bag inside the archive: its files, and those whose bytes follow from the log (FORMAT.md, 6.3). */

import { equal, fromAscii, utf8, type Bytes } from "./bytes";
import type { Custody } from "./chain";
import { checkpointText } from "./checkpoint";
import { isDigest } from "./line";
import { isObject, type Json } from "./opening";
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
const DATA = /^data\/(E[0-9]{6,15})\.([a-z0-9]{1,5})$/;
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

/** Item id and ending of a path below `data/`. */
export function dataParts(name: string): { item: string; ending: string } | undefined {
  const [, item, ending] = DATA.exec(name) ?? [];
  return item === undefined || ending === undefined ? undefined : { item, ending };
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

export interface Plan {
  items: Set<string>;
  withheld: Set<number>;
  itemsOf: number;
  purpose: string;
  payloadManifest: string;
}

/** The plan that `seal.begun` says; undefined when it cannot be understood. */
export function planOf(begun: Json, lines: number): Plan | undefined {
  if (!isObject(begun)) return undefined;
  try {
    const numbers = [...numbersIn(begun.items, lines)];
    const itemsOf = begun.items_of;
    if (!isDigest(begun.payload_manifest) || typeof itemsOf !== "number" || begun.purpose === undefined) {
      return undefined;
    }
    return {
      items: new Set(numbers.map((number) => "E" + String(number).padStart(6, "0"))),
      withheld: numbersIn(begun.withheld, lines),
      itemsOf,
      purpose: String(begun.purpose),
      payloadManifest: begun.payload_manifest,
    };
  } catch (error) {
    if (error instanceof RangesError) return undefined;
    throw error;
  }
}
