/** Bytes and their spellings, as strict as the Python verifier is. */

export type Bytes = Uint8Array<ArrayBuffer>;

const UTF8 = new TextEncoder();

export function utf8(text: string): Bytes {
  return UTF8.encode(text);
}

/** The text of UTF-8 bytes, a byte order mark included; throws on anything that is no UTF-8. */
export function fromUtf8(data: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
}

/** The text of ASCII bytes, undefined when there is any other. */
export function fromAscii(data: Uint8Array): string | undefined {
  for (const byte of data) if (byte > 0x7f) return undefined;
  return fromUtf8(data);
}

export function equal(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

export function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function hex(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function base64(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The bytes of base64, undefined when it is none; superfluous padding and spare bits are left to the caller. */
export function fromBase64(text: string): Bytes | undefined {
  const parts = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text);
  if (parts === null || text.endsWith("\n")) return undefined;
  const [, body = "", padding = ""] = parts;
  const rest = body.length % 4;
  if (rest === 1 || (rest !== 0 && padding.length < 4 - rest)) return undefined;
  const binary = atob(body);
  return Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
}

export function uint32(value: number): Bytes {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, value);
  return data;
}
