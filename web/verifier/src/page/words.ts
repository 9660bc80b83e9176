/** The sentences of the three languages, as they stand in `evidence_kit/words/`. */

import type { Finding } from "../core/finding";

export const LANGUAGES = ["ar", "fr", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
type Sentence = string | Record<string, string>;

/** Put there by the build. */
declare const WORDS: Record<Language, Record<string, Sentence>>;

export const NAMES: Record<Language, string> = { ar: "العربية", fr: "Français", en: "English" };

export class Words {
  constructor(readonly language: Language) {}

  get direction(): "rtl" | "ltr" {
    return this.language === "ar" ? "rtl" : "ltr";
  }

  knows(sentence: string): boolean {
    return Object.hasOwn(WORDS[this.language], sentence);
  }

  /** A sentence with values that came from anywhere, made harmless. */
  say(sentence: string, values: Record<string, string | number> = {}): string {
    const found = this.knows(sentence) ? WORDS[this.language][sentence] : undefined;
    let text = typeof found === "string" ? found : undefined;
    if (text === undefined && found !== undefined && typeof found !== "string") {
      text = found[new Intl.PluralRules(this.language).select(Number(values.count))] ?? found.other;
    }
    const spaced = this.language === "fr" ? (text ?? sentence).replace(/ (?=[:;?!»])|(?<=«) /g, "\u00a0") : (text ?? sentence);
    return spaced.replace(/\{([a-z_]+)\}/g, (_, name: string) => isolated(values[name] ?? "?"));
  }

  finding(finding: Finding): string {
    return this.say(`finding.${finding.code}`, finding.values);
  }
}

/** A number, path or code keeps its own direction within a sentence of any language. */
function isolated(value: string | number): string {
  return `\u2068${typeof value === "number" ? size(value) : neutral(whole(value))}\u2069`;
}

/** A time that no line break tears apart: in a text from right to left its halves would change places. */
function whole(value: string): string {
  const time = /^(\d{4})-(\d\d)-(\d\d)( \d\d:\d\d(:\d\d)?)?( [+-]\d\d:\d\d)?$/;
  return time.test(value) ? value.replaceAll("-", "\u2011").replaceAll(" ", "\u00a0") : value;
}

/** Thin spaces between groups of three digits. */
export function size(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u2009");
}

const MOST_RANGES = 50;
const HARMLESS_WHITE = new Set(["\u00a0", "\u202f", "\u2009"]);

/** Text from evidence as it may be shown: control and direction characters become `[U+202E]`. */
export function neutral(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (sign) =>
    HARMLESS_WHITE.has(sign) ? sign : `[U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
  );
}

/** As `neutral`, with the line breaks of a text left alone. */
export function neutralText(text: string): string {
  return text.split(/\r?\n/).map(neutral).join("\n");
}

/** Ascending numbers as ranges, as many as a person reads. */
export function ranges(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  const text = found.slice(0, MOST_RANGES).map(([first, last]) => (first === last ? String(first) : `${first}–${last}`));
  return text.join(", ") + (found.length > MOST_RANGES ? ", …" : "");
}
