/** Checking an archive from its first byte to its last, or a bag from its first file to its last. */

import { LOG, NewerError } from "./chain";
import { Comparison } from "./comparison";
import { Bag, Contents } from "./contents";
import type { Finding } from "./finding";
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
    if (error instanceof NewerError) return unchecked({ code: "log-version-unknown", file: LOG, line: 1, values: {} });
    if (!(error instanceof Unchecked)) throw error;
    const values: Record<string, number> = error.reason === "file-unreadable" ? { errno: 5 } : {};
    return unchecked({ code: error.reason, file: order.name, values });
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
  contents.sizeBytes = order.file?.size ?? 0;
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
function unchecked(finding: Omit<Finding, "weight">): Contents {
  const contents = new Contents();
  contents.findings.push({ ...finding, weight: "unchecked" });
  return contents;
}
