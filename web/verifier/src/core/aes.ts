/**
 * WinZip's AES-256 counter mode: the counter is little-endian and begins at 1, so that WebCrypto cannot do it.
 *
 * Eight blocks are encrypted at once: vector i holds bit i of every byte of the eight, byte by byte in the order of a
 * block. Moving bytes is then a shuffle, and the S-box a circuit. The module is put together when it is first needed.
 *
 * Source: FIPS 197; E. Käsper, P. Schwabe, "Faster and Timing-Attack Resistant AES-GCM", 2009.
 */

import type { Bytes } from "./bytes";
import { SBOX, substitute } from "./sbox";
import * as wasm from "./wasm";
import type { Code } from "./wasm";

const BLOCK_BYTES = 16;
const ROUNDS = 14;
const BITS = 8;
const GROUP_BYTES = BITS * BLOCK_BYTES;
const ROUND_KEY_BYTES = BITS * BLOCK_BYTES;
const DATA_AT = 2048;
const MOST_BYTES = 1 << 20;
const PAGE_BYTES = 65536;

// Parameters, then locals: the eight vectors, eight more beside them, two for a moment, and every wire of the circuit.
const [AT, END, COUNTER, KEY] = [0, 1, 2, 3];
const STATE = 4;
const OTHER = STATE + BITS;
const TEMPORARY = OTHER + BITS;
const WIRES = TEMPORARY + 2;

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const vector = (at: number): number => STATE + at;
const other = (at: number): number => OTHER + at;

/** Where a byte comes from when the rows have been shifted and each column then turned up by so many rows. */
const shifted = (up: number): number[] =>
  range(BLOCK_BYTES).map((at) => {
    const row = ((at & 3) + up) & 3;
    return ((((at >> 2) + row) & 3) << 2) | row;
  });
const turned = (up: number): number[] => range(BLOCK_BYTES).map((at) => (at & 12) | ((at + up) & 3));

/** Blocks to bits, and back: an 8 by 8 matrix of bits in every byte is turned over. */
function transposed(): Code {
  const steps = [[1, 0x55], [2, 0x33], [4, 0x0f]] as const;
  return steps.flatMap(([distance, mask]) =>
    range(BITS)
      .filter((at) => (at & distance) === 0)
      .flatMap((at) => {
        const [low, high] = [wasm.get(vector(at)), wasm.get(vector(at + distance))];
        const crossed = wasm.and(wasm.xor(wasm.right(low, distance), high), wasm.everywhere(mask));
        return [
          ...wasm.set(TEMPORARY, crossed),
          ...wasm.set(vector(at + distance), wasm.xor(high, wasm.get(TEMPORARY))),
          ...wasm.set(vector(at), wasm.xor(low, wasm.left(wasm.get(TEMPORARY), distance))),
        ];
      }),
  );
}

/** Every byte of every block through the S-box; the constant 0x63 is in the keys. */
function substituted(): Code {
  const wires = new Map<string, number>();
  const local = (name: string): number => {
    const bit = BITS - 1 - Number(name.slice(1));
    if (name.startsWith("u")) return vector(bit);
    if (name.startsWith("s")) return other(bit);
    if (!wires.has(name)) wires.set(name, WIRES + wires.size);
    return wires.get(name) as number;
  };
  return SBOX.flatMap(({ to, one, and, other: second }) => {
    const [left, right] = [wasm.get(local(one)), wasm.get(local(second))];
    return wasm.set(local(to), and ? wasm.and(left, right) : wasm.xor(left, right));
  });
}

const WIRE_COUNT = new Set(SBOX.map(({ to }) => to).filter((to) => !to.startsWith("s"))).size;
const key = (bit: number): Code => wasm.load(wasm.get(KEY), bit * BLOCK_BYTES);

/** Rows shifted, columns mixed, key added: from `other` to `vector`. */
function mixed(): Code {
  const [straight, up] = [shifted(0), shifted(1)];
  const code: Code = [];
  // a + (a turned up by one) in `other`, and the latter in `vector` with the key.
  for (const bit of range(BITS)) {
    const from = wasm.get(other(bit));
    code.push(...wasm.set(TEMPORARY, wasm.shuffled(from, up)));
    code.push(...wasm.set(other(bit), wasm.xor(wasm.shuffled(from, straight), wasm.get(TEMPORARY))));
    code.push(...wasm.set(vector(bit), wasm.xor(wasm.get(TEMPORARY), key(bit))));
  }
  for (const bit of range(BITS)) {
    const doubled = wasm.get(other((bit + BITS - 1) % BITS));
    const sum = wasm.xor(wasm.xor(wasm.get(vector(bit)), doubled), wasm.shuffled(wasm.get(other(bit)), turned(2)));
    const reduced = bit === 1 || bit === 3 || bit === 4 ? wasm.xor(sum, wasm.get(other(BITS - 1))) : sum;
    code.push(...wasm.set(vector(bit), reduced));
  }
  return code;
}

function program(): Code {
  const counters = range(BITS).flatMap((at) =>
    wasm.set(vector(at), wasm.withLow(wasm.zero, wasm.addI64(wasm.get(COUNTER), wasm.i64(at)))),
  );
  const nextKey = wasm.set(KEY, wasm.addI32(wasm.get(KEY), wasm.i32(ROUND_KEY_BYTES)));
  const first = range(BITS).flatMap((bit) => wasm.set(vector(bit), wasm.xor(wasm.get(vector(bit)), key(bit))));
  const round = [...substituted(), ...mixed(), ...nextKey];
  const last = range(BITS).flatMap((bit) =>
    wasm.set(vector(bit), wasm.xor(wasm.shuffled(wasm.get(other(bit)), shifted(0)), key(bit))),
  );
  const out = range(BITS).flatMap((at) => {
    const offset = at * BLOCK_BYTES;
    return wasm.store(wasm.get(AT), wasm.xor(wasm.load(wasm.get(AT), offset), wasm.get(vector(at))), offset);
  });
  const group = [
    ...counters, ...transposed(), ...wasm.set(KEY, wasm.i32(0)), ...first, ...nextKey,
    ...wasm.loop(round, wasm.differs(wasm.get(KEY), wasm.i32(ROUNDS * ROUND_KEY_BYTES))),
    ...substituted(), ...last, ...transposed(), ...out,
    ...wasm.set(COUNTER, wasm.addI64(wasm.get(COUNTER), wasm.i64(BITS))),
    ...wasm.set(AT, wasm.addI32(wasm.get(AT), wasm.i32(GROUP_BYTES))),
  ];
  return wasm.loop(group, wasm.differs(wasm.get(AT), wasm.get(END)));
}

/** The round keys: bit `i` of every byte in vector `i`, as a byte of zeros or of ones. */
function keysOf(secret: Uint8Array): Uint8Array {
  const box = Uint8Array.from(range(256), substitute);
  const words = new Uint8Array((ROUNDS + 1) * BLOCK_BYTES);
  words.set(secret);
  for (let at = secret.length, power = 1; at < words.length; at += 4) {
    let word = [...words.subarray(at - 4, at)];
    if (at % 32 === 0) word = [...word.slice(1), ...word.slice(0, 1)];
    if (at % 16 === 0) word = word.map((byte) => box[byte] as number);
    if (at % 32 === 0) {
      word[0] = (word[0] as number) ^ power;
      power <<= 1;
    }
    word.forEach((byte, more) => (words[at + more] = byte ^ (words[at + more - 32] as number)));
  }
  const planes = new Uint8Array((ROUNDS + 1) * ROUND_KEY_BYTES);
  words.forEach((byte, at) => {
    const [round, place] = [Math.floor(at / BLOCK_BYTES), at % BLOCK_BYTES];
    const added = round === 0 ? byte : byte ^ 0x63;
    for (const bit of range(BITS)) {
      planes[round * ROUND_KEY_BYTES + bit * BLOCK_BYTES + place] = (added >> bit) & 1 ? 0xff : 0;
    }
  });
  return planes;
}

let compiled: WebAssembly.Module | undefined;

/** Turns a stretch of the stream, which begins at a block, into its other form, in place. */
export type Crypt = (data: Bytes, firstBlock: number) => Bytes;

export function crypter(secret: Uint8Array): Crypt {
  const locals: [number, number][] = [[1, wasm.I32], [2 * BITS + 2 + WIRE_COUNT, wasm.V128]];
  const parameters = [wasm.I32, wasm.I32, wasm.I64];
  const pages = Math.ceil((DATA_AT + MOST_BYTES) / PAGE_BYTES);
  compiled ??= new WebAssembly.Module(wasm.moduleOf(parameters, locals, program(), pages));
  const made = new WebAssembly.Instance(compiled).exports;
  const run = made.run as (at: number, end: number, counter: bigint) => void;
  const memory = new Uint8Array((made.memory as WebAssembly.Memory).buffer);
  memory.set(keysOf(secret));
  return (data, firstBlock) => {
    for (let from = 0; from < data.length; from += MOST_BYTES) {
      const piece = data.subarray(from, from + MOST_BYTES);
      memory.set(piece, DATA_AT);
      const end = DATA_AT + Math.ceil(piece.length / GROUP_BYTES) * GROUP_BYTES;
      run(DATA_AT, end, BigInt(firstBlock + from / BLOCK_BYTES + 1));
      piece.set(memory.subarray(DATA_AT, DATA_AT + piece.length));
    }
    return data;
  };
}
