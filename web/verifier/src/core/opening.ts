/** Openings: the bytes that `JSON.stringify(JSON.parse(x))` gives again, and nothing else (FORMAT.md, 4). */

import { fromUtf8 } from "./bytes";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Facts = { [key: string]: Json };

const DEEPEST = 64;
// What a verifier without a key must know: their lines say it in clear, and nothing else does.
const TOLD_IN_CLEAR: ReadonlySet<string> = new Set([
  "case.opened",
  "signer.added",
  "signer.removed",
  "recipient.changed",
  "reader.granted",
  "anchored",
  "destroyed",
]);
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Bytes that are no opening. */
export class OpeningError extends Error {}

export function isObject(value: Json | undefined): value is Facts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of JSON in the one form; throws when it is not. */
export function parse(data: Uint8Array): Json {
  let text: string;
  let value: Json;
  let again: string;
  try {
    text = fromUtf8(data);
    value = JSON.parse(text) as Json;
    again = JSON.stringify(value);
  } catch {
    throw new OpeningError("not JSON in UTF-8");
  }
  check(value, DEEPEST);
  if (again !== text) throw new OpeningError("not the bytes that JSON.stringify gives");
  return value;
}

/** The facts of an opening; throws when the bytes are not in the one form. */
export function decode(data: Uint8Array): Facts {
  const facts = parse(data);
  if (!isObject(facts) || Object.keys(facts).slice(0, 2).join() !== "salt,type") {
    throw new OpeningError("an opening begins with its salt and its type");
  }
  if (typeof facts.salt !== "string" || !/^[0-9a-f]{32}$/.test(facts.salt)) {
    throw new OpeningError("a salt is 32 lower-case hexadecimal digits");
  }
  // Another sign that looks like one of these would let an event pass for one of a type that is looked into.
  if (typeof facts.type !== "string" || !/^[a-z]+(?:[.-][a-z]+)*$/.test(facts.type)) {
    throw new OpeningError("a type is words of small letters, with points or hyphens between them");
  }
  return facts;
}

/** Refuse what has no one form in every JSON engine; `depth` is how many objects and lists may stand in each other. */
export function check(value: Json, depth: number = DEEPEST): void {
  if (depth === 0 && typeof value === "object" && value !== null) throw new OpeningError("nested too deeply");
  if (typeof value === "string") {
    if (LONE_SURROGATE.test(value)) throw new OpeningError("a lone surrogate has no UTF-8");
  } else if (typeof value === "number") {
    if (!Number.isInteger(value)) throw new OpeningError(`${String(value).slice(0, 20)} is no integer`);
    if (!Number.isSafeInteger(value)) throw new OpeningError("an integer that JavaScript would round");
  } else if (Array.isArray(value)) {
    for (const inner of value) check(inner, depth - 1);
  } else if (value !== null && typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) {
      if (/^(0|[1-9][0-9]*)$/.test(key)) {
        throw new OpeningError("a key is a text that does not look like an integer");
      }
      check(key, DEEPEST);
      check(inner, depth - 1);
    }
  }
}

/** Whether an opening repeats what its line says in clear, byte for byte, and says nothing of the kind alone. */
export function agrees(facts: Facts, clear: Facts | undefined): boolean {
  const { type, clear: told = null } = facts;
  // What is null is what nobody said.
  if (clear === undefined) return told === null && !TOLD_IN_CLEAR.has(String(type));
  if (told === null || Object.keys(facts)[2] !== "clear" || clear.type !== type) return false;
  return JSON.stringify(told) === JSON.stringify(clear);
}
