/** The statement beside the archive (FORMAT.md, 6.1). */

import { fromAscii } from "./bytes";
import type { Custody } from "./chain";
import type { Finding } from "./finding";
import { ARCHIVE_NAMESPACE, holds, parseSignature, unarmour, type Signature } from "./sshsig";

// Fifteen digits are within what every language counts exactly.
const FORM =
  /^evidence-kit-archive\/1 ([A-Z0-9][A-Z0-9-]{2,31})\n(0|[1-9][0-9]{0,14})\n([0-9a-f]{64})\n([0-9a-f]{64})\n(0|[1-9][0-9]{0,14})\n$/;

export interface Papers {
  text: Blob;
  signature: Blob | undefined;
}

/** Compare an archive, whose SHA-256 is known, with the statement that was given with it. */
export async function checkStatement(
  papers: Papers,
  custody: Custody,
  archive: { digest: string | undefined; sizeBytes: number },
): Promise<Finding[]> {
  const file = `${custody.case ?? ""}.statement.txt`;
  const broken = (code: string): Finding[] => [{ code, weight: "broken", file, values: {} }];
  const text = new Uint8Array(await papers.text.arrayBuffer());
  const parts = FORM.exec(fromAscii(text) ?? "");
  let signature: Signature;
  try {
    if (parts === null || papers.signature === undefined) return broken("statement-unreadable");
    signature = parseSignature(unarmour(new Uint8Array(await papers.signature.arrayBuffer())));
  } catch {
    return broken("statement-unreadable");
  }
  const allowed = custody.signers.has(signature.key.fingerprint);
  if (!allowed || !(await holds(signature, text, ARCHIVE_NAMESPACE))) return broken("statement-signature-invalid");
  const [, caseId, lines, head, digest, size] = parts;
  const last = custody.commits.at(-1)?.checkpoint;
  const agrees = last !== undefined && String(last.lines) === lines && last.head === head && caseId === custody.case;
  if (agrees && digest === archive.digest && size === String(archive.sizeBytes)) return [];
  return broken("statement-differs");
}
