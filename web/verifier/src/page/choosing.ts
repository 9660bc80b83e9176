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

export type Mistake = "no-archive" | "one-archive";

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

/** Files that were dropped, those in dropped folders among them. */
export async function dropped(transfer: DataTransfer | null): Promise<Lying[]> {
  // The list is only there until the event has passed.
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...(transfer?.files ?? [])].map((file) => ({ path: file.name, file }));
  const found: Lying[] = [];
  for (const entry of entries) await below(entry, "", found);
  return found;
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
