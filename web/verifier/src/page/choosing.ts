/** Which of the files that somebody chose or dropped is the archive, and what lies beside it. */

import { bagAmong, type Lying } from "../core/folder";
import type { Papers } from "../core/statement";
import { looksPlain } from "../core/stream";

export interface Chosen {
  name: string;
  sizeBytes: number;
  archive: Blob | undefined;
  folder: Lying[] | undefined;
  /** Opens without a passphrase. */
  plain: boolean;
  papers: Partial<Papers>;
}

export type Mistake = "no-archive" | "one-archive" | "no-folder";

export const isWhole = (papers: Partial<Papers>): papers is Papers =>
  papers.text !== undefined && papers.signature !== undefined;

/** What was meant; papers alone join the archive that was chosen before. */
export async function meant(files: readonly Lying[], before: Chosen | undefined): Promise<Chosen | Mistake> {
  const ends = (end: string): Lying[] => files.filter(({ path }) => path.toLowerCase().endsWith(end));
  const papers: Partial<Papers> = {};
  const [text] = ends(".statement.txt");
  const [signature] = ends(".statement.txt.sig");
  if (text !== undefined) papers.text = text.file;
  if (signature !== undefined) papers.signature = signature.file;
  const sealed = ends(".sealed.zip");
  if (sealed.length === 0) {
    const bag = files.some(({ path }) => path.includes("/")) ? bagAmong(files) : undefined;
    if (bag !== undefined) return folderOf(bag, files[0]?.path.split("/")[0] ?? "");
  }
  const zips = sealed.length > 0 ? sealed : ends(".zip");
  const others = files.filter((each) => each !== text && each !== signature);
  const [archive] = zips.length > 0 ? zips : others;
  if (zips.length > 1) return "one-archive";
  if (archive !== undefined) {
    const name = archive.path.slice(archive.path.lastIndexOf("/") + 1);
    const plain = await looksPlain(archive.file).catch(() => false);
    return { name, sizeBytes: archive.file.size, archive: archive.file, folder: undefined, plain, papers };
  }
  if (before === undefined || files.length === 0) return "no-archive";
  return { ...before, papers: { ...before.papers, ...papers } };
}

function folderOf(folder: Lying[], name: string): Chosen {
  const sizeBytes = folder.reduce((sum, { file }) => sum + file.size, 0);
  return { name, sizeBytes, archive: undefined, folder, plain: true, papers: {} };
}

/** Files of an input; those of a chosen folder know where in it they lie. */
export function picked(input: HTMLInputElement): Lying[] {
  return [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** A folder as browsers of the Chromium family give it, where the usual entries cannot be read on a page from disk. */
interface Handle {
  kind: "file" | "directory";
  name: string;
  getFile(): Promise<File>;
  values(): AsyncIterable<Handle>;
}

type Item = DataTransferItem & { getAsFileSystemHandle?: () => Promise<Handle> };

/** Files that were dropped, those in dropped folders among them; undefined when a folder could not be read. */
export async function dropped(transfer: DataTransfer | null): Promise<Lying[] | undefined> {
  // What the list holds is only there until the event has passed: everything is asked for before anything is awaited.
  const items = [...(transfer?.items ?? [])].filter((item) => item.kind === "file") as Item[];
  const dropping = items.map((item) => {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    const handle = entry?.isDirectory === true ? item.getAsFileSystemHandle?.() : undefined;
    return { entry, file, handle };
  });
  if (dropping.length === 0) return [...(transfer?.files ?? [])].map((file) => ({ path: file.name, file }));
  const found: Lying[] = [];
  try {
    for (const { entry, file, handle } of dropping) {
      if (handle !== undefined) await within(await handle, "", found);
      else if (entry?.isDirectory === true) await below(entry, "", found);
      else if (file !== null) found.push({ path: file.name, file });
    }
  } catch {
    return undefined;
  }
  return found;
}

async function within(handle: Handle, above: string, found: Lying[]): Promise<void> {
  const path = above + handle.name;
  if (handle.kind === "file") found.push({ path, file: await handle.getFile() });
  else for await (const each of handle.values()) await within(each, `${path}/`, found);
}

async function below(entry: FileSystemEntry, above: string, found: Lying[]): Promise<void> {
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return;
    for (const each of some) await below(each, `${path}/`, found);
  }
}
