/** WinZip's AES-256 counter mode: the counter is little-endian and begins at 1. */

import { unsafe } from "@noble/ciphers/aes.js";

import type { Bytes } from "./bytes";

const BLOCK_BYTES = 16;
const BLOCKS_A_ROUND = 2 ** 32;

/** Turns a stretch of the stream, which begins at a block, into its other form, in place. */
export type Crypt = (data: Bytes, firstBlock: number) => Promise<Bytes>;

export function crypter(key: Uint8Array): (data: Bytes, firstBlock: number) => Bytes {
  const expanded = unsafe.expandKeyLE(key);
  return (data, firstBlock) => {
    for (let at = 0; at < data.length; ) {
      // The library counts in 32 bits; what lies above them is ours to carry.
      const number = firstBlock + at / BLOCK_BYTES + 1;
      const low = number % BLOCKS_A_ROUND;
      const counter = new Uint8Array(BLOCK_BYTES);
      new DataView(counter.buffer).setUint32(0, low, true);
      new DataView(counter.buffer).setUint32(4, Math.floor(number / BLOCKS_A_ROUND), true);
      const until = Math.min(data.length, at + (BLOCKS_A_ROUND - low) * BLOCK_BYTES);
      const part = data.subarray(at, until);
      unsafe.ctr32(expanded, true, counter, part, part);
      at = until;
    }
    return data;
  };
}
