/** A text out of evidence, part by part: whole, as it is, and never as anything but text. */

import type { Bytes } from "../core/bytes";
import { make } from "./dom";
import { neutralText, type Words } from "./words";

const PART_BYTES = 32 << 10;
const LINE_FEED = 10;
// Longer, and a person who clicks or types waits for an answer.
const MOST_BUSY_MS = 30;

/** Where parts begin: behind a line's end where there is one near, and never inside a sign. */
function cuts(data: Bytes, wide: boolean): number[] {
  const found = [0];
  for (let at = PART_BYTES; at < data.length; at += PART_BYTES) {
    let cut = at;
    const line = wide ? -1 : data.lastIndexOf(LINE_FEED, at - 1);
    if (line + 1 > (found.at(-1) ?? 0)) cut = line + 1;
    else if (!wide) while (cut > at - 4 && ((data[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
    found.push(cut);
    at = cut;
  }
  return found;
}

function encodingOf(data: Bytes): string {
  if (data[0] === 0xff && data[1] === 0xfe) return "utf-16le";
  return data[0] === 0xfe && data[1] === 0xff ? "utf-16be" : "utf-8";
}

export function reader(data: Bytes, title: string, words: Words): HTMLElement {
  const encoding = encodingOf(data);
  const begins = cuts(data, encoding !== "utf-8");
  const part = (at: number): string =>
    new TextDecoder(encoding, { ignoreBOM: at > 0 }).decode(data.subarray(begins[at] ?? 0, begins[at + 1] ?? data.length));
  let at = 0;
  let mark = -1;
  /** Counts searches; whatever is drawn ends the one that is under way. */
  let search = 0;
  const text = make("pre", { tabindex: "0", role: "region", "aria-label": title });
  const where = make("span", { role: "status" });
  const turn = (by: number) => (): void => draw(at + by);
  const back = make("button", { type: "button", onclick: turn(-1) }, words.say("page.previous"));
  const further = make("button", { type: "button", onclick: turn(1) }, words.say("page.next"));
  const wanted = make("input", {
    type: "search",
    "aria-label": words.say("page.find"),
    placeholder: words.say("page.find"),
    spellcheck: "false",
    autocomplete: "off",
  });
  const draw = (number: number, from = -1): void => {
    search += 1;
    at = number;
    mark = from;
    const whole = part(at);
    if (from < 0) {
      text.replaceChildren(neutralText(whole));
      text.scrollTop = 0;
    } else {
      const end = from + wanted.value.length;
      const hit = make("mark", {}, neutralText(whole.slice(from, end)));
      text.replaceChildren(neutralText(whole.slice(0, from)), hit, neutralText(whole.slice(end)));
      hit.scrollIntoView({ block: "center" });
    }
    where.textContent = words.say("page.part", { part: at + 1, parts: begins.length });
    back.disabled = at === 0;
    further.disabled = at === begins.length - 1;
  };
  /** The next place from here on, beginning again at the start when the end is reached; the page stays awake. */
  const find = async (): Promise<void> => {
    const sought = wanted.value.toLowerCase();
    if (sought === "") return;
    const mine = ++search;
    const from = at;
    let rested = performance.now();
    for (let count = 0; count <= begins.length; count++) {
      const number = (from + count) % begins.length;
      if (performance.now() - rested > MOST_BUSY_MS) {
        where.textContent = words.say("page.part", { part: number + 1, parts: begins.length });
        await new Promise((done) => setTimeout(done));
        if (mine !== search || !text.isConnected) return;
        rested = performance.now();
      }
      const beyond = number + 1 < begins.length ? part(number + 1).slice(0, sought.length - 1) : "";
      const hit = (part(number) + beyond).toLowerCase().indexOf(sought, count === 0 ? mark + 1 : 0);
      if (hit >= 0) {
        draw(number, hit);
        return;
      }
    }
    where.textContent = words.say("page.none-found");
  };
  wanted.addEventListener("keydown", (event) => {
    if (event.key === "Enter") void find();
  });
  const seek = make("button", { type: "button", onclick: () => void find() }, words.say("page.find-next"));
  draw(0);
  const turning = begins.length > 1 ? [back, where, further] : [where];
  return make("div", {}, make("div", { class: "tools" }, wanted, seek, ...turning), text);
}
