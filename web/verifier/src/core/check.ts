/** Checking an archive from its first byte to its last, or a bag from its first file to its last. */

import { Comparison } from "./comparison";
import { Bag, Contents } from "./contents";
import { FolderReader, type Lying } from "./folder";
import { openShell, type Engine } from "./stream";
import { Unchecked } from "./trouble";
import { ZipReader } from "./zipreader";

/** What is to be checked: a file, or the files of a folder. */
export interface Order {
  file: Blob | undefined;
  folder: readonly Lying[] | undefined;
  name: string;
  passphrase: string;
  /** The SHA-256 of the whole file is wanted. */
  digest: boolean;
}

export async function check(order: Order, engine: Engine, onBytes: (bytes: number) => void): Promise<Contents> {
  const contents = new Contents();
  const bag = new Bag();
  try {
    const authentic =
      order.folder === undefined
        ? await archive(order, contents, bag, engine, onBytes)
        : await folder(order.folder, order.name, contents, bag, onBytes);
    await new Comparison(contents, bag).run();
    if (authentic) contents.bag = bag;
  } catch (error) {
    if (!(error instanceof Unchecked)) throw error;
    return unchecked(error, order.name);
  }
  return contents;
}

async function archive(
  order: Order,
  contents: Contents,
  bag: Bag,
  engine: Engine,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  const shell = await openShell(order.file ?? new Blob(), order.passphrase, engine, order.digest);
  contents.locked = shell.locked;
  for (const code of shell.problems) contents.findings.push({ code, weight: "broken", file: order.name, values: {} });
  const reader = new ZipReader(shell.inner, contents, bag, order.name, onBytes, shell.locked);
  const authentic = await reader.read();
  contents.digest = shell.inner.digest;
  contents.store = reader;
  return authentic;
}

async function folder(
  lying: readonly Lying[],
  name: string,
  contents: Contents,
  bag: Bag,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  const reader = new FolderReader(lying, contents, bag, name, onBytes);
  await reader.read();
  contents.store = reader;
  return true;
}

/** Nothing is left of what was seen: nobody is accused, and nothing is shown. */
function unchecked({ reason }: Unchecked, name: string): Contents {
  const contents = new Contents();
  const values: Record<string, number> = reason === "file-unreadable" ? { errno: 5 } : {};
  contents.findings.push({ code: reason, weight: "unchecked", file: name, values });
  return contents;
}
