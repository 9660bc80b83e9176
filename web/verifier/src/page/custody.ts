/** Custody in prose, sentence by sentence as the papers say it. */

import type { Facts } from "../core/opening";
import type { Shown } from "./bubbles";
import { make } from "./dom";
import { allFacts, factsOf, numberOf, textOf, valuesOf } from "./facts";
import { printer, type Printed } from "./printing";
import { folded } from "./table";
import { neutral, type Words } from "./words";

const ONE_BY_ONE = ["sealed", "transfer.out", "transfer.in", "destroyed", "recovered", "receipt.issued", "reader.granted"];
const TOLD = ["given_by", "received_by", "received_for", "archive", "name", "code", "reason"];
const LIMITS: ReadonlySet<string> = new Set(["witnessed", "refused", "destroyed", "items-elsewhere"]);
const MOST_OF_A_KIND = 8;

export function custody(facts: Facts, shown: Shown, printed: Printed): HTMLElement {
  const { words } = shown;
  const title = words.say("report.custody.title");
  const prose = (): HTMLElement[] => sentences(facts, words).map((each) => make("p", {}, each));
  const tools = make("div", { class: "tools" }, printer(printed, title, prose));
  return folded("custody", title, false, ...prose(), tools);
}

function sentences(facts: Facts, words: Words): string[] {
  const found: string[] = [];
  const say = (name: string, values: Record<string, string | number> = {}): void => {
    found.push(words.say(`report.${name}`, values));
  };
  const unsaid = (value: string): string => value || words.say("report.unsaid");
  const opened = factsOf(facts.case);
  if (textOf(opened.opened) !== "") {
    const by = Object.values(valuesOf(opened.opened_by)).map(String).join(", ");
    say("prose.opened", { time: minute(textOf(opened.opened)), who: by, case: textOf(opened.id) });
  }
  for (const each of allFacts(facts.intakes)) {
    const how = `report.how.${textOf(each.how)}`;
    say("prose.intake", {
      count: numberOf(each.items),
      time: minute(textOf(each.first)),
      by: textOf(each.by),
      first: textOf(each.first_item),
      last: textOf(each.last_item),
      how: words.knows(how) ? words.say(how) : textOf(each.how),
      device: unsaid(textOf(each.device)),
      handed_by: unsaid(textOf(each.handed_by)),
      place: unsaid(textOf(each.place)),
    });
    const clocks = { phone: textOf(each.phone_clock), computer: textOf(each.computer_clock) };
    if (clocks.phone !== "" && clocks.computer !== "") say("prose.clocks", clocks);
  }
  say("prose.unchanged");
  for (const { code, values } of allFacts(facts.limits)) {
    if (LIMITS.has(textOf(code))) say(`limit.${textOf(code)}`, valuesOf(values));
  }
  const steps = allFacts(facts.custody);
  const closed = steps.filter(({ type }) => type === "closed").reduce((sum, { count }) => sum + numberOf(count), 0);
  if (closed > 0) say("prose.closed", { count: closed });
  for (const kind of ONE_BY_ONE) {
    const all = steps.filter(({ type }) => type === kind);
    for (const each of all.slice(0, MOST_OF_A_KIND)) {
      const values = valuesOf(each.values);
      const told = TOLD.map((name) => String(values[name] ?? "")).filter(Boolean).join(" – ");
      const by = textOf(each.by) === "" ? "" : ` (${textOf(each.by)})`;
      const what = [eventName(kind, words), told].filter(Boolean).join(": ") + by;
      say("prose.step", { time: minute(textOf(each.time)), what, line: numberOf(each.first_line) });
    }
    if (all.length > MOST_OF_A_KIND) say("prose.more", { count: all.length - MOST_OF_A_KIND, what: eventName(kind, words) });
  }
  say("prose.log", { lines: numberOf(factsOf(facts.checks).lines) });
  return found;
}

export function eventName(kind: string, words: Words): string {
  const known = `report.event.${kind.replaceAll(".", "-")}`;
  return words.knows(known) ? words.say(known) : neutral(kind);
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}
