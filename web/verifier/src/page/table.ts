/** A table of which only some rows are in the page at a time. */

import { make } from "./dom";
import type { Words } from "./words";

const ROWS = 25;

export interface Table {
  element: HTMLElement;
  /** Ask for the rows anew and begin at the first. */
  restart: () => void;
}

/** `rows` gives what would make each row; only those that are shown are made. `onTurn` is told before rows leave. */
export function table(
  words: Words,
  name: string,
  heads: string[],
  rows: () => (() => HTMLElement[])[],
  onTurn: () => void,
): Table {
  let from = 0;
  const body = make("tbody", {});
  const count = make("span", { role: "status" });
  const turn = (by: number) => (): void => {
    from += by;
    draw();
  };
  const back = make("button", { type: "button", class: "turn-back", onclick: turn(-ROWS) }, words.say("page.previous"));
  const further = make("button", { type: "button", class: "turn", onclick: turn(ROWS) }, words.say("page.next"));
  const draw = (): void => {
    onTurn();
    const all = rows();
    const to = Math.min(from + ROWS, all.length);
    body.replaceChildren(...all.slice(from, to).flatMap((row) => row()));
    const shownNow = { from: all.length === 0 ? 0 : from + 1, to, total: all.length };
    count.textContent = all.length === 0 ? words.say("page.none-found") : words.say("page.shown", shownNow);
    back.disabled = from === 0;
    further.disabled = to >= all.length;
    back.hidden = further.hidden = all.length <= ROWS;
  };
  draw();
  const head = make("tr", {}, ...heads.map((title) => make("th", { scope: "col" }, title)));
  const made = make("table", { "aria-label": name }, make("thead", {}, head), body);
  const element = make("div", {}, made, make("div", { class: "tools" }, back, count, further));
  return {
    element,
    restart: () => {
      from = 0;
      draw();
    },
  };
}

/** A row of cells that know what stands above them, for narrow screens. */
export function row(cells: readonly (HTMLElement | string)[], heads: readonly string[]): HTMLElement {
  return make("tr", {}, ...cells.map((cell, at) => make("td", { "data-head": heads[at] }, cell)));
}

/** A button that opens something below it, and closes it again. */
export function opener(
  label: Node | string,
  open: () => void,
  close: () => void,
  attributes: Record<string, string> = {},
): HTMLButtonElement {
  const button = make(
    "button",
    {
      type: "button",
      class: "link",
      "aria-expanded": "false",
      ...attributes,
      onclick: () => {
        const wasOpen = button.getAttribute("aria-expanded") === "true";
        button.setAttribute("aria-expanded", String(!wasOpen));
        (wasOpen ? close : open)();
      },
    },
    label,
  );
  return button;
}

export function folded(id: string, title: string, open: boolean, ...children: HTMLElement[]): HTMLElement {
  return make("details", { id, open }, make("summary", {}, make("h3", {}, title)), ...children);
}
