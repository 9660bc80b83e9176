/** The few instructions of WebAssembly that the cipher needs, and the module around them. */

/** Machine code, as the bytes it is. */
export type Code = number[];

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;
const NOTHING = 0x40;

export function unsigned(value: number): Code {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  return (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40) ? [low] : [low | 0x80, ...signed(rest)];
}

const simd = (code: number): Code => [0xfd, ...unsigned(code)];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const section = (id: number, entries: Code[]): Code => [id, ...sized([...unsigned(entries.length), ...entries.flat()])];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const i64 = (value: number): Code => [0x42, ...signed(value)];
export const addI32 = (one: Code, other: Code): Code => [...one, ...other, 0x6a];
export const addI64 = (one: Code, other: Code): Code => [...one, ...other, 0x7c];
export const load = (address: Code, offset = 0): Code => [...address, ...simd(0), 4, ...unsigned(offset)];
export const store = (address: Code, value: Code, offset = 0): Code => [
  ...address, ...value, ...simd(11), 4, ...unsigned(offset),
];
export const xor = (one: Code, other: Code): Code => [...one, ...other, ...simd(81)];
export const and = (one: Code, other: Code): Code => [...one, ...other, ...simd(78)];
export const zero: Code = [...simd(12), ...new Array<number>(16).fill(0)];
export const everywhere = (byte: number): Code => [...simd(12), ...new Array<number>(16).fill(byte)];
/** The lower half of a vector becomes this 64-bit number. */
export const withLow = (vector: Code, value: Code): Code => [...vector, ...value, ...simd(30), 0];
export const left = (vector: Code, bits: number): Code => [...vector, ...i32(bits), ...simd(203)];
export const right = (vector: Code, bits: number): Code => [...vector, ...i32(bits), ...simd(205)];
/** Byte `at` of the result is byte `from[at]` of the vector. */
export const shuffled = (vector: Code, from: readonly number[]): Code => [...vector, ...vector, ...simd(13), ...from];
/** Runs its body again as long as the condition, asked at its end, is not 0. */
export const loop = (body: Code, condition: Code): Code => [0x03, NOTHING, ...body, ...condition, 0x0d, 0, 0x0b];
export const differs = (one: Code, other: Code): Code => [...one, ...other, 0x47];

/** A module with one function `run` over a memory of its own; `parameters` are followed by the given locals. */
export function moduleOf(parameters: number[], locals: [number, number][], body: Code, pages: number): Uint8Array<ArrayBuffer> {
  const name = (text: string): Code => sized([...text].map((sign) => sign.charCodeAt(0)));
  const declared = [...unsigned(locals.length), ...locals.flatMap(([count, type]) => [...unsigned(count), type])];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...sized(parameters), 0]]),
    ...section(3, [[0]]),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [[...name("run"), 0, 0], [...name("memory"), 2, 0]]),
    ...section(10, [sized([...declared, ...body, 0x0b])]),
  ]);
}
