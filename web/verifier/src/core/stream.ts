/** The stream of the inner archive, out of its locked shell or as it lies there, read front to back in flat memory. */

import { crypter, type Crypt } from "./aes";
import { equal, joined, utf8, type Bytes } from "./bytes";
import { derive, hmacSha1, type IHasher } from "./hashes";
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
export const PIECE_BYTES = 1 << 20;
const RESEMBLES = 0.6;
// What ZIP64 adds: a field in the local header and one in the directory; end records beyond 4 GiB.
const ZIP64_BYTES = 20n + 20n;
const END64_BYTES = 56n + 20n;

/** The file ends too early. */
export class CutError extends Error {}
/** The two check bytes do not fit: another passphrase, or a damaged salt. */
export class PassphraseError extends Error {}
/** The file was not written by this kit. */
export class NotOursError extends Error {}
/** The browser could not read the file. */
export class UnreadableError extends Error {}

/** Where the work is done: here, or in threads of their own. */
export interface Engine {
  /** How many pieces may be under way at once. */
  readonly ahead: number;
  crypt(key: Bytes): Crypt;
}

export const inlineEngine: Engine = {
  ahead: 1,
  crypt: (key) => {
    const crypt = crypter(key);
    return (data, firstBlock) => Promise.resolve(crypt(data, firstBlock));
  },
};

export async function bytesOf(file: Blob, from: number, to: number): Promise<Bytes> {
  try {
    return new Uint8Array(await file.slice(from, to).arrayBuffer());
  } catch {
    throw new UnreadableError();
  }
}

/** A stream of pieces that is read in stretches of any length. */
export abstract class Inner {
  private ready: Uint8Array = new Uint8Array();
  /** How many bytes of the stream were handed out. */
  position = 0;

  /** The next piece, empty at the end. */
  protected abstract next(): Promise<Uint8Array>;
  /** Read to the end and say whether the authentication code holds. */
  abstract authentic(): Promise<boolean>;
  /** Whether what stands behind the member is what our writer writes. */
  abstract trailerIntact(): Promise<boolean>;
  /** A stretch of the stream, read again. */
  abstract again(from: number, to: number): Promise<Uint8Array>;

  async read(size: number): Promise<Uint8Array> {
    if (this.ready.length === 0) this.ready = await this.next();
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
  private at = 0;

  constructor(private readonly file: Blob) {
    super();
  }

  protected async next(): Promise<Uint8Array> {
    const piece = await bytesOf(this.file, this.at, this.at + PIECE_BYTES);
    this.at += piece.length;
    return piece;
  }

  authentic(): Promise<boolean> {
    return Promise.resolve(true);
  }

  trailerIntact(): Promise<boolean> {
    return Promise.resolve(true);
  }

  again(from: number, to: number): Promise<Uint8Array> {
    return bytesOf(this.file, from, to);
  }
}

/** The one encrypted member. Nothing of it may be shown before `authentic` was asked. */
class Locked extends Inner {
  private readonly waiting: Promise<Bytes>[] = [];
  private asked = 0;
  private readonly end: number;
  private lastRead: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly file: Blob,
    private readonly outer: Member,
    private readonly start: number,
    private readonly ahead: number,
    private readonly crypt: Crypt,
    private readonly code: IHasher,
  ) {
    super();
    this.end = start + Number(outer.sizeBytes);
  }

  protected async next(): Promise<Uint8Array> {
    while (this.waiting.length <= this.ahead && this.start + this.asked < this.end) {
      const from = this.start + this.asked;
      const to = Math.min(from + PIECE_BYTES, this.end);
      const block = this.asked / BLOCK_BYTES;
      this.asked += to - from;
      this.waiting.push(this.unlock(from, to, block));
    }
    return (await this.waiting.shift()) ?? new Uint8Array();
  }

  /** Read, authenticate in order, decrypt in any order. */
  private unlock(from: number, to: number, block: number): Promise<Bytes> {
    const reading = this.lastRead.then(async () => {
      const piece = await bytesOf(this.file, from, to);
      if (piece.length === 0) throw new CutError();
      this.code.update(piece);
      return piece;
    });
    this.lastRead = reading;
    const unlocked = reading.then((piece) => this.crypt(piece, block));
    unlocked.catch(() => undefined);
    return unlocked;
  }

  async authentic(): Promise<boolean> {
    while ((await this.read(PIECE_BYTES)).length > 0);
    const found = await bytesOf(this.file, this.end, this.end + CODE_BYTES);
    if (found.length < CODE_BYTES) throw new CutError();
    return equal((this.code.digest("binary") as Bytes).subarray(0, CODE_BYTES), found);
  }

  async trailerIntact(): Promise<boolean> {
    const expected = directory([this.outer]);
    const from = this.end + CODE_BYTES;
    return equal(await bytesOf(this.file, from, from + expected.length + 1), expected);
  }

  async again(from: number, to: number): Promise<Uint8Array> {
    const first = from - (from % BLOCK_BYTES);
    const piece = await bytesOf(this.file, this.start + first, Math.min(this.start + to, this.end));
    return (await this.crypt(piece, first / BLOCK_BYTES)).subarray(from - first);
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

export async function openShell(file: Blob, passphrase: string, engine: Engine): Promise<Shell> {
  if (await looksPlain(file)) return { inner: new Plain(file), problems: [], locked: false };
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
  const at = localHeader(member).length;
  const head = await bytesOf(file, at, at + SALT_BYTES + CHECK_BYTES);
  if (head.length < SALT_BYTES + CHECK_BYTES) throw new CutError();
  const derived = await derive(utf8(passphrase), head.subarray(0, SALT_BYTES), 2 * KEY_BYTES + CHECK_BYTES);
  if (!equal(derived.subarray(2 * KEY_BYTES), head.subarray(SALT_BYTES))) throw new PassphraseError();
  const code = await hmacSha1(derived.subarray(KEY_BYTES, 2 * KEY_BYTES));
  code.init();
  const crypt = engine.crypt(derived.slice(0, KEY_BYTES) as Bytes);
  const start = at + SALT_BYTES + CHECK_BYTES;
  return { inner: new Locked(file, member, start, engine.ahead, crypt, code), problems, locked: true };
}

/** Read the outer local header. */
async function outerMember(file: Blob): Promise<Member> {
  const head = await bytesOf(file, 0, LOCAL_HEADER_BYTES);
  if (head.length < LOCAL_HEADER_BYTES) throw new CutError();
  const [nameBytes, extraBytes] = parseLocal(head);
  const whole = await bytesOf(file, 0, LOCAL_HEADER_BYTES + nameBytes + extraBytes);
  if (whole.length < LOCAL_HEADER_BYTES + nameBytes + extraBytes) throw new CutError();
  const member = memberOf(whole);
  if (member.name !== OUTER_MEMBER || !member.encrypted || member.crc32 !== 0) {
    throw new FormError("not the one encrypted member of a sealed archive");
  }
  if (BigInt(file.size) < sizeOf([member])) throw new CutError();
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
  throw new NotOursError();
}
