/** Lines of the log, taken only in the bytes in which the log is written (FORMAT.md, 3.1 and 3.2). */

import { base64, fromBase64, type Bytes } from "./bytes";
import { isObject, parse as parseJson, type Facts, type Json } from "./opening";

export const LONGEST_LINE_BYTES = 64 * 1024;
/** An id has one spelling: six digits, or more without a zero before them, and none is number 0. */
export const OBJECT = "E(?!000000(?![0-9]))(?:[1-9][0-9]{6,14}|[0-9]{6})";
const WHOLE_OBJECT = new RegExp(`^${OBJECT}$`);
const EVENT_KEYS = ["v", "seq", "time", "commit", "object", "stored", "clear", "prev"];
const SIGNATURE_KEYS = "v,seq,time,bodies,by,sig,prev";

export class LineError extends Error {}

export interface EventLine {
  kind: "event";
  seq: number;
  time: string;
  commit: string;
  prev: string;
  object?: string;
  stored?: string;
  clear?: Facts;
}

export interface SignatureLine {
  kind: "signature";
  seq: number;
  time: string;
  bodies: string;
  by: string;
  sig: Bytes;
  prev: string;
}

/** Read one line, newline removed; throws a `LineError` that says where it departs from the form. */
export function parse(raw: Uint8Array): EventLine | SignatureLine {
  if (raw.length > LONGEST_LINE_BYTES) throw new LineError("longer than a line may be");
  let fields: Json;
  try {
    fields = parseJson(raw);
  } catch (error) {
    throw new LineError(error instanceof Error ? error.message : "");
  }
  if (!isObject(fields) || fields.v !== 1) throw new LineError("not a line of version 1");
  return "sig" in fields ? signature(fields) : event(fields);
}

function event(fields: Facts): EventLine {
  const keys = Object.keys(fields);
  if (EVENT_KEYS.filter((key) => key in fields).join() !== keys.join()) throw order();
  const { object, stored, clear } = fields;
  if ((object === undefined) !== (stored === undefined)) throw new LineError("object and stored go together");
  if (object !== undefined && !(typeof object === "string" && WHOLE_OBJECT.test(object))) {
    throw new LineError("object and stored go together");
  }
  if (clear !== undefined && !(isObject(clear) && typeof clear.type === "string")) {
    throw new LineError("clear is an object with a type");
  }
  if (clear !== undefined && Object.keys(clear)[0] !== "type") throw new LineError("clear begins with its type");
  return {
    kind: "event",
    seq: seq(fields.seq),
    time: time(fields.time),
    commit: digest(fields.commit),
    prev: digest(fields.prev),
    ...(object === undefined ? {} : { object, stored: digest(stored) }),
    ...(clear === undefined ? {} : { clear: clear as Facts }),
  };
}

function signature(fields: Facts): SignatureLine {
  if (Object.keys(fields).join() !== SIGNATURE_KEYS) throw order();
  const { by, sig } = fields;
  if (typeof by !== "string" || !/^SHA256:[A-Za-z0-9+/]{43}$/.test(by)) throw new LineError("by is a fingerprint");
  const blob = typeof sig === "string" ? fromBase64(sig) : undefined;
  if (blob === undefined || base64(blob) !== sig) throw new LineError("sig is base64");
  return {
    kind: "signature",
    seq: seq(fields.seq),
    time: time(fields.time),
    bodies: digest(fields.bodies),
    by,
    sig: blob,
    prev: digest(fields.prev),
  };
}

const order = (): LineError => new LineError("keys missing, unknown or out of order");

export function isDigest(value: Json | undefined): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function digest(value: Json | undefined): string {
  if (!isDigest(value)) throw new LineError("a digest is 64 lower-case hexadecimal digits");
  return value;
}

function seq(value: Json | undefined): number {
  if (typeof value !== "number" || value < 1) throw new LineError("seq counts from 1");
  return value;
}

function time(value: Json | undefined): string {
  const form = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{6}Z$/;
  const parts = typeof value === "string" ? form.exec(value) : null;
  if (parts === null) throw new LineError("time is UTC with six decimals");
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  if (year < 1 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) {
    throw new LineError("time is UTC with six decimals");
  }
  return value as string;
}
