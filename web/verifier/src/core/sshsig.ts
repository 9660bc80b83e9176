/** SSHSIG with Ed25519, in the one form that is written here. Source: PROTOCOL.sshsig of OpenSSH. */

import { ed25519 } from "@noble/curves/ed25519.js";

import { base64, equal, fromAscii, fromBase64, joined, uint32, utf8, type Bytes } from "./bytes";
import { sha256Bytes, sha512 } from "./hashes";
import { isSound } from "./points";

export const CHECKPOINT_NAMESPACE = "evidence-kit";
export const SEAL_NAMESPACE = "evidence-kit-seal";
export const ARCHIVE_NAMESPACE = "evidence-kit-archive";

const MAGIC = utf8("SSHSIG");
const KEY_TYPE = utf8("ssh-ed25519");
const HASH = utf8("sha512");
const NOTHING = new Uint8Array();
const ARMOUR_BEGIN = "-----BEGIN SSH SIGNATURE-----\n";
const ARMOUR_END = "-----END SSH SIGNATURE-----\n";

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
  if (!isSound(raw)) throw new SignatureError("a key that proves nothing");
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

/** Read `ssh-ed25519 AAAA…` in the one spelling that a log has for a key: no comment, no other base64. */
export function parseKey(text: unknown): PublicKey {
  const [type = "", encoded = ""] = typeof text === "string" ? text.split(" ") : [];
  const blob = type === "ssh-ed25519" ? fromBase64(encoded) : undefined;
  if (blob === undefined) throw new SignatureError("not an ssh-ed25519 public key");
  const key = keyFromBlob(blob);
  if (key.line !== text) throw new SignatureError("a key is its type and its bytes in base64");
  return key;
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
  // The first half is a point too, and of small order it needs no secret.
  if (signature.namespace !== namespace || !isSound(signature.raw.subarray(0, 32))) return false;
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
    return exactly(signature, wrapped);
  } catch {
    return false;
  }
}

/**
 * The equation without its cofactor, as OpenSSL and OpenSSH have it: the library's own takes more signatures, and two
 * verifiers that differ in one are no two verifiers.
 */
function exactly({ key, raw }: Signature, wrapped: Bytes): boolean {
  const { Point } = ed25519;
  const half = raw.subarray(0, 32);
  const scalar = number(raw.subarray(32));
  if (scalar >= Point.Fn.ORDER) return false;
  const challenge = number(sha512(joined([half, key.raw, wrapped]))) % Point.Fn.ORDER;
  const point = Point.BASE.multiplyUnsafe(scalar).subtract(Point.fromBytes(key.raw).multiplyUnsafe(challenge));
  return equal(point.toBytes(), half);
}

/** The number that bytes write, the least of them first. */
function number(data: Uint8Array): bigint {
  return data.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
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
