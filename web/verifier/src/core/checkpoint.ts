/** Checkpoints and receipt codes (FORMAT.md, 3.2 and 5). */

import { utf8, type Bytes } from "./bytes";
import { sha256Bytes } from "./hashes";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CODE_SIGNS = 32;
const CHECK_SIGNS = 4;

export interface Checkpoint {
  case: string;
  lines: number;
  head: string;
  bodies: string;
}

export function isCaseId(text: unknown): text is string {
  return typeof text === "string" && /^[A-Z0-9][A-Z0-9-]{2,31}$/.test(text);
}

export function checkpointText(point: Checkpoint): Bytes {
  return utf8(`evidence-kit/1 ${point.case}\n${point.lines}\n${point.head}\n${point.bodies}\n`);
}

export function receiptCode(point: Checkpoint): string {
  const code = base32(sha256Bytes(checkpointText(point)).subarray(0, 20));
  return grouped(code + checkSigns(code));
}

/** A receipt code as `receiptCode` writes it, undefined when its check characters do not fit. */
export function normaliseReceipt(typed: string): string | undefined {
  const text = [...typed.toUpperCase()]
    .filter((sign) => /[\p{L}\p{N}]/u.test(sign))
    .map((sign) => ({ "0": "O", "1": "I", "8": "B" })[sign] ?? sign)
    .join("");
  const code = text.slice(0, CODE_SIGNS);
  if (!/^[A-Z2-7]{36}$/.test(text) || checkSigns(code) !== text.slice(CODE_SIGNS)) return undefined;
  return grouped(text);
}

function checkSigns(code: string): string {
  return base32(sha256Bytes(utf8(code)).subarray(0, 5)).slice(0, CHECK_SIGNS);
}

function grouped(text: string): string {
  return (text.match(/.{1,4}/g) ?? []).join("-");
}

/** Base32 of a multiple of five bytes. */
function base32(data: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of data) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 31];
  }
  return text;
}
