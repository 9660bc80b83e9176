/** The stream of the inner archive, out of its locked shell or as it lies there, read front to back in flat memory. */

import { crypter, type Crypt } from "./aes";
import { equal, joined, utf8, type Bytes } from "./bytes";
import { derive } from "./hashes";
import { Reading, Unlocking, PIECE_BYTES, bytesOf, type Keys, type Pieces, type Stretch } from "./pieces";
import { Unchecked } from "./trouble";
import {
  FormError,
  LOCAL_HEADER_BYTES,
  directory,
  localHeader,
  memberOf,
  parseLocal,
  sizeOf,
  type Member,
} from "./zipform";

const OUTER_MEMBER = "evidence.zip";
const SALT_BYTES = 16;
const CHECK_BYTES = 2;
const CODE_BYTES = 10;
const KEY_BYTES = 32;
const BLOCK_BYTES = 16;
const RESEMBLES = 0.6;
// What ZIP64 adds: a field in the local header and one in the directory; end records beyond 4 GiB.
const ZIP64_BYTES = 20n + 20n;
const END64_BYTES = 56n + 20n;

/** Where the work is done: here, or in threads of their own. */
export type Engine = (stretch: Stretch, keys: Keys | undefined) => Pieces;

export const inlineEngine: Engine = (stretch, keys) => {
  const reading = new Reading(stretch);
  return keys === undefined ? reading : new Unlocking(reading, keys);
};

/** A stream of pieces that is read in stretches of any length. */
export abstract class Inner {
  private ready: Uint8Array = new Uint8Array();
  /** How many bytes of the stream were handed out. */
  position = 0;
  /** SHA-256 of the whole file, once the stream has ended, if it was wanted. */
  digest: string | undefined;

  constructor(protected readonly pieces: Pieces) {}

  /** Read to the end and say whether the authentication code holds. */
  abstract authentic(): Promise<boolean>;
  /** Whether what stands behind the member is what our writer writes. */
  abstract trailerIntact(): Promise<boolean>;
  /** A stretch of the stream, read again. */
  abstract again(from: number, to: number): Promise<Bytes>;

  async read(size: number): Promise<Uint8Array> {
    if (this.ready.length === 0) this.ready = await this.pieces.next();
    const taken = this.ready.subarray(0, size);
    this.ready = this.ready.subarray(taken.length);
    this.position += taken.length;
    return taken;
  }

  /** So many bytes, or fewer at the end. */
  async exactly(size: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let left = size;
    while (left > 0) {
      const piece = await this.read(left);
      if (piece.length === 0) break;
      parts.push(piece);
      left -= piece.length;
    }
    return joined(parts);
  }
}

/** An `evidence.zip` that was taken out of its shell. */
class Plain extends Inner {
  constructor(
    private readonly file: Blob,
    engine: Engine,
  ) {
    super(engine({ file, from: 0, to: file.size, digest: false }, undefined));
  }

  authentic(): Promise<boolean> {
    return Promise.resolve(true);
  }

  trailerIntact(): Promise<boolean> {
    return Promise.resolve(true);
  }

  again(from: number, to: number): Promise<Bytes> {
    return bytesOf(this.file, from, to);
  }
}

/** The one encrypted member. Nothing of it may be shown before `authentic` was asked. */
class Locked extends Inner {
  private readonly start: number;
  private readonly stop: number;
  private crypt: Crypt | undefined;

  constructor(
    private readonly file: Blob,
    private readonly outer: Member,
    private readonly keys: Keys,
    engine: Engine,
    digest: boolean,
  ) {
    const start = localHeader(outer).length + SALT_BYTES + CHECK_BYTES;
    const stop = start + Number(outer.sizeBytes);
    super(engine({ file, from: start, to: stop, digest }, keys));
    this.start = start;
    this.stop = stop;
  }

  async authentic(): Promise<boolean> {
    while ((await this.read(PIECE_BYTES)).length > 0);
    const { code, digest } = await this.pieces.end();
    const found = await bytesOf(this.file, this.stop, this.stop + CODE_BYTES);
    if (found.length < CODE_BYTES) throw new Unchecked("archive-cut");
    this.digest = digest;
    return code !== undefined && equal(code.subarray(0, CODE_BYTES), found);
  }

  async trailerIntact(): Promise<boolean> {
    const expected = directory([this.outer]);
    const from = this.stop + CODE_BYTES;
    return equal(await bytesOf(this.file, from, from + expected.length + 1), expected);
  }

  async again(from: number, to: number): Promise<Bytes> {
    const first = from - (from % BLOCK_BYTES);
    const piece = await bytesOf(this.file, this.start + first, Math.min(this.start + to, this.stop));
    this.crypt ??= crypter(this.keys.cipher);
    return this.crypt(piece, first / BLOCK_BYTES).subarray(from - first);
  }
}

export interface Shell {
  inner: Inner;
  /** What is wrong with the shell although it could be opened. */
  problems: string[];
  locked: boolean;
}

/** Whether a file is an `evidence.zip` without its shell; a changed header of its first member is no obstacle. */
export async function looksPlain(file: Blob): Promise<boolean> {
  const head = await bytesOf(file, 0, 256);
  const text = String.fromCharCode(...head);
  return /^PK/.test(text) && !text.slice(26, 50).includes(OUTER_MEMBER) && /bagit\.txt|BagIt-Version: 1\.0/.test(text);
}

/** Open a file; with `digest` the whole of it is hashed on the way. */
export async function openShell(file: Blob, passphrase: string, engine: Engine, digest: boolean): Promise<Shell> {
  if (await looksPlain(file)) return { inner: new Plain(file, engine), problems: [], locked: false };
  const problems: string[] = [];
  let member: Member;
  try {
    member = await outerMember(file);
    if (BigInt(file.size) > sizeOf([member])) problems.push("archive-bytes-behind");
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    member = await meant(file);
    problems.push("archive-header-changed");
  }
  const keys = await unlocked(file, localHeader(member).length, passphrase);
  return { inner: new Locked(file, member, keys, engine, digest), problems, locked: true };
}

async function unlocked(file: Blob, at: number, passphrase: string): Promise<Keys> {
  const head = await bytesOf(file, at, at + SALT_BYTES + CHECK_BYTES);
  if (head.length < SALT_BYTES + CHECK_BYTES) throw new Unchecked("archive-cut");
  const derived = await derive(utf8(passphrase), head.subarray(0, SALT_BYTES), 2 * KEY_BYTES + CHECK_BYTES);
  if (!equal(derived.subarray(2 * KEY_BYTES), head.subarray(SALT_BYTES))) throw new Unchecked("archive-passphrase");
  return { cipher: derived.slice(0, KEY_BYTES), code: derived.slice(KEY_BYTES, 2 * KEY_BYTES) };
}

/** Read the outer local header. */
async function outerMember(file: Blob): Promise<Member> {
  const head = await bytesOf(file, 0, LOCAL_HEADER_BYTES);
  if (head.length < LOCAL_HEADER_BYTES) throw new Unchecked("archive-cut");
  const [nameBytes, extraBytes] = parseLocal(head);
  const whole = await bytesOf(file, 0, LOCAL_HEADER_BYTES + nameBytes + extraBytes);
  if (whole.length < LOCAL_HEADER_BYTES + nameBytes + extraBytes) throw new Unchecked("archive-cut");
  const member = memberOf(whole);
  if (member.name !== OUTER_MEMBER || !member.encrypted || member.crc32 !== 0) {
    throw new FormError("not the one encrypted member of a sealed archive");
  }
  if (BigInt(file.size) < sizeOf([member])) throw new Unchecked("archive-cut");
  return member;
}

/** The one member that an archive of this length can have, if its header still resembles ours. */
async function meant(file: Blob): Promise<Member> {
  const size = BigInt(file.size);
  const of = (sizeBytes: bigint): Member => ({ name: OUTER_MEMBER, sizeBytes, crc32: 0, encrypted: true });
  const empty = sizeOf([of(0n)]);
  for (const overhead of [empty, empty + ZIP64_BYTES, empty + ZIP64_BYTES + END64_BYTES]) {
    const member = of(size > overhead ? size - overhead : 0n);
    const header = localHeader(member);
    const found = await bytesOf(file, 0, header.length);
    const alike = header.reduce((sum, byte, at) => sum + (byte === found[at] ? 1 : 0), 0);
    if (sizeOf([member]) === size && alike >= RESEMBLES * header.length) return member;
  }
  throw new Unchecked("archive-not-ours");
}
