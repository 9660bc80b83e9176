/** One thing on paper, with what says of which archive it is and what the check came to. */

import type { Report } from "../core/verify";
import { code, make } from "./dom";
import { signing, type About } from "./result";
import type { Words } from "./words";

const CLASS = "only-sheet";

export interface Printed {
  report: Report;
  about: About;
  words: Words;
}

/** A button that prints what `content` makes, and nothing else of the page. */
export function printer(printed: Printed, title: string, content: () => Promise<Node[]> | Node[]): HTMLElement {
  const print = async (): Promise<void> => sheet(printed, title, await content());
  const label = `${printed.words.say("page.print-this")}: ${title}`;
  const attributes = { type: "button", class: "print-this", "aria-label": label, onclick: () => void print() };
  return make("button", attributes, printed.words.say("page.print-this"));
}

function sheet({ report, about, words }: Printed, title: string, content: Node[]): void {
  document.getElementById("sheet")?.remove();
  const key = report.verdict.toLowerCase().replace(" ", "_");
  const row = (name: string, value: string): HTMLElement[] => [
    make("dt", {}, words.say(`page.${name}`)),
    make("dd", {}, code(value)),
  ];
  const element = make(
    "section",
    { id: "sheet", class: "sheet", "aria-hidden": "true" },
    make("h2", {}, title),
    make(
      "dl",
      {},
      ...row("case", report.case ?? ""),
      ...row("file", about.name),
      ...(report.digest === undefined ? [] : row("sha256", report.digest)),
      make("dt", {}, words.say("page.checked")),
      make("dd", {}, `${words.say(`verdict.${key}.word`)} – ${words.say(`verdict.${key}.meaning`)}`),
    ),
    ...content,
    make("p", { class: "quiet" }, words.say("page.report-note")),
    signing(words),
  );
  document.body.append(element);
  document.body.classList.add(CLASS);
  addEventListener(
    "afterprint",
    () => {
      element.remove();
      document.body.classList.remove(CLASS);
    },
    { once: true },
  );
  print();
}
