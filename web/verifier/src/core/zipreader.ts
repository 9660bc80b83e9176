/** Reads the inner zip member by member, rebuilding every header. */

import * as bag from "./bag";
import { BagReader, shown } from "./bagreader";
import { equal, type Bytes } from "./bytes";
import type { Contents, Store, Bag } from "./contents";
import { Unchecked } from "./trouble";
import type { Inner } from "./stream";
import {
  FormError,
  LOCAL_HEADER_BYTES,
  directory,
  localHeader,
  memberOf,
  parseLocal,
  startsDirectory,
  type Member,
} from "./zipform";

const RESEMBLES = 0.6;

export class ZipReader implements Store {
  private readonly members: Member[] = [];
  private readonly starts = new Map<string, number>();
  private readonly reader: BagReader;
  private recognised = false;

  constructor(
    private readonly inner: Inner,
    contents: Contents,
    bag: Bag,
    name: string,
    onBytes: (bytes: number) => void,
    private readonly locked: boolean,
  ) {
    this.reader = new BagReader(contents, bag, name, onBytes, () => this.endsEarly());
  }

  /** Read everything; says whether the authentication code holds. */
  async read(): Promise<boolean> {
    try {
      await this.readMembers();
    } catch (error) {
      if (!(error instanceof FormError)) throw error;
      this.reader.broken("archive-inner-form");
    }
    const authentic = await this.inner.authentic();
    // Two check bytes fit by chance once in 65,536: nothing inside looks like ours.
    if (!authentic && !this.recognised) throw new Unchecked("archive-passphrase");
    if (!authentic) this.reader.broken("archive-code-wrong");
    if (!(await this.inner.trailerIntact())) this.reader.broken("archive-trailer-changed");
    return authentic;
  }

  stretch(name: string, from: number, to: number): Promise<Bytes> {
    const start = this.starts.get(name) ?? 0;
    return this.inner.again(start + from, start + to);
  }

  private async readMembers(): Promise<void> {
    const { inner } = this;
    for (;;) {
      const head = await inner.exactly(LOCAL_HEADER_BYTES);
      if (startsDirectory(head)) {
        await this.directory(head);
        return;
      }
      this.resembles(head);
      if (head.length < LOCAL_HEADER_BYTES) this.endsEarly();
      const [nameBytes, extraBytes] = parseLocal(head);
      const rest = await inner.exactly(nameBytes + extraBytes);
      if (rest.length < nameBytes + extraBytes) this.endsEarly();
      const header = new Uint8Array(head.length + rest.length);
      header.set(head);
      header.set(rest, head.length);
      const member = memberOf(header);
      if (member.encrypted) throw new FormError("an encrypted member inside");
      this.recognised = true;
      this.members.push(member);
      await this.member(member);
    }
  }

  private async member(member: Member): Promise<void> {
    const below = member.name.slice(member.name.indexOf("/") + 1);
    if (!this.starts.has(below)) this.starts.set(below, this.inner.position);
    const tally = await this.reader.take(member.name, Number(member.sizeBytes), (size) => this.inner.read(size));
    if (parseInt(tally.crc32, 16) !== member.crc32) {
      this.reader.broken("archive-crc-differs", { member: shown(member.name) });
    }
  }

  private async directory(head: Uint8Array): Promise<void> {
    const expected = directory(this.members);
    const rest = await this.inner.exactly(expected.length + 1 - head.length);
    const found = new Uint8Array(head.length + rest.length);
    found.set(head);
    found.set(rest, head.length);
    if (equal(found, expected)) return;
    if (found.length < expected.length && equal(found, expected.subarray(0, found.length))) this.endsEarly();
    this.reader.broken("archive-directory-changed");
  }

  /** Without a shell nothing says how long the file should be: what ends early was cut. */
  private endsEarly(): void {
    if (!this.locked) throw new Unchecked("archive-cut");
  }

  /** Note whether the first header looks like ours even if a byte of it was changed. */
  private resembles(head: Uint8Array): void {
    if (this.members.length > 0) return;
    const name = "XXX-2026-0000/bagit.txt";
    const sizeBytes = BigInt(bag.BAGIT.length);
    const usual = localHeader({ name, sizeBytes, crc32: 0, encrypted: false }).subarray(0, 14);
    const alike = usual.reduce((sum, byte, at) => sum + (byte === head[at] ? 1 : 0), 0);
    this.recognised ||= alike >= RESEMBLES * 14;
  }
}
