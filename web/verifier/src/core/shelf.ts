/** What was checked, read again when somebody asks for it: nothing is handed out that is not what was checked. */

import { EVENTS } from "./bag";
import type { Bytes } from "./bytes";
import type { Bag, Store } from "./contents";
import { sha256, streamedSha256, type IHasher } from "./hashes";
import { PIECE_BYTES, type Ends, type Pieces } from "./pieces";

export class Shelf {
  constructor(
    private readonly store: Store,
    private readonly bag: Bag,
  ) {}

  /** A whole file of the bag; undefined when it is not any more what was checked. */
  async file(name: string): Promise<Bytes | undefined> {
    const tally = this.bag.tallies.get(name);
    if (tally === undefined) return undefined;
    const data = await this.store.stretch(name, 0, tally.sizeBytes);
    return sha256(data) === tally.sha256 ? data : undefined;
  }

  /** The opening of a line; undefined when it is not any more what the line commits to. */
  async opening(line: number): Promise<Bytes | undefined> {
    const event = this.bag.opened.find((each) => each.line === line);
    if (event === undefined) return undefined;
    const data = await this.store.stretch(EVENTS, event.from, event.to);
    return sha256(data) === this.bag.custody?.commitments.get(line) ? data : undefined;
  }

  /** A file of any length; its digest is known at the end. */
  pieces(name: string): Pieces {
    return new Again(this.store, name, this.bag.tallies.get(name)?.sizeBytes ?? 0);
  }
}

class Again implements Pieces {
  private at = 0;
  private hasher: IHasher | undefined;

  constructor(
    private readonly store: Store,
    private readonly name: string,
    private readonly sizeBytes: number,
  ) {}

  async next(): Promise<Bytes> {
    this.hasher ??= (await streamedSha256()).init();
    const to = Math.min(this.at + PIECE_BYTES, this.sizeBytes);
    if (to === this.at) return new Uint8Array();
    const piece = (await this.store.stretch(this.name, this.at, to)).slice();
    this.at = to;
    this.hasher.update(piece);
    return piece;
  }

  end(): Promise<Ends> {
    return Promise.resolve({ digest: this.hasher?.digest("hex") ?? "" });
  }
}
