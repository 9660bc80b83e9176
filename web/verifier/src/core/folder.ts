/** A bag that somebody has unpacked into a folder: the same files, without any zip around them. */

import * as bag from "./bag";
import { BagReader } from "./bagreader";
import type { Bytes } from "./bytes";
import type { Bag, Contents, Store } from "./contents";
import { Reading, bytesOf } from "./pieces";

/** A file of a chosen folder; its path begins with the name of the folder. */
export interface Lying {
  path: string;
  file: Blob;
}

const MARK = "bagit.txt";
// What file managers leave behind without being asked.
const LITTER = /(^|\/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini|\.directory)$/i;

/** The files of the outermost bag, their paths beginning in its folder; undefined when there is none. */
export function bagAmong(files: readonly Lying[]): Lying[] | undefined {
  const roots = files.filter(({ path }) => path === MARK || path.endsWith(`/${MARK}`));
  const [first] = roots.map(({ path }) => path.slice(0, -MARK.length)).sort((one, other) => one.length - other.length);
  if (first === undefined) return undefined;
  return files
    .filter(({ path }) => path.startsWith(first))
    .map(({ path, file }) => ({ path: path.slice(first.length), file }));
}

export class FolderReader implements Store {
  private readonly files: ReadonlyMap<string, Blob>;

  constructor(
    lying: readonly Lying[],
    private readonly contents: Contents,
    private readonly bag: Bag,
    private readonly name: string,
    private readonly onBytes: (bytes: number) => void,
  ) {
    this.files = new Map(lying.map(({ path, file }) => [path, file]));
  }

  async read(): Promise<void> {
    const reader = new BagReader(this.contents, this.bag, this.name, this.onBytes, () => undefined);
    for (const [path, file] of this.ordered()) {
      if (LITTER.test(path)) {
        this.contents.findings.push({ code: "file-of-the-system", weight: "note", file: path, values: {} });
        continue;
      }
      const pieces = new Reading({ file, from: 0, to: file.size, digest: false });
      let rest: Uint8Array = new Uint8Array();
      await reader.take(`${this.name}/${path}`, file.size, async (size) => {
        if (rest.length === 0) rest = await pieces.next();
        const taken = rest.subarray(0, size);
        rest = rest.subarray(taken.length);
        return taken;
      });
    }
    // What a folder is called is for its owner to say; an archive's folder bears the name of the case.
    this.bag.case = this.bag.custody?.case;
  }

  stretch(name: string, from: number, to: number): Promise<Bytes> {
    const file = this.files.get(name);
    return file === undefined ? Promise.resolve(new Uint8Array()) : bytesOf(file, from, to);
  }

  /** The log before its openings, and those before the originals. */
  private ordered(): [string, Blob][] {
    const place = bag.placeOf;
    return [...this.files].sort(([one], [other]) => bag.byCode(place(one), place(other)) || bag.byCode(one, other));
  }
}
