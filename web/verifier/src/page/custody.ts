/** Custody in prose: the sentences that the dossier brings, in its order, as the papers say them. */

import { isObject, type Facts, type Json } from "../core/opening";
import type { Shown } from "./bubbles";
import { make } from "./dom";
import { allFacts, factsOf, textOf } from "./facts";
import { printer, type Printed } from "./printing";
import { folded } from "./table";
import { neutral, type Words } from "./words";

export function custody(facts: Facts, shown: Shown, printed: Printed): HTMLElement {
  const { words } = shown;
  const title = words.say("report.custody.title");
  const prose = (): HTMLElement[] =>
    allFacts(facts.prose).map(({ code, values }) => {
      const told = Object.entries(factsOf(values)).map(([name, value]) => [name, spoken(value, words)] as const);
      return make("p", {}, words.say(`report.${textOf(code)}`, Object.fromEntries(told)));
    });
  const tools = make("div", { class: "tools" }, printer(printed, title, prose));
  return folded("custody", title, false, ...prose(), tools);
}

/** A value of a sentence: a text, a number, a word of ours, or several of them in a row. */
function spoken(value: Json, words: Words): string | number {
  if (Array.isArray(value)) return value.map((each) => spoken(each, words)).join("");
  if (!isObject(value)) return typeof value === "number" ? value : textOf(value);
  const name = `report.${textOf(value.word)}`;
  return words.knows(name) ? words.say(name) : textOf(value.otherwise);
}

export function eventName(kind: string, words: Words): string {
  const known = `report.event.${kind.replaceAll(".", "-")}`;
  return words.knows(known) ? words.say(known) : neutral(kind);
}
