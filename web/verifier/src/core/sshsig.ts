/** SSHSIG with Ed25519, in the one form that is written here. Source: PROTOCOL.sshsig of OpenSSH. */

import { ed25519 } from "@noble/curves/ed25519.js";

import { base64, equal, fromAscii, fromBase64, joined, uint32, utf8, type Bytes } from "./bytes";
import { sha256Bytes, sha512 } from "./hashes";

export const CHECKPOINT_NAMESPACE = "evidence-kit";
export const SEAL_NAMESPACE = "evidence-kit-seal";
export const ARCHIVE_NAMESPACE = "evidence-kit-archive";

const MAGIC = utf8("SSHSIG");
const KEY_TYPE = utf8("ssh-ed25519");
const HASH = utf8("sha512");
const NOTHING = new Uint8Array();
const ARMOUR_BEGIN = "-----BEGIN SSH SIGNATURE-----\n";
const ARMOUR_END = "-----END SSH SIGNATURE-----\n";
// What Python's str.split takes for white space.
const WHITE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

export class SignatureError extends Error {}

export interface PublicKey {
  raw: Bytes;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  line: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  fingerprint: string;
}

export interface Signature {
  key: PublicKey;
  namespace: string;
  raw: Bytes;
}

const string = (data: Uint8Array): Bytes => joined([uint32(data.length), data]);
const keyBlob = (raw: Uint8Array): Bytes => joined([string(KEY_TYPE), string(raw)]);

function keyOf(raw: Bytes): PublicKey {
  if (raw.length !== 32) throw new SignatureError("an Ed25519 public key has 32 bytes");
  const blob = keyBlob(raw);
  return {
    raw,
    line: `ssh-ed25519 ${base64(blob)}`,
    fingerprint: "SHA256:" + base64(sha256Bytes(blob)).replace(/=+$/, ""),
  };
}

function keyFromBlob(blob: Uint8Array): PublicKey {
  const reader = new Reader(blob);
  if (!equal(reader.string(), KEY_TYPE)) throw new SignatureError("not an ssh-ed25519 public key");
  const key = keyOf(reader.string());
  reader.end();
  return key;
}

/** Read `ssh-ed25519 AAAA… comment`. */
export function parseKey(text: unknown): PublicKey {
  if (typeof text !== "string") throw new SignatureError("not a text");
  const parts = text.split(WHITE).filter((part) => part !== "");
  const blob = parts[0] === "ssh-ed25519" ? fromBase64(parts[1] ?? "?") : undefined;
  if (blob === undefined) throw new SignatureError("not an ssh-ed25519 public key");
  return keyFromBlob(blob);
}

function signatureBlob(signature: Signature): Bytes {
  return joined([
    MAGIC,
    uint32(1),
    string(keyBlob(signature.key.raw)),
    string(utf8(signature.namespace)),
    string(NOTHING),
    string(HASH),
    string(joined([string(KEY_TYPE), string(signature.raw)])),
  ]);
}

/** Read a blob; anything but the exact bytes of the one form is refused. */
export function parseSignature(blob: Uint8Array): Signature {
  if (!equal(blob.subarray(0, 10), joined([MAGIC, uint32(1)]))) throw new SignatureError("not an SSHSIG, version 1");
  const reader = new Reader(blob.subarray(10));
  const key = keyFromBlob(reader.string());
  const namespace = fromAscii(reader.string());
  reader.string();
  reader.string();
  const inner = new Reader(reader.string());
  reader.end();
  inner.string();
  if (namespace === undefined) throw new SignatureError("a namespace is ASCII");
  const signature = { key, namespace, raw: inner.string() };
  if (signature.raw.length !== 64 || !equal(signatureBlob(signature), blob)) {
    throw new SignatureError("not an SSHSIG of the one form used here");
  }
  return signature;
}

/** Whether a signature was made by its key over exactly this message, for this namespace. */
export async function holds(signature: Signature, message: Uint8Array, namespace: string): Promise<boolean> {
  if (signature.namespace !== namespace) return false;
  const wrapped = joined([
    MAGIC,
    string(utf8(namespace)),
    string(NOTHING),
    string(HASH),
    string(sha512(message)),
  ]);
  return verify(signature, wrapped);
}

let native: boolean | undefined;

async function verify(signature: Signature, wrapped: Bytes): Promise<boolean> {
  if (native !== false) {
    try {
      const key = await crypto.subtle.importKey("raw", signature.key.raw, { name: "Ed25519" }, false, ["verify"]);
      native = true;
      return await crypto.subtle.verify({ name: "Ed25519" }, key, signature.raw, wrapped);
    } catch {
      // A browser without Ed25519, or a key that is no point of the curve: the other implementation decides.
      native ??= false;
    }
  }
  try {
    return ed25519.verify(signature.raw, wrapped, signature.key.raw, { zip215: false });
  } catch {
    return false;
  }
}

/** The text form, byte for byte as OpenSSH writes it. */
export function armour(blob: Uint8Array): Bytes {
  const rows = base64(blob).match(/.{1,70}/g) ?? [];
  return utf8(ARMOUR_BEGIN + rows.map((row) => row + "\n").join("") + ARMOUR_END);
}

/** The blob of a text form; any byte that `armour` would not have written is refused. */
export function unarmour(data: Uint8Array): Bytes {
  const text = fromAscii(data) ?? "";
  if (!text.startsWith(ARMOUR_BEGIN) || !text.endsWith(ARMOUR_END)) {
    throw new SignatureError("not an armoured SSH signature");
  }
  const blob = fromBase64(text.slice(ARMOUR_BEGIN.length, -ARMOUR_END.length).replaceAll("\n", ""));
  if (blob === undefined || !equal(armour(blob), data)) {
    throw new SignatureError("not the armour that ssh-keygen writes");
  }
  return blob;
}

/** Reads the length-prefixed strings of OpenSSH's wire format. */
class Reader {
  private at = 0;

  constructor(private readonly data: Uint8Array) {}

  string(): Bytes {
    const start = this.at + 4;
    if (start > this.data.length) throw new SignatureError("cut off");
    const view = new DataView(this.data.buffer, this.data.byteOffset + this.at, 4);
    const end = start + view.getUint32(0);
    if (end > this.data.length) throw new SignatureError("cut off");
    this.at = end;
    return this.data.slice(start, end) as Bytes;
  }

  end(): void {
    if (this.at !== this.data.length) throw new SignatureError("bytes behind the end");
  }
}
