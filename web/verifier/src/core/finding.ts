/** What a check has to say about one place. */

export type Weight = "broken" | "unchecked" | "note";

export interface Finding {
  code: string;
  weight: Weight;
  file?: string;
  line?: number;
  item?: string;
  values: Record<string, string | number>;
}

export type Verdict = "BROKEN" | "CONSISTENT" | "ANCHORED" | "NOT CHECKED";

/** Held on paper since before the archive came, read out by whoever holds the paper, or come along with the archive. */
export const ORIGINS = ["paper", "told", "archive"] as const;
export type Origin = (typeof ORIGINS)[number];

export interface Anchor {
  through: number;
  kind: "receipt";
  /** Where whoever typed the code has it from. */
  origin: Origin;
  since: string;
}

/** A break outweighs everything, and what was not checked outweighs what agrees. */
export function judge(findings: readonly Finding[], anchors: readonly Anchor[]): Verdict {
  if (findings.some((each) => each.weight === "broken")) return "BROKEN";
  if (findings.some((each) => each.weight === "unchecked")) return "NOT CHECKED";
  return anchors.length > 0 ? "ANCHORED" : "CONSISTENT";
}
