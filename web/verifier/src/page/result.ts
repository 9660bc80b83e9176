/** The result: one word, what it means, what to do, what is wrong and where, and who stands behind it. */

import type { Finding } from "../core/finding";
import type { Report, Stamped } from "../core/verify";
import { code, make, path } from "./dom";
import { neutral, ranges, type Words } from "./words";

const SHOWN_PLACES = 5;
const MOST_PLACES = 500;
// As many problems as the style leaves on the one printed page.
const ON_PAPER = 7;
const SHOWN_STAMPS = 5;

/** Put there by the build. */
declare const VERSION: string;

export interface About {
  name: string;
  sizeBytes: number;
  /** When the check ended, by the clock of this computer. */
  at: Date;
}

export function verdict(report: Report, words: Words): HTMLElement {
  const key = report.verdict.toLowerCase().replace(" ", "_");
  const noticed = report.verdict === "CONSISTENT" && report.findings.length > 0;
  const here = report.items.length + report.brokenItems.length;
  const behind = { count: report.itemsBehind, items_here: here };
  return make(
    "section",
    // It gets the focus: who listens hears the word, what it means and what to do, without looking for it. The word
    // comes twice, because Orca says the description of a region and not its name.
    {
      class: `verdict ${key}`,
      id: "verdict",
      tabindex: "-1",
      "aria-labelledby": "word",
      "aria-describedby": "word meaning do",
    },
    make("h2", { id: "word", "data-verdict": report.verdict }, words.say(`verdict.${key}.word`)),
    make("p", { class: "meaning", id: "meaning" }, words.say(noticed ? "verdict.consistent.but" : `verdict.${key}.meaning`)),
    ...fixed(report, words),
    report.itemsBehind === 0 ? undefined : make("p", {}, words.say("verify.items-behind", behind)),
    report.parts > 1 ? make("p", {}, words.say("page.one-part", { part: report.part, parts: report.parts })) : undefined,
    here === 0 ? undefined : make("p", {}, words.say("verify.items", { items: report.items.length, items_here: here })),
    make("p", { class: "do", id: "do" }, words.say(toDo(report, key, words))),
  );
}

/** What to do next; where nothing could be checked it hangs on the reason. */
function toDo({ verdict, findings }: Report, key: string, words: Words): string {
  const reason = verdict === "NOT CHECKED" ? findings.find(({ weight }) => weight === "unchecked") : undefined;
  const known = `page.do.${reason?.code ?? ""}`;
  return words.knows(known) ? known : `page.do.${key}`;
}

/** One entry for each thing that is wrong, with the places where it is. */
export function findings(report: Report, words: Words): HTMLElement {
  const all = report.findings;
  if (all.length === 0) return make("p", { id: "findings" }, words.say("page.nothing-wrong"));
  const groups = new Map<string, Finding[]>();
  for (const finding of all) {
    const name = `${finding.code} ${words.finding(finding)}`;
    groups.set(name, [...(groups.get(name) ?? []), finding]);
  }
  const title =
    report.verdict === "NOT CHECKED" ? "why-not" : all.every((each) => each.weight === "note") ? "noticed" : "findings";
  return make(
    "section",
    { id: "findings", "aria-labelledby": "h-findings" },
    make("h3", { id: "h-findings" }, words.say(`page.${title}`)),
    make("ul", { class: "problems" }, ...[...groups.values()].map((group) => problem(group, report, words))),
    groups.size > ON_PAPER
      ? make("p", { class: "paper" }, words.say("page.and-more", { count: groups.size - ON_PAPER }))
      : undefined,
  );
}

function problem(group: readonly Finding[], report: Report, words: Words): HTMLElement {
  const [first] = group as [Finding];
  const codes = make("span", { class: "code", "data-code": first.code }, code(first.code));
  const many = group.length > 1 ? [" ", make("span", { class: "quiet" }, words.say("page.places", { count: group.length }))] : [];
  const places = (most: number): HTMLElement =>
    make("ul", { class: "places" }, ...group.slice(0, most).map((each) => make("li", {}, ...placeOf(each, report))));
  const shown = make("div", {}, places(SHOWN_PLACES));
  const all = make(
    "button",
    {
      type: "button",
      class: "link screen",
      onclick: () => {
        const more = group.length - MOST_PLACES;
        shown.replaceChildren(places(MOST_PLACES));
        if (more > 0) shown.append(make("p", {}, words.say("page.and-more", { count: more })));
      },
    },
    words.say("page.more-places"),
  );
  if (group.length > SHOWN_PLACES) shown.append(all);
  return make("li", { class: first.weight }, make("p", {}, words.finding(first), " ", codes, ...many), shown);
}

/** Where in the archive it is, and what a person called it who had it on a phone. */
function placeOf({ file, line, item }: Finding, { inside }: Report): (HTMLElement | string)[] {
  const at = line === undefined ? "" : `:${line}`;
  const place = neutral(`${file ?? ""}${at}${item === undefined ? "" : file === undefined ? item : ` (${item})`}`);
  const was = item === undefined ? undefined : inside?.kept.get(item)?.path;
  return was === undefined ? [code(place)] : [code(place), " ", path(neutral(was))];
}

export function facts(report: Report, about: About, words: Words): HTMLElement {
  const say = (name: string, values: Record<string, string | number> = {}): string => words.say(`page.${name}`, values);
  const list = make("dl", {});
  const add = (name: string, ...values: (HTMLElement | string)[]): void => {
    list.append(make("dt", {}, say(name)), make("dd", {}, ...values));
  };
  add("file", say("chosen", { name: about.name, size: about.sizeBytes }));
  if (report.digest !== undefined) add("sha256", code(report.digest));
  const time = local(about.at);
  add("checked", say("checked-at", { time, version: VERSION }), ...looked(report, words));
  if (report.case !== undefined) {
    add("case", code(report.case));
    if (report.purpose !== undefined && words.knows(`page.for.${report.purpose}`)) add("sealed-for", say(`for.${report.purpose}`));
    add("signers", ...signers(report, words));
    add("outside", ...outside(report, words));
    add("absent", ...absent(report, words));
    add("statement", say(statement(report)));
    add("not-here", make("ul", { class: "plain" }, ...notHere(report, words).map((each) => make("li", {}, each))));
  }
  return make("section", { "aria-labelledby": "h-facts" }, make("h3", { id: "h-facts" }, say("facts")), list);
}

function looked(report: Report, words: Words): HTMLElement[] {
  if (report.case === undefined) return [];
  const commits = report.signers.reduce((sum, signer) => sum + signer.commits, 0);
  const values = { commits, events: report.events };
  return [make("p", { class: "quiet" }, words.say("page.looked-at", values))];
}

function signers(report: Report, words: Words): HTMLElement[] {
  const day = (time: string): string => time.slice(0, 16).replace("T", " ");
  const each = report.signers.map(({ fingerprint, commits, first, last }) => {
    const said = words.say("page.signed", { commits, first: day(first), last: day(last) });
    return make("li", {}, code(fingerprint), make("p", { class: "quiet" }, said));
  });
  return [make("ul", { class: "plain" }, ...each), make("p", { class: "quiet" }, words.say("page.signers-note"))];
}

function outside(report: Report, words: Words): (HTMLElement | string)[] {
  return report.anchors.length === 0 ? [words.say("page.outside-none")] : fixed(report, words);
}

/** What fixes the log from outside, and what that rests on. */
function fixed({ anchors, lines }: Report, words: Words): HTMLElement[] {
  return anchors.map(({ through, since, origin }) => {
    const values = { through, since: since.replace("T", " ").slice(0, 19), lines };
    return make("p", {}, words.say(`verify.receipt-${origin}`, values));
  });
}

function absent(report: Report, words: Words): HTMLElement[] {
  const here = report.items.length + report.brokenItems.length;
  const counts = {
    items: Math.max(0, (report.itemsOf ?? 0) - here),
    items_of: report.itemsOf ?? 0,
    events: report.eventsClosed,
    events_of: report.events,
  };
  const lines = report.withheld.length === 0 ? undefined : words.say("page.withheld-lines", { lines: ranges(report.withheld) });
  const part = { part: report.part, parts: report.parts };
  return [
    ...(report.parts > 1 ? [make("p", {}, words.say("page.one-part", part))] : []),
    make("p", {}, words.say(report.itemsOf === undefined ? "page.absent-unknown" : "page.absent-counts", counts)),
    ...(report.blurred.length === 0 ? [] : [make("p", {}, words.say("page.blurred-copies", { count: report.blurred.length }))]),
    ...(lines === undefined ? [] : [make("p", { class: "quiet" }, lines)]),
  ];
}

function statement(report: Report): string {
  if (report.findings.some((each) => each.code.startsWith("statement-"))) return "statement-broken";
  if (report.statement) return "statement-agrees";
  return report.locked ? "statement-none" : "statement-plain";
}

function notHere(report: Report, words: Words): string[] {
  const stamp = ({ through, at, authority }: Stamped): string => {
    const said = { through, at: at.replace("T", " ").slice(0, 19), authority: authority || "?" };
    return words.say(at === "" ? "page.time-stamp-for-unsaid" : "page.time-stamp-for", said);
  };
  return [
    ...report.stamps.slice(-SHOWN_STAMPS).map(stamp),
    ...(report.parts > 1 ? [words.say("page.other-parts")] : []),
    words.say("page.counter-signatures"),
    ...(report.locked ? [] : [words.say("page.shell")]),
  ];
}

/** A line for whoever checked, on paper only. */
export function signing(words: Words): HTMLElement {
  const cell = (name: string): HTMLElement => make("div", {}, words.say(`page.${name}`));
  return make("div", { class: "paper signing" }, cell("checked-by"), cell("signature"));
}

function local(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const away = -at.getTimezoneOffset();
  const zone = `${away < 0 ? "-" : "+"}${two(Math.floor(Math.abs(away) / 60))}:${two(Math.abs(away) % 60)}`;
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())} ${zone}`;
}

