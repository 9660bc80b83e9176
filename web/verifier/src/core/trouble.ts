/** Reasons why nothing can be said about a file. */

export type Reason = "archive-cut" | "archive-passphrase" | "archive-not-ours" | "file-unreadable";

/** The check cannot be made; nobody is accused. */
export class Unchecked extends Error {
  constructor(readonly reason: Reason) {
    super(reason);
  }
}

/** An error as another thread is told of it. */
export interface Told {
  reason: Reason | undefined;
  text: string;
}

export function told(error: unknown): Told {
  return { reason: error instanceof Unchecked ? error.reason : undefined, text: String(error) };
}

export function heard({ reason, text }: Told): Error {
  return reason === undefined ? new Error(text) : new Unchecked(reason);
}
