/** The statement beside the archive (FORMAT.md, 6.1). */

import { fromAscii } from "./bytes";
import type { Custody } from "./chain";
import type { Finding } from "./finding";
import { streamedSha256 } from "./hashes";
import { ARCHIVE_NAMESPACE, holds, parseSignature, unarmour, type Signature } from "./sshsig";

const FORM = /^evidence-kit-archive\/1 ([^\n]*)\n(0|[1-9][0-9]*)\n([0-9a-f]{64})\n([0-9a-f]{64})\n(0|[1-9][0-9]*)\n$/;
const PIECE_BYTES = 4 << 20;

export interface Papers {
  text: Blob;
  signature: Blob | undefined;
}

/** Compare an archive with the statement that was given with it. */
export async function checkStatement(
  papers: Papers,
  custody: Custody,
  archive: Blob,
  onBytes: (bytes: number) => void,
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
  const [, caseId, lines, head, digest] = parts;
  const last = custody.commits.at(-1)?.checkpoint;
  const agrees = last !== undefined && String(last.lines) === lines && last.head === head && caseId === custody.case;
  if (agrees && digest === (await digestOf(archive, onBytes))) return [];
  return broken("statement-differs");
}

export async function digestOf(file: Blob, onBytes: (bytes: number) => void): Promise<string> {
  const hasher = await streamedSha256();
  hasher.init();
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const piece = new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
    hasher.update(piece);
    onBytes(piece.length);
  }
  return hasher.digest("hex");
}
