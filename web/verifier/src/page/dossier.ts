/** The dossier that lies in an archive, to read: demands, conversations, chronology, custody; each of them prints. */

import { fromUtf8 } from "../core/bytes";
import type { Facts, Json } from "../core/opening";
import { bubble, who, type Shown } from "./bubbles";
import { custody, eventName } from "./custody";
import { code, foreign, make } from "./dom";
import { allFacts, factsOf, iso, numberOf, numbersOf, stated, textOf, textsOf } from "./facts";
import { Library, talksIn } from "./library";
import { hide } from "./preview";
import { printer, type Printed } from "./printing";
import { folded, row, table } from "./table";
import { platform, talks, type Talks } from "./talks";
import { neutral, neutralText, size, type Words } from "./words";

const DOSSIER = "report/dossier.json";
const LISTED = "report/conversations.json";

/** Whether an archive holds a dossier that was found to be the one that its plan was signed with. */
export function isReadable(printed: Printed, { inside }: Shown): boolean {
  const wrong = wrongFiles(printed);
  return [DOSSIER, LISTED].every((name) => inside.files.has(name) && !wrong.has(name));
}

const wrongFiles = ({ report }: Printed): ReadonlySet<string | undefined> => new Set(report.findings.map(({ file }) => file));

/** The place of the dossier; it is filled when the files were read again. */
export function dossier(shown: Shown, printed: Printed): HTMLElement {
  const { words, desk } = shown;
  const place = make("section", { id: "dossier", "aria-labelledby": "h-dossier" }, make("p", { role: "status" }, words.say("page.opening")));
  const fill = async (): Promise<void> => {
    const [told, listed] = await Promise.all([DOSSIER, LISTED].map((name) => desk.file(name)));
    if (told === undefined || listed === undefined) throw new Error("changed");
    const facts = factsOf(JSON.parse(fromUtf8(told)) as Json);
    const library = new Library(talksIn(JSON.parse(fromUtf8(listed)) as Json), desk, wrongFiles(printed));
    const conversations = talks(library, shown, printed);
    place.replaceChildren(
      make("h2", { id: "h-dossier" }, words.say("page.dossier")),
      make("p", { class: "quiet" }, words.say("page.report-note")),
      await demands(facts, library, conversations, shown, printed),
      conversations.element,
      chronology(facts, conversations, shown, printed),
      custody(facts, shown, printed),
    );
  };
  void fill().catch(() => place.replaceChildren(make("p", { role: "status" }, words.say("page.preview-failed"))));
  return place;
}

async function demands(facts: Facts, library: Library, conversations: Talks, shown: Shown, printed: Printed): Promise<HTMLElement> {
  const { words } = shown;
  const title = words.say("report.demands.title");
  const all = allFacts(facts.demands);
  const cards = async (onPaper: boolean): Promise<HTMLElement[]> => {
    const made: HTMLElement[] = [];
    for (const each of all) made.push(await card(each, facts, library, conversations, shown, onPaper));
    return made;
  };
  const shownCards = await cards(false);
  const none = make("p", {}, words.say("report.demands.none"));
  const how = make("p", { class: "quiet" }, words.say("report.demands.how"));
  const tools = make("div", { class: "tools" }, printer(printed, title, async () => [how.cloneNode(true), ...(await cards(true))]));
  return folded("demands", title, true, ...(all.length === 0 ? [none] : [how, ...shownCards, tools]));
}

/** One demand: who asked what, how much, until when, and the messages that say so. */
async function card(
  demand: Facts,
  facts: Facts,
  library: Library,
  conversations: Talks,
  shown: Shown,
  onPaper: boolean,
): Promise<HTMLElement> {
  const { words } = shown;
  const list = make("dl", {});
  const add = (name: string, ...values: (Node | string)[]): void => {
    list.append(make("dt", {}, words.say(`report.demands.${name}`)), make("dd", {}, ...values));
  };
  const date = stated(demand.date);
  add("date", date === "" ? words.say("report.demands.no-date") : when(date));
  for (const name of ["demand", "amount", "deadline", "channel", "account"]) {
    const value = textOf(demand[name]);
    if (value !== "") add(name, foreign(neutralText(value)));
  }
  const places = textsOf(demand.messages);
  const quoted: HTMLElement[] = [];
  for (const where of places) {
    const found = await library.at(where);
    if (found !== undefined) quoted.push(bubble(found.line, shown, "", true));
  }
  if (places.length > 0) {
    const open = (where: string): HTMLElement =>
      onPaper
        ? code(neutral(where))
        : make("button", { type: "button", class: "link", onclick: () => void conversations.open(where) }, code(neutral(where)));
    add("messages", ...places.flatMap((where, at) => [at === 0 ? "" : ", ", open(where)]));
  }
  const numbers = new Set(numbersOf(demand.exhibits));
  const exhibits = allFacts(facts.exhibits).filter((each) => numbers.has(numberOf(each.number)));
  if (exhibits.length > 0) add("exhibits", make("ul", { class: "plain" }, ...exhibits.map((each) => make("li", {}, ...exhibit(each, words)))));
  const line = numberOf(demand.line);
  list.append(
    make("dt", {}, words.say("report.demands.recorded", { line })),
    make("dd", {}, when(iso(textOf(demand.recorded))), " · ", foreign(neutral(textOf(demand.by)))),
  );
  const heading = make("h4", {}, words.say("report.demand", { number: numberOf(demand.number) }));
  return make("div", { class: "demand" }, heading, list, ...quoted);
}

function exhibit(each: Facts, words: Words): (Node | string)[] {
  const said = words.say("report.exhibit", { number: numberOf(each.number) });
  return [said, " · ", code(neutral(textOf(each.item))), " ", foreign(neutral(textOf(each.name))), make("br", {}), code(`SHA-256 ${neutral(textOf(each.sha256))}`)];
}

function when(time: string): HTMLElement {
  return make("span", { class: "when", dir: "ltr" }, neutral(time));
}

function chronology(facts: Facts, conversations: Talks, shown: Shown, printed: Printed): HTMLElement {
  const { words } = shown;
  const title = words.say("report.chronology.title");
  const all = allFacts(facts.chronology);
  const heads = ["time", "what", "where"].map((name) => words.say(`report.column.${name}`));
  const cells = (each: Facts, onPaper: boolean): HTMLElement => {
    const where = textOf(each.where);
    const link = (): HTMLElement =>
      make("button", { type: "button", class: "link", onclick: () => void conversations.open(where) }, code(neutral(where)));
    const time = stated(each.time);
    return row(
      [when(time === "" ? words.say("chats.no-time") : time), occurred(each, words), where === "" ? "" : onPaper ? code(neutral(where)) : link()],
      heads,
    );
  };
  const list = table(words, title, heads, () => all.map((each) => () => [cells(each, false)]), hide);
  const how = make("p", { class: "quiet" }, words.say("report.chronology.how"));
  const onPaper = (): Node[] => [
    how.cloneNode(true),
    make("table", {}, make("tbody", {}, ...all.map((each) => cells(each, true)))),
  ];
  const tools = make("div", { class: "tools" }, printer(printed, title, onPaper));
  return folded("chronology", title, false, how, list.element, tools);
}

/** What happened, in the words of the papers. */
function occurred(each: Facts, words: Words): HTMLElement {
  const values = factsOf(each.values);
  const said = (name: string): string => textOf(values[name]);
  switch (textOf(each.source)) {
    case "messages": {
      const told = { count: numberOf(values.count), number: numberOf(values.conversation), platform: platform(said("platform"), words) };
      return make("span", {}, words.say("report.chronology.messages", told), " ", foreign(neutral(said("title"))));
    }
    case "demand": {
      const more = [said("amount"), said("deadline")].filter(Boolean).flatMap((value) => [" · ", foreign(neutral(value))]);
      const number = numbersOf(each.demands)[0] ?? 0;
      return make("span", {}, make("strong", {}, words.say("report.demand", { number })), ": ", foreign(neutral(said("text"))), ...more);
    }
    case "call":
      return make("span", {}, `${words.say("report.chronology.call")} `, who(said("sender"), words));
    case "post": {
      const told = words.say(`report.chronology.${textOf(each.code)}`, { number: numberOf(values.exhibit) });
      return make("span", {}, told, " ", foreign(neutral(said("account"))), " ", code(neutral(said("address"))));
    }
  }
  if (each.code === "consent.recorded") {
    const purpose = `report.purpose.${said("purpose")}`;
    const given = values.given === true || values.given === 1 ? "given" : "withdrawn";
    return make("span", {}, words.say(`report.consent.${given}`, { purpose: words.knows(purpose) ? words.say(purpose) : said("purpose") }));
  }
  const count = numberOf(values.count);
  return make("span", {}, eventName(textOf(each.code), words), count > 1 ? ` × ${size(count)}` : undefined);
}
