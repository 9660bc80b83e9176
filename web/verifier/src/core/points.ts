/** Points that prove nothing: whoever names one as a key can make signatures, or read, without any secret. */

import { fromHex } from "./bytes";

const KEY_BYTES = 32;
const P_END = 0x7f;
const P_MIDDLE = 0xff;
const P_FIRST = 0xed;
/** The y of the points of small order on Ed25519, sign cleared: of order 1, 4, 2, 8 and 8. */
const SMALL_Y: ReadonlySet<string> = new Set(
  [
    "01" + "00".repeat(31),
    "00".repeat(32),
    "ec" + "ff".repeat(30) + "7f",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  ].map((text) => String(fromHex(text))),
);
/** The u of the points of small order on Curve25519 and its twist, in every spelling below 2^255. */
const SMALL_U: ReadonlySet<string> = new Set(
  [
    "00".repeat(32),
    "01" + "00".repeat(31),
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ec" + "ff".repeat(30) + "7f",
    "ed" + "ff".repeat(30) + "7f",
    "ee" + "ff".repeat(30) + "7f",
  ].map((text) => String(fromHex(text))),
);
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const PREFIX = "age";
const CHECK_SIGNS = 6;
const DATA_SIGNS = 52;

function cleared(raw: Uint8Array): Uint8Array {
  const bare = raw.slice();
  bare[KEY_BYTES - 1] = (bare[KEY_BYTES - 1] as number) & 0x7f;
  return bare;
}

/** Whether 32 bytes can be a point of Ed25519 that a signature may rest on: y below the prime, no small order. */
export function isSound(raw: Uint8Array): boolean {
  if (raw.length !== KEY_BYTES) return false;
  const y = cleared(raw);
  const full = y[KEY_BYTES - 1] === P_END && y.subarray(1, KEY_BYTES - 1).every((byte) => byte === P_MIDDLE);
  return !(full && (y[0] as number) >= P_FIRST) && !SMALL_Y.has(String(y));
}

/** Whether a text is an age recipient (X25519) that somebody with a key, and nobody else, can read for. */
export function isRecipient(text: unknown): text is string {
  if (typeof text !== "string" || !text.startsWith(`${PREFIX}1`)) return false;
  const values = [...text.slice(PREFIX.length + 1)].map((sign) => BECH32.indexOf(sign));
  if (values.length !== DATA_SIGNS + CHECK_SIGNS || values.includes(-1) || !isChecked(values)) return false;
  const raw = new Uint8Array(KEY_BYTES);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const value of values.slice(0, DATA_SIGNS)) {
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      raw[at++] = held >> bits;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 && !SMALL_U.has(String(cleared(raw)));
}

/** Source: BIP 173. */
function isChecked(values: readonly number[]): boolean {
  const codes = [...PREFIX].map((sign) => sign.charCodeAt(0));
  let sum = 1;
  for (const value of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((each, bit) => {
      if ((top >> bit) & 1) sum ^= each;
    });
  }
  return sum === 1;
}
