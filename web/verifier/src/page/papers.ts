/** Conversations as they were exported, and the reports and letters that lie beside the originals. */

import { dataParts } from "../core/bag";
import type { Inside, Talk } from "../core/contents";
import type { Desk } from "../core/threads";
import { code, foreign, make } from "./dom";
import { iso } from "./facts";
import { handed, originalsIn } from "./items";
import { hide } from "./preview";
import { folded, opener, row, table } from "./table";
import { neutral, size, type Words } from "./words";

export function talks(inside: Inside, desk: Desk, words: Words): HTMLElement {
  const files = originalsIn(inside);
  // The newest reading of an item counts.
  const newest = new Map(inside.talks.map((talk) => [talk.item, talk.line]));
  const all = inside.talks.filter((talk) => newest.get(talk.item) === talk.line && files.has(talk.item));
  const heads = ["talk", "messages", "from-to", "item"].map((name) => words.say(`page.${name}`));
  const title = words.say("page.talks", { count: all.length });
  const rows = (): (() => HTMLElement[])[] => all.map((talk) => () => talkRow(talk, files, inside, desk, words, heads));
  return folded("talks", title, false, table(words, title, heads, rows, hide).element);
}

function talkRow(
  talk: Talk,
  files: ReadonlyMap<string, string>,
  inside: Inside,
  desk: Desk,
  words: Words,
  heads: string[],
): HTMLElement[] {
  const title = neutral(talk.title) || words.say("page.untitled");
  const panel = make("td", { colspan: String(heads.length) });
  const below = make("tr", { class: "below", hidden: true }, panel);
  const show = (open: boolean): void => {
    hide();
    below.hidden = !open;
    const file = files.get(talk.item) ?? "";
    panel.replaceChildren(...(open ? [make("div", { class: "panel" }, handed(file, title, inside, desk, words))] : []));
  };
  const days = [talk.first, talk.last].map((moment) => neutral(iso(moment)));
  const cells = [
    opener(foreign(title), () => show(true), () => show(false)),
    code(size(talk.messages)),
    make("span", {}, ...days.flatMap((day, at) => [at === 0 ? "" : " – ", code(day)])),
    make("span", {}, code(neutral(talk.item)), " ", make("span", { class: "quiet" }, neutral(talk.format))),
  ];
  return [row(cells, heads), below];
}

/** Every file of the bag that is no original; reports first. */
export function papers(inside: Inside, desk: Desk, words: Words): HTMLElement {
  const isReport = (name: string): boolean => name.startsWith("report/");
  const files = new Set(originalsIn(inside).values());
  const names = [...inside.files.keys()].filter((name) => !files.has(name) && dataParts(name) === undefined);
  names.sort((one, other) => Number(isReport(other)) - Number(isReport(one)) || (one < other ? -1 : 1));
  const parts = names.map((name) => {
    const place = make("div", {});
    const open = (): void => {
      hide();
      place.replaceChildren(make("div", { class: "panel" }, handed(name, neutral(name), inside, desk, words)));
    };
    const close = (): void => {
      hide();
      place.replaceChildren();
    };
    const known = inside.files.get(name)?.sizeBytes ?? 0;
    const about = make("span", { class: "quiet" }, " ", code(size(known)));
    return make("li", {}, opener(code(neutral(name)), open, close), about, place);
  });
  return folded("papers", words.say("page.papers", { count: names.length }), false, make("ul", { class: "plain" }, ...parts));
}
