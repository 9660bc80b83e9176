/** The archive's passphrase as a person types it: 28 digits of any script or keyboard. */

const DIGITS = 28;
// The digit row of a French keyboard without Shift, from 1 to 0; "-" is ambiguous and so is no proof of one.
const AZERTY = new Map([..."&é\"'(-è_çà"].map((sign, at) => [sign, "1234567890"[at] as string]));
const AZERTY_ONLY = /[&é"'(è_çà]/;
const BETWEEN = /[- \t\r\n\u00a0\u202f]/;

/** The 28 digits that were meant, undefined when it is no passphrase of an archive. */
export function normalise(typed: string): string | undefined {
  let text = typed.normalize("NFC");
  if (AZERTY_ONLY.test(text)) text = [...text].map((sign) => AZERTY.get(sign) ?? sign).join("");
  let digits = "";
  for (const sign of text) {
    if (/\p{Nd}/u.test(sign)) digits += String(decimal(sign));
    else if (!BETWEEN.test(sign)) return undefined;
  }
  return digits.length === DIGITS ? digits : undefined;
}

/** How many digits a typed text has so far, for a counter beside the field. */
export function digitsIn(typed: string): number {
  let text = typed.normalize("NFC");
  if (AZERTY_ONLY.test(text)) text = [...text].map((sign) => AZERTY.get(sign) ?? sign).join("");
  return [...text].filter((sign) => /\p{Nd}/u.test(sign)).length;
}

/** Digits of a script stand in runs of ten, from 0 to 9. */
function decimal(sign: string): number {
  const code = sign.codePointAt(0) ?? 0;
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return (code - start) % 10;
}
