/**
 * What a time stamp says, read where its signature covers it: TimeStampResp, ContentInfo, SignedData, encapContentInfo,
 * TSTInfo, each in its place, and nothing that merely lies somewhere in the answer. Whether an authority signed it is not
 * looked at here.
 *
 * Source: RFC 3161, 2.4.2; RFC 5652, 5.1; ITU-T X.690 for DER.
 */

import { hex } from "./bytes";

const [BOOLEAN, INTEGER, OCTETS, NULL, OBJECT, TIME] = [0x01, 0x02, 0x04, 0x05, 0x06, 0x18];
const [SEQUENCE, SET, FIRST, SECOND] = [0x30, 0x31, 0xa0, 0xa1];
const [MILLIS, MICROS] = [0x80, 0x81];
const SIGNED_DATA = "2a864886f70d010702";
const TST_INFO = "2a864886f70d0109100104";
const SHA256 = "608648016503040201";
const DIGEST_BYTES = 32;
const MOST_SECONDS = 1_000_000_000n;
const SECOND_MICROS = 1_000_000n;
const DAY_SECONDS = 86_400n;
const LONG_TAG = 0x1f;
const MOST_TAG = 1n << 32n;
const MOST_ARC = 1n << 128n;
const LONGEST_OBJECT_BYTES = 63;

/** Bytes that are no time stamp. */
export class StampError extends Error {}

export interface Stamp {
  /** SHA-256 of what was stamped. */
  imprint: string;
  /** When, as the log writes it beside the token: `2026-11-23T18:48:00+00:00`. */
  at: string;
  /** The same in microseconds, to be compared with others. */
  micros: bigint;
  /** Under which rules, as numbers with points between them. */
  policy: string;
  /** The authority's number for it, in decimals. */
  serial: string;
  /** How far the authority says that it may be off. */
  accuracyMicros: bigint;
}

interface Element {
  tag: number;
  value: Uint8Array;
}

/** Takes the elements of a stretch of DER one after another, and says when one is missing or too many. */
class Elements {
  private readonly found: Element[] = [];
  private at = 0;

  constructor(data: Uint8Array) {
    for (let at = 0; at < data.length; ) {
      const [element, end] = elementAt(data, at);
      this.found.push(element);
      at = end;
    }
  }

  private get next(): number | undefined {
    return this.found[this.at]?.tag;
  }

  take(tag: number): Uint8Array {
    const element = this.found[this.at++];
    if (element?.tag !== tag) throw new StampError("another element was expected");
    return element.value;
  }

  inside(tag: number): Elements {
    return new Elements(this.take(tag));
  }

  perhaps(tag: number): Uint8Array | undefined {
    return this.next === tag ? this.take(tag) : undefined;
  }

  /** Take the name of an object; returns its numbers with points between them. */
  object(wanted?: string): string {
    const value = this.take(OBJECT);
    const [first, ...arcs] = value.length <= LONGEST_OBJECT_BYTES ? arcsIn(value) : [];
    if (first === undefined || (wanted !== undefined && hex(value) !== wanted)) throw new StampError("another object");
    // The first two numbers are written as one: X.690, 8.19.4.
    const root = first < 80n ? first / 40n : 2n;
    return [root, first - 40n * root, ...arcs].join(".");
  }

  /** Take whatever stands next. */
  any(): void {
    if (this.found[this.at++] === undefined) throw new StampError("another element was expected");
  }

  /** Take a list of whatever elements, if it stands next. */
  perhapsList(tag: number): void {
    const value = this.perhaps(tag);
    if (value !== undefined) new Elements(value);
  }

  end(): void {
    if (this.at !== this.found.length) throw new StampError("elements behind the end");
  }
}

/** The numbers of an object's name; none when one of them is in a longer form, cut off, or beyond 128 bits. */
function arcsIn(value: Uint8Array): bigint[] {
  const arcs: bigint[] = [];
  let arc = 0n;
  let begins = true;
  for (const byte of value) {
    if (begins && byte === 0x80) return [];
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    begins = byte < 0x80;
    if (arc >= MOST_ARC) return [];
    if (begins) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  return begins ? arcs : [];
}

/** Where a tag ends; one in a longer form must need it. */
function tagEnd(data: Uint8Array, start: number): number {
  if (((data[start] as number) & LONG_TAG) !== LONG_TAG) return start + 1;
  const end = data.findIndex((byte, at) => at > start && byte < 0x80) + 1;
  const [arc = 0n, ...more] = end === 0 ? [] : arcsIn(data.subarray(start + 1, end));
  if (more.length > 0 || arc < BigInt(LONG_TAG) || arc >= MOST_TAG) throw new StampError("not DER");
  return end;
}

/** Tag and value of the element at a place, and where the next one begins; lengths in their shortest form only. */
function elementAt(data: Uint8Array, start: number): [Element, number] {
  let at = tagEnd(data, start);
  // A tag of several bytes is none that is looked for.
  const tag = at === start + 1 ? (data[start] as number) : -1;
  const first = data[at++];
  if (first === undefined) throw new StampError("not DER");
  let size = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4 || at + count > data.length) throw new StampError("not DER");
    size = data.subarray(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
    at += count;
    if (size < 0x80 || data[at - count] === 0) throw new StampError("a length in a longer form");
  }
  if (at + size > data.length) throw new StampError("cut off");
  return [{ tag, value: data.subarray(at, at + size) }, at + size];
}

function integer(value: Uint8Array | undefined): bigint {
  if (value === undefined || value.length === 0) throw new StampError("an integer of no bytes");
  const [first = 0, second = 0] = value;
  const longer = value.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (longer) throw new StampError("an integer in a longer form");
  return BigInt.asIntN(value.length * 8, BigInt(`0x${hex(value)}`));
}

/** Read an authority's answer; throws when it is none, or says that the authority refused. */
export function readStamp(data: Uint8Array): Stamp {
  const answer = new Elements(data);
  const response = answer.inside(SEQUENCE);
  answer.end();
  const status = integer(response.inside(SEQUENCE).take(INTEGER));
  if (status !== 0n && status !== 1n) throw new StampError("the authority refused");
  const content = response.inside(SEQUENCE);
  response.end();
  content.object(SIGNED_DATA);
  const wrapped = content.inside(FIRST);
  content.end();
  const signed = wrapped.inside(SEQUENCE);
  wrapped.end();
  return infoOf(encapsulated(signed));
}

/** The bytes that the one signature of SignedData is over. */
function encapsulated(signed: Elements): Uint8Array {
  integer(signed.take(INTEGER));
  signed.take(SET);
  const capsule = signed.inside(SEQUENCE);
  capsule.object(TST_INFO);
  const held = capsule.inside(FIRST);
  capsule.end();
  const info = held.take(OCTETS);
  held.end();
  signed.perhapsList(FIRST);
  signed.perhapsList(SECOND);
  const signers = signed.inside(SET);
  signed.end();
  const signer = signers.inside(SEQUENCE);
  signers.end();
  integer(signer.take(INTEGER));
  signer.any();
  signer.any();
  signer.perhapsList(FIRST);
  signer.any();
  signer.take(OCTETS);
  signer.perhapsList(SECOND);
  signer.end();
  return info;
}

function infoOf(data: Uint8Array): Stamp {
  const whole = new Elements(data);
  const info = whole.inside(SEQUENCE);
  whole.end();
  if (integer(info.take(INTEGER)) !== 1n) throw new StampError("of another version");
  const policy = info.object();
  const imprint = imprintOf(info.inside(SEQUENCE));
  const serial = integer(info.take(INTEGER)).toString();
  const { at, micros } = timeOf(info.take(TIME));
  const accuracy = info.perhaps(SEQUENCE);
  const accuracyMicros = accuracy === undefined ? 0n : accuracyOf(new Elements(accuracy));
  const ordering = info.perhaps(BOOLEAN);
  if (ordering !== undefined && (ordering.length !== 1 || ![0, 0xff].includes(ordering[0] as number))) {
    throw new StampError("neither true nor false");
  }
  const nonce = info.perhaps(INTEGER);
  if (nonce !== undefined) integer(nonce);
  info.perhapsList(FIRST);
  info.perhapsList(SECOND);
  info.end();
  return { imprint, at, micros, policy, serial, accuracyMicros };
}

function imprintOf(imprint: Elements): string {
  const algorithm = imprint.inside(SEQUENCE);
  algorithm.object(SHA256);
  if ((algorithm.perhaps(NULL)?.length ?? 0) !== 0) throw new StampError("parameters of a hash that has none");
  algorithm.end();
  const digest = imprint.take(OCTETS);
  imprint.end();
  if (digest.length !== DIGEST_BYTES) throw new StampError("over another hash than SHA-256");
  return hex(digest);
}

function accuracyOf(parts: Elements): bigint {
  const seconds = parts.perhaps(INTEGER);
  const millis = parts.perhaps(MILLIS);
  const micros = parts.perhaps(MICROS);
  parts.end();
  const within = (value: Uint8Array | undefined, least: bigint, most: bigint): bigint => {
    const number = value === undefined ? least : integer(value);
    if (number < least || number > most) throw new StampError("an accuracy that is none");
    return value === undefined ? 0n : number;
  };
  return (
    within(seconds, 0n, MOST_SECONDS) * SECOND_MICROS + within(millis, 1n, 999n) * 1000n + within(micros, 1n, 999n)
  );
}

/** GeneralizedTime as DER has it: to the second or finer, in UTC, no zero behind the point that says nothing. */
function timeOf(value: Uint8Array): { at: string; micros: bigint } {
  const text = String.fromCharCode(...value.subarray(0, 32));
  const parts = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{0,8}[1-9]))?Z$/.exec(text);
  if (parts === null || value.length > 32) throw new StampError("a time in another form");
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const days = daysBefore(year, month, day);
  if (days === undefined || hour > 23 || minute > 59 || second > 59) throw new StampError("a time that is none");
  const fraction = (parts[7] ?? "").padEnd(6, "0").slice(0, 6);
  const [, y, m, d, h, min, s] = parts;
  const at = `${y}-${m}-${d}T${h}:${min}:${s}${fraction === "000000" ? "" : `.${fraction}`}+00:00`;
  const seconds = BigInt(days) * DAY_SECONDS + BigInt(hour * 3600 + minute * 60 + second);
  return { at, micros: seconds * SECOND_MICROS + BigInt(fraction) };
}

/** Days from the year 0 to a date; undefined when there is no such date. */
export function daysBefore(year: number, month: number, day: number): number | undefined {
  const isLeap = (each: number): boolean => each % 4 === 0 && (each % 100 !== 0 || each % 400 === 0);
  const months = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (year < 1 || day < 1 || day > (months[month - 1] ?? 0)) return undefined;
  const past = year - 1;
  const leaps = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  return past * 365 + leaps + months.slice(0, month - 1).reduce((sum, each) => sum + each, 0) + day;
}

/** The microseconds of a time as a line of the log has it, known to be one. */
export function microsOf(time: string): bigint {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0] = time.match(/[0-9]+/g)?.map(Number) ?? [];
  const seconds = BigInt(daysBefore(year, month, day) ?? 0) * DAY_SECONDS + BigInt(hour * 3600 + minute * 60 + second);
  return seconds * SECOND_MICROS + BigInt(micros);
}
