/** A stream as pieces that are asked for one by one, in this thread or in another. */

import { crypter, type Crypt } from "./aes";
import type { Bytes } from "./bytes";
import { hmacSha1, streamedSha256, type IHasher } from "./hashes";
import { Unchecked, heard, told, type Told } from "./trouble";

export const PIECE_BYTES = 1 << 20;
const BLOCK_BYTES = 16;
// Asked for before they are needed, so that neither side waits for the other; what memory holds is this many pieces.
const AHEAD = 3;

/** What is known of a stream when it has ended. */
export interface Ends {
  /** HMAC-SHA1 of what was encrypted. */
  code?: Bytes;
  /** SHA-256 of the whole file. */
  digest?: string;
}

export interface Pieces {
  /** The next piece, empty at the end. */
  next(): Promise<Bytes>;
  /** To be asked behind the last piece. */
  end(): Promise<Ends>;
}

/** Which stretch of which file, and whether the whole file is to be hashed on the way. */
export interface Stretch {
  file: Blob;
  from: number;
  to: number;
  digest: boolean;
}

export interface Keys {
  cipher: Bytes;
  code: Bytes;
}

export async function bytesOf(file: Blob, from: number, to: number): Promise<Bytes> {
  try {
    return new Uint8Array(await file.slice(from, to).arrayBuffer());
  } catch {
    throw new Unchecked("file-unreadable");
  }
}

/** A stretch of a file, read once from front to back, the next piece while this one is looked at. */
export class Reading implements Pieces {
  private at: number;
  private ahead: Promise<Bytes> | undefined;
  private hasher: IHasher | undefined;

  constructor(private readonly stretch: Stretch) {
    this.at = stretch.from;
  }

  async next(): Promise<Bytes> {
    if (this.stretch.digest && this.hasher === undefined) {
      this.hasher = (await streamedSha256()).init();
      await this.hashed(0, this.stretch.from);
    }
    const piece = await (this.ahead ?? this.asked());
    this.ahead = this.at < this.stretch.to ? this.asked() : undefined;
    this.ahead?.catch(() => undefined);
    this.hasher?.update(piece);
    return piece;
  }

  private async asked(): Promise<Bytes> {
    const { file, to } = this.stretch;
    const from = this.at;
    if (from >= to) return new Uint8Array();
    this.at = Math.min(from + PIECE_BYTES, to);
    const piece = await bytesOf(file, from, this.at);
    if (piece.length < this.at - from) throw new Unchecked("archive-cut");
    return piece;
  }

  async end(): Promise<Ends> {
    while ((await this.next()).length > 0);
    await this.hashed(this.stretch.to, this.stretch.file.size);
    return this.hasher === undefined ? {} : { digest: this.hasher.digest("hex") };
  }

  private async hashed(from: number, to: number): Promise<void> {
    for (let at = from; this.hasher !== undefined && at < to; at += PIECE_BYTES) {
      this.hasher.update(await bytesOf(this.stretch.file, at, Math.min(at + PIECE_BYTES, to)));
    }
  }
}

/** What an encrypted stream says. Nothing of it may be shown before its code was compared. */
export class Unlocking implements Pieces {
  private readonly crypt: Crypt;
  private code: IHasher | undefined;
  private block = 0;

  constructor(
    private readonly source: Pieces,
    private readonly keys: Keys,
  ) {
    this.crypt = crypter(keys.cipher);
  }

  async next(): Promise<Bytes> {
    this.code ??= (await hmacSha1(this.keys.code)).init();
    const piece = await this.source.next();
    if (piece.length === 0) return piece;
    this.code.update(piece);
    this.crypt(piece, this.block);
    this.block += piece.length / BLOCK_BYTES;
    return piece;
  }

  async end(): Promise<Ends> {
    while ((await this.next()).length > 0);
    return { ...(await this.source.end()), code: this.code?.digest("binary") as Bytes };
  }
}

type Asked = "next" | "end";
type Answer = { piece: Bytes } | { ends: Ends } | { failed: Told };

/** Answers another thread's questions, in order. */
export function serve(port: MessagePort, pieces: Pieces): void {
  let last: Promise<void> = Promise.resolve();
  const answer = async (asked: Asked): Promise<void> => {
    try {
      if (asked === "end") {
        port.postMessage({ ends: await pieces.end() } satisfies Answer);
      } else {
        const piece = await pieces.next();
        port.postMessage({ piece } satisfies Answer, [piece.buffer]);
      }
    } catch (error) {
      port.postMessage({ failed: told(error) } satisfies Answer);
    }
  };
  port.onmessage = ({ data }: MessageEvent<Asked>) => {
    last = last.then(() => answer(data));
  };
}

/** A stream that another thread makes. */
export class Remote implements Pieces {
  private readonly asked: { done: (answer: Answer) => void }[] = [];
  private readonly ahead: Promise<Answer>[] = [];

  constructor(private readonly port: MessagePort) {
    port.onmessage = ({ data }: MessageEvent<Answer>) => this.asked.shift()?.done(data);
    for (let count = 0; count < AHEAD; count++) this.ahead.push(this.ask("next"));
  }

  private ask(what: Asked): Promise<Answer> {
    return new Promise((done) => {
      this.asked.push({ done });
      this.port.postMessage(what);
    });
  }

  async next(): Promise<Bytes> {
    this.ahead.push(this.ask("next"));
    const answer = await this.ahead.shift();
    if (answer !== undefined && "failed" in answer) throw heard(answer.failed);
    return answer !== undefined && "piece" in answer ? answer.piece : new Uint8Array();
  }

  async end(): Promise<Ends> {
    while ((await this.next()).length > 0);
    const answer = await this.ask("end");
    if ("failed" in answer) throw heard(answer.failed);
    return "ends" in answer ? answer.ends : {};
  }
}
