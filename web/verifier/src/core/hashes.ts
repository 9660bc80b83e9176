/** Hashes: streamed SHA-256 and CRC-32, and short ones at once. */

import { createCRC32, createHMAC, createSHA1, createSHA256, createSHA512, pbkdf2 } from "hash-wasm";
import type { IHasher } from "hash-wasm/dist/lib/WASMInterface";

import type { Bytes } from "./bytes";

export type { IHasher };

let short256: IHasher;
let short512: IHasher;
let long256: IHasher;
let long32: IHasher;

/** Has to be awaited once before anything else here is used. */
export async function prepare(): Promise<void> {
  [short256, short512, long256, long32] = await Promise.all([
    createSHA256(),
    createSHA512(),
    createSHA256(),
    createCRC32(),
  ]);
}

export function sha256(data: Uint8Array): string {
  return short256.init().update(data).digest("hex");
}

export function sha256Bytes(data: Uint8Array): Bytes {
  return short256.init().update(data).digest("binary") as Bytes;
}

export function sha512(data: Uint8Array): Bytes {
  return short512.init().update(data).digest("binary") as Bytes;
}

/** SHA-256, CRC-32 and length of a stream; only one is open at a time. */
export class Tally {
  sizeBytes = 0;
  sha256 = "";
  crc32 = "";

  constructor() {
    long256.init();
    long32.init();
  }

  add(piece: Uint8Array): void {
    long256.update(piece);
    long32.update(piece);
    this.sizeBytes += piece.length;
  }

  /** To be called once, when the stream has ended or broken off. */
  end(): this {
    this.sha256 = long256.digest("hex");
    this.crc32 = long32.digest("hex");
    return this;
  }
}

export function streamedSha256(): Promise<IHasher> {
  return createSHA256();
}

export function hmacSha1(key: Uint8Array): Promise<IHasher> {
  return createHMAC(createSHA1(), key);
}

/** Source: WinZip AE-2, RFC 2898: 1000 rounds of HMAC-SHA1. */
export async function derive(passphrase: Uint8Array, salt: Uint8Array, bytes: number): Promise<Uint8Array> {
  return pbkdf2({
    password: passphrase,
    salt,
    iterations: 1000,
    hashLength: bytes,
    hashFunction: createSHA1(),
    outputType: "binary",
  });
}
