// Runs the very script of the built page over archives, without a browser: a job a line in, a report a line out.

import { openAsBlob, readFileSync } from "node:fs";
import { basename } from "node:path";
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
  const beside = async (path) => (path === undefined ? undefined : openAsBlob(path));
  const text = await beside(job.statement);
  const report = await evidenceKit.verify({
    file: await openAsBlob(job.path),
    name: job.name ?? basename(job.path),
    passphrase: job.passphrase,
    receipt: job.receipt,
    papers: text === undefined ? undefined : { text, signature: await beside(job.signature) },
    engine: evidenceKit.inlineEngine,
    onBytes: () => undefined,
  });
  const { verdict, findings, anchors, lines, items, brokenItems, itemsOf, events, eventsClosed, signers } = report;
  const inside = report.inside !== undefined;
  return { verdict, findings, anchors, lines, items, brokenItems, itemsOf, events, eventsClosed, signers, inside };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
