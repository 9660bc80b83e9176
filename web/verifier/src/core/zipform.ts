/** The one form of our zip headers (FORMAT.md, 6.2), rebuilt byte by byte. */

import { equal, fromAscii, joined, utf8, type Bytes } from "./bytes";

export const LOCAL_HEADER_BYTES = 30;
const FULL32 = 0xffffffff;
const FULL16 = 0xffff;
const DATE_1980 = 0x0021;
const UNIX_FILE_0644 = 0x81a40000;
const LOCAL_MAGIC = 0x04034b50;
const CENTRAL_MAGIC = 0x02014b50;
const END_MAGIC = 0x06054b50;
const END64_MAGIC = 0x06064b50;
const LOCATOR64_MAGIC = 0x07064b50;
const AES_EXTRA = new Uint8Array([0x01, 0x99, 7, 0, 2, 0, 0x41, 0x45, 3, 0, 0]);
const AES_OVERHEAD_BYTES = 28n;

/** Bytes that our writer would not have written. */
export class FormError extends Error {}

export interface Member {
  name: string;
  sizeBytes: bigint;
  crc32: number;
  encrypted: boolean;
}

/** Little-endian fields one behind the other; a bigint is a field of 8 bytes. */
class Fields {
  private readonly parts: number[] = [];

  u16(...values: number[]): this {
    for (const value of values) this.parts.push(value & 255, (value >>> 8) & 255);
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) {
      this.parts.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255);
    }
    return this;
  }

  u64(...values: bigint[]): this {
    for (const value of values) {
      for (let at = 0n; at < 64n; at += 8n) this.parts.push(Number((value >> at) & 255n));
    }
    return this;
  }

  get bytes(): Bytes {
    return Uint8Array.from(this.parts);
  }
}

export function packedBytes(member: Member): bigint {
  return member.sizeBytes + (member.encrypted ? AES_OVERHEAD_BYTES : 0n);
}

const isLarge = (value: bigint): boolean => value >= BigInt(FULL32);
const short = (value: bigint): number => (isLarge(value) ? FULL32 : Number(value));

export function localHeader(member: Member): Bytes {
  const packed = packedBytes(member);
  const large = isLarge(packed);
  const zip64 = large ? new Fields().u16(1, 16).u64(member.sizeBytes, packed).bytes : new Uint8Array();
  const extra = joined([zip64, member.encrypted ? AES_EXTRA : new Uint8Array()]);
  const name = utf8(member.name);
  const head = new Fields()
    .u32(LOCAL_MAGIC)
    .u16(large ? 45 : 20, member.encrypted ? 1 : 0, member.encrypted ? 99 : 0, 0, DATE_1980)
    .u32(member.crc32, large ? FULL32 : Number(packed), large ? FULL32 : Number(member.sizeBytes))
    .u16(name.length, extra.length);
  return joined([head.bytes, name, extra]);
}

function centralEntry(member: Member, offset: bigint): Bytes {
  const packed = packedBytes(member);
  const large = isLarge(packed);
  const far = isLarge(offset);
  const longs = [...(large ? [member.sizeBytes, packed] : []), ...(far ? [offset] : [])];
  const zip64 = longs.length > 0 ? new Fields().u16(1, 8 * longs.length).u64(...longs).bytes : new Uint8Array();
  const extra = joined([zip64, member.encrypted ? AES_EXTRA : new Uint8Array()]);
  const name = utf8(member.name);
  const version = longs.length > 0 ? 45 : 20;
  const head = new Fields()
    .u32(CENTRAL_MAGIC)
    .u16(0x0300 | version, version, member.encrypted ? 1 : 0, member.encrypted ? 99 : 0, 0, DATE_1980)
    .u32(member.crc32, large ? FULL32 : Number(packed), large ? FULL32 : Number(member.sizeBytes))
    .u16(name.length, extra.length, 0, 0, 0)
    .u32(UNIX_FILE_0644, far ? FULL32 : Number(offset));
  return joined([head.bytes, name, extra]);
}

function endRecords(count: number, directoryBytes: bigint, offset: bigint): Bytes {
  const end64 = new Fields();
  if (count >= FULL16 || isLarge(directoryBytes) || isLarge(offset)) {
    end64
      .u32(END64_MAGIC)
      .u64(44n)
      .u16(0x0300 | 45, 45)
      .u32(0, 0)
      .u64(BigInt(count), BigInt(count), directoryBytes, offset)
      .u32(LOCATOR64_MAGIC, 0)
      .u64(offset + directoryBytes)
      .u32(1);
  }
  const entries = Math.min(count, FULL16);
  const end = new Fields()
    .u32(END_MAGIC)
    .u16(0, 0, entries, entries)
    .u32(short(directoryBytes), short(offset))
    .u16(0);
  return joined([end64.bytes, end.bytes]);
}

/** Everything that stands behind the last member. */
export function directory(members: readonly Member[]): Bytes {
  const entries: Bytes[] = [];
  let offset = 0n;
  let length = 0n;
  for (const member of members) {
    const entry = centralEntry(member, offset);
    entries.push(entry);
    length += BigInt(entry.length);
    offset += BigInt(localHeader(member).length) + packedBytes(member);
  }
  return joined([...entries, endRecords(entries.length, length, offset)]);
}

export function sizeOf(members: readonly Member[]): bigint {
  let size = BigInt(directory(members).length);
  for (const member of members) size += BigInt(localHeader(member).length) + packedBytes(member);
  return size;
}

const view = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);

/** How many bytes of name and of extra follow a local header's first 30 bytes. */
export function parseLocal(head: Uint8Array): [number, number] {
  if (head.length !== LOCAL_HEADER_BYTES || view(head).getUint32(0, true) !== LOCAL_MAGIC) {
    throw new FormError("not a local header");
  }
  return [view(head).getUint16(26, true), view(head).getUint16(28, true)];
}

/** The member that a whole local header speaks of; throws when our writer would have written another header. */
export function memberOf(header: Uint8Array): Member {
  const head = header.subarray(0, LOCAL_HEADER_BYTES);
  const [nameBytes, extraBytes] = parseLocal(head);
  const fields = view(head);
  const name = fromAscii(header.subarray(LOCAL_HEADER_BYTES, LOCAL_HEADER_BYTES + nameBytes));
  const extra = header.subarray(LOCAL_HEADER_BYTES + nameBytes);
  let sizeBytes = BigInt(fields.getUint32(22, true));
  if (extraBytes >= 20 && equal(extra.subarray(0, 4), new Uint8Array([1, 0, 16, 0]))) {
    sizeBytes = view(extra).getBigUint64(4, true);
  }
  if (name === undefined) throw new FormError("a name that is not ASCII");
  const member = {
    name,
    sizeBytes,
    crc32: fields.getUint32(14, true),
    encrypted: fields.getUint16(8, true) === 99,
  };
  if (packedBytes(member) >= 1n << 63n || !equal(localHeader(member), header)) {
    throw new FormError("a header that our writer would not have written");
  }
  return member;
}

/** Whether these bytes begin the directory, or the end of an empty archive. */
export function startsDirectory(head: Uint8Array): boolean {
  return head.length >= 4 && [CENTRAL_MAGIC, END_MAGIC, END64_MAGIC].includes(view(head).getUint32(0, true));
}
