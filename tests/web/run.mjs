// Runs the very script of the built page over archives, without a browser: a job a line in, a report a line out.

import { openAsBlob, readFileSync, readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { createInterface } from "node:readline";

const page = readFileSync(process.argv[2], "utf8");
const [, script] = /<script>(.*)<\/script>/s.exec(page);
(0, eval)(script);
const { evidenceKit } = globalThis;
await evidenceKit.prepare();

async function answer(job) {
  if (job.typed !== undefined) return { passphrase: evidenceKit.normalise(job.typed) ?? null };
  if (job.code !== undefined) return { receipt: evidenceKit.normaliseReceipt(job.code) ?? null };
  if (job.shown !== undefined) return { text: evidenceKit.neutral(job.shown) };
  if (job.crypt !== undefined) {
    const data = new Uint8Array(job.size);
    return { keystream: Buffer.from(evidenceKit.crypter(Buffer.from(job.crypt, "hex"))(data, job.first)).toString("hex") };
  }
  const beside = async (path) => (path === undefined ? undefined : openAsBlob(path));
  const text = await beside(job.statement);
  const { report, shelf } = await evidenceKit.verify(
    {
      file: job.folder === undefined ? await openAsBlob(job.path) : undefined,
      folder: job.folder === undefined ? undefined : await lying(job.folder),
      name: job.name ?? basename(job.path ?? job.folder),
      passphrase: job.passphrase,
      receipt: job.receipt,
      origin: job.origin,
      papers: text === undefined ? undefined : { text, signature: await beside(job.signature) },
    },
    evidenceKit.inlineEngine,
    () => undefined,
  );
  const { inside, ...rest } = report;
  return { ...rest, inside: inside !== undefined, shelf: shelf !== undefined };
}

async function lying(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = found.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return Promise.all(paths.map(async (path) => ({ path: relative(folder, path), file: await openAsBlob(path) })));
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
