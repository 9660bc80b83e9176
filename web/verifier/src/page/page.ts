/** The page: what is asked, what is shown while it works, and in which language. */

import { normaliseReceipt } from "../core/checkpoint";
import type { Inside } from "../core/contents";
import { ORIGINS, type Origin } from "../core/finding";
import type { Lying } from "../core/folder";
import { prepare } from "../core/hashes";
import { digitsIn, normalise } from "../core/passphrase";
import { begin, type Check, type Desk } from "../core/threads";
import type { Order, Report } from "../core/verify";
import { dropped, isWhole, meant, picked, type Chosen, type Mistake } from "./choosing";
import { dossier, isReadable } from "./dossier";
import { make } from "./dom";
import { events } from "./events";
import { items } from "./items";
import { papers, talks } from "./papers";
import { hide } from "./preview";
import { facts, findings, signing, verdict, type About } from "./result";
import { LANGUAGES, NAMES, Words, type Language } from "./words";

const DRAWN_EVERY_MS = 100;
const FORESEEN_AFTER_MS = 3000;
// What is written the moment before is not yet known to those who read it out.
const ANNOUNCED_AFTER_MS = 150;

interface Result {
  report: Report;
  desk: Desk | undefined;
  about: About;
}

/** What a person did so far; the page is drawn from it. */
interface State {
  words: Words;
  chosen: Chosen | undefined;
  mistake: Mistake | undefined;
  result: Result | undefined;
  running: Check | undefined;
}

export function start(source: string): void {
  const preferred = navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage);
  const words = new Words(preferred ?? "fr");
  new Page(source, { words, chosen: undefined, mistake: undefined, result: undefined, running: undefined }).draw();
}

function isLanguage(text: string): text is Language {
  return (LANGUAGES as readonly string[]).includes(text);
}

/** A field that no browser keeps, corrects, translates or looks up. */
function field(id: string, attributes: Record<string, string>): HTMLInputElement {
  const quiet = { spellcheck: "false", autocomplete: "off", autocorrect: "off", translate: "no", dir: "ltr" as const };
  return make("input", { id, type: "text", ...quiet, ...attributes });
}

class Page {
  private readonly passphrase = field("passphrase", {
    inputmode: "numeric",
    autocapitalize: "off",
    "aria-describedby": "passphrase-help digits passphrase-problem",
  });
  private readonly receipt = field("receipt", {
    autocapitalize: "characters",
    "aria-describedby": "receipt-help receipt-problem",
  });
  /** Where the code comes from: one that came along with the archive fixes nothing. */
  private readonly origins = ORIGINS.map((origin) => make("input", { type: "radio", name: "origin", id: `origin-${origin}` }));
  private readonly files = make("input", { id: "files", type: "file", multiple: true, class: "unseen" });
  private readonly folder = make("input", { id: "folder", type: "file", webkitdirectory: true, class: "unseen" });
  private readonly status = make("p", { id: "status" });
  /** Stays where it is while everything else is drawn anew: who listens hears what is written into it. */
  private readonly live = make("p", { id: "live", class: "unseen", role: "status" });

  constructor(
    private readonly source: string,
    private readonly state: State,
  ) {
    for (const input of [this.files, this.folder]) {
      input.addEventListener("change", () => void this.choose(picked(input)));
    }
    this.passphrase.addEventListener("input", () => this.count());
    for (const input of [this.passphrase, this.receipt]) {
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") void this.check();
      });
    }
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!this.busyNow) void dropped(event.dataTransfer).then((files) => this.choose(files));
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hide();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) hide();
    });
    addEventListener("beforeprint", hide);
    for (const change of ["online", "offline"]) addEventListener(change, () => this.connected());
  }

  private say(name: string, values: Record<string, string | number> = {}): string {
    return this.state.words.say(`page.${name}`, values);
  }

  /** A check that has ended is kept, because it reads again what somebody asks for. */
  private get busyNow(): boolean {
    return this.state.running !== undefined && this.state.result === undefined;
  }

  draw(): void {
    hide();
    const { words, result } = this.state;
    const root = document.documentElement;
    root.lang = words.language;
    root.dir = words.direction;
    document.title = this.say("title");
    const main = make("main", { id: "main" }, ...(result === undefined ? this.asking() : this.told(result)));
    for (const old of [...document.body.children]) if (old !== this.live) old.remove();
    document.body.prepend(this.header(), main);
    if (!this.live.isConnected) document.body.append(this.live);
    if (result !== undefined) return;
    this.count();
    this.connected();
  }

  /** Let who listens hear something that others see; said twice it is heard twice. */
  private announce(text: string): void {
    this.live.textContent = "";
    setTimeout(() => (this.live.textContent = text), ANNOUNCED_AFTER_MS);
  }

  private header(): HTMLElement {
    const languages = LANGUAGES.map((language) => {
      const pressed = String(language === this.state.words.language);
      const choose = (): void => {
        if (this.busyNow) return;
        this.state.words = new Words(language);
        this.draw();
        document.getElementById(`language-${language}`)?.focus();
      };
      const attributes = { type: "button", lang: language, id: `language-${language}`, "aria-pressed": pressed };
      return make("button", { ...attributes, onclick: choose }, NAMES[language]);
    });
    return make(
      "header",
      {},
      make("h1", {}, this.say("title")),
      make("div", { role: "group", class: "languages", "aria-label": this.say("languages") }, ...languages),
    );
  }

  private asking(): HTMLElement[] {
    const { chosen } = this.state;
    const locked = chosen?.plain !== true;
    const digits = make("span", { id: "digits", class: "count" });
    return [
      make("div", { class: "notice" }, make("p", { id: "network" }), make("p", {}, this.say("translation"))),
      make(
        "ol",
        { class: "steps" },
        make("li", {}, ...this.choice()),
        ...(locked ? [make("li", {}, ...this.asked("passphrase", this.passphrase, digits))] : []),
        make("li", {}, ...this.asked("receipt", this.receipt), this.askedOrigin()),
      ),
      make("div", { class: "tools" }, this.startButton(), this.status),
      make("p", { class: "quiet self" }, this.say("self")),
    ];
  }

  private choice(): HTMLElement[] {
    const drop = make(
      "label",
      { for: "files", class: "drop", id: "drop" },
      make("span", {}, this.say("drop")),
      make("span", { class: "button" }, this.say("choose")),
    );
    for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, () => drop.classList.add("over"));
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
    const about = make("div", { id: "chosen" }, ...this.about());
    const folder = make("label", { for: "folder", class: "link" }, this.say("choose-folder"));
    const help = make("span", { class: "quiet", id: "folder-help" }, this.say("folder-help"));
    this.folder.setAttribute("aria-describedby", "folder-help");
    return [
      make("h2", {}, this.say("files")),
      this.files,
      drop,
      make("p", { class: "folder" }, this.folder, folder, " ", help),
      about,
    ];
  }

  private asked(name: string, input: HTMLInputElement, beside?: HTMLElement): HTMLElement[] {
    return [
      make("label", { for: name, class: "title" }, this.say(name)),
      make("div", { class: "field" }, input, beside),
      make("span", { id: `${name}-help`, class: "quiet" }, this.say(`${name}-help`)),
      make("span", { id: `${name}-problem`, class: "problem", role: "alert" }),
    ];
  }

  private askedOrigin(): HTMLElement {
    const choices = ORIGINS.map((origin, at) =>
      make("label", { for: `origin-${origin}`, class: "choice" }, this.origins[at], " ", this.say(`from.${origin}`)),
    );
    const group = make(
      "fieldset",
      { id: "origin", "aria-describedby": "origin-problem" },
      make("legend", {}, this.say("receipt-from")),
      ...choices,
      make("span", { id: "origin-problem", class: "problem", role: "alert" }),
    );
    const show = (): void => {
      group.hidden = this.receipt.value.trim() === "";
    };
    this.receipt.oninput = show;
    show();
    return group;
  }

  private get origin(): Origin | undefined {
    return ORIGINS[this.origins.findIndex((input) => input.checked)];
  }

  private startButton(): HTMLElement {
    const button = make("button", { type: "button", id: "start", class: "primary" }, this.say("start"));
    button.addEventListener("click", () => void this.check());
    button.disabled = this.state.chosen === undefined;
    return button;
  }

  private about(): HTMLElement[] {
    const { chosen, mistake } = this.state;
    if (mistake !== undefined) return [make("p", { class: "problem" }, this.say(mistake))];
    if (chosen === undefined) return [];
    const { text, signature } = chosen.papers;
    const half = (text === undefined) !== (signature === undefined);
    const statement = half ? "half-statement" : isWhole(chosen.papers) ? "with-statement" : "without-statement";
    const said = chosen.folder !== undefined ? "folder" : chosen.plain ? "plain" : statement;
    return [
      make("p", { class: "file" }, this.say("chosen", { name: chosen.name, size: chosen.sizeBytes })),
      make("p", { class: half ? "problem" : "quiet" }, this.say(said)),
    ];
  }

  private connected(): void {
    const place = document.getElementById("network");
    if (place === null) return;
    place.replaceChildren(make("strong", {}, this.say(navigator.onLine ? "offline" : "is-offline")));
    place.parentElement?.classList.toggle("good", !navigator.onLine);
  }

  private async choose(files: Lying[] | undefined): Promise<void> {
    if (files?.length === 0) return;
    const { state } = this;
    const found = files === undefined ? "no-folder" : await meant(files, state.chosen);
    if (typeof found === "string") Object.assign(state, { chosen: undefined, mistake: found });
    else Object.assign(state, { chosen: found, mistake: undefined });
    const focused = document.activeElement?.id;
    state.running?.close();
    state.running = undefined;
    state.result = undefined;
    this.draw();
    if (focused) document.getElementById(focused)?.focus();
    this.announce(document.getElementById("chosen")?.innerText ?? "");
  }

  private count(): void {
    const digits = document.getElementById("digits");
    if (digits !== null) digits.textContent = this.say("digits", { digits: digitsIn(this.passphrase.value) });
  }

  /** Look at what was typed; a slip of the hand is no verdict. */
  private async typed(): Promise<Pick<Order, "passphrase" | "receipt" | "origin"> | undefined> {
    await prepare();
    const passphrase = this.state.chosen?.plain ? "" : normalise(this.passphrase.value);
    const wanted = this.receipt.value.trim() !== "";
    const receipt = wanted ? normaliseReceipt(this.receipt.value) : undefined;
    const wrong: [HTMLInputElement, string, boolean][] = [
      [this.passphrase, "passphrase", passphrase === undefined],
      [this.receipt, "receipt", wanted && receipt === undefined],
      [this.origins[0] as HTMLInputElement, "origin", wanted && this.origin === undefined],
    ];
    for (const [input, name, problem] of wrong) {
      const place = document.getElementById(`${name}-problem`);
      const values = { digits: digitsIn(this.passphrase.value) };
      if (place !== null) place.textContent = problem ? this.say(`${name}-malformed`, values) : "";
      input.setAttribute("aria-invalid", String(problem));
    }
    const first = wrong.find(([, , problem]) => problem);
    first?.[0].focus();
    return first === undefined && passphrase !== undefined ? { passphrase, receipt, origin: this.origin } : undefined;
  }

  private async check(): Promise<void> {
    const { state } = this;
    const { chosen } = state;
    if (chosen === undefined || this.busyNow) return;
    const typed = await this.typed();
    if (typed === undefined || this.busyNow) return;
    const { name, archive, folder } = chosen;
    const order: Order = { file: archive, folder, name, ...typed, papers: isWhole(chosen.papers) ? chosen.papers : undefined };
    if (chosen.papers.text !== undefined) order.papers = { text: chosen.papers.text, signature: chosen.papers.signature };
    const running = begin(this.source, order, this.busy(chosen));
    state.running = running;
    try {
      const { report, desk } = await running.done;
      if (state.running !== running) return;
      state.result = { report, desk, about: { name, sizeBytes: chosen.sizeBytes, at: new Date() } };
      if (desk === undefined) running.close();
      this.passphrase.value = "";
      this.draw();
      document.getElementById("verdict")?.focus();
    } catch (error) {
      if (state.running === running) this.ended("failed", { error: String(error).slice(0, 200) });
    }
  }

  private ended(sentence: string, values: Record<string, string> = {}): void {
    this.state.running?.close();
    this.state.running = undefined;
    this.draw();
    this.status.textContent = this.say(sentence, values);
    this.announce(this.say(sentence, values));
    document.getElementById("start")?.focus();
  }

  /** Shows that it works; the bar is told how many bytes were checked, and nothing else moves it. */
  private busy({ name, sizeBytes }: Chosen): (done: number) => void {
    const title = make("h2", { id: "busy" }, this.say("busy", { name }));
    const bar = make("progress", { max: String(sizeBytes), value: "0", "aria-labelledby": "busy" });
    const left = make("p", { class: "quiet" });
    const stop = make("button", { type: "button", id: "stop", onclick: () => this.ended("stopped") }, this.say("stop"));
    const count = make("p", {}, this.say("progress", { done: 0, total: sizeBytes }));
    document.getElementById("main")?.replaceChildren(make("div", { class: "busy" }, title, bar, count, left, stop));
    stop.focus();
    this.announce(this.say("busy", { name }));
    const began = performance.now();
    let drawn = 0;
    return (done) => {
      const now = performance.now();
      if (now - drawn < DRAWN_EVERY_MS) return;
      drawn = now;
      bar.value = done;
      count.textContent = this.say("progress", { done, total: sizeBytes });
      if (now - began < FORESEEN_AFTER_MS) return;
      const seconds = Math.ceil((((now - began) / done) * Math.max(0, sizeBytes - done)) / 1000);
      left.textContent = this.say("remaining", { seconds });
    };
  }

  private told({ report, desk, about }: Result): HTMLElement[] {
    const { words } = this.state;
    const again = (): void => location.reload();
    const retry = report.findings.some(({ code }) => code === "archive-passphrase");
    /** The same file, with other digits. */
    const anew = (): void => {
      Object.assign(this.state, { result: undefined, running: undefined });
      this.draw();
      this.passphrase.focus();
    };
    const limits = { ANCHORED: "limits", CONSISTENT: "limits-consistent" }[String(report.verdict)] ?? "limits-failed";
    return [
      verdict(report, words),
      findings(report, words),
      make("p", { class: "limits" }, words.say(`verify.${limits}`)),
      facts(report, about, words),
      signing(words),
      make(
        "div",
        { class: "tools screen" },
        ...(retry ? [make("button", { type: "button", id: "retry", class: "primary", onclick: anew }, this.say("retry"))] : []),
        make("button", { type: "button", id: "print", onclick: () => print() }, this.say("print")),
        make("button", { type: "button", id: "again", onclick: again }, this.say("again")),
      ),
      this.inside(report, report.inside, desk, about),
    ];
  }

  private inside(report: Report, inside: Inside | undefined, desk: Desk | undefined, about: About): HTMLElement {
    const { words } = this.state;
    if (inside === undefined || desk === undefined) {
      return make("p", { class: "quiet screen" }, this.say("nothing-shown"));
    }
    const [shown, printed] = [{ inside, desk, words }, { report, about, words }];
    const readable = isReadable(printed, shown);
    return make(
      "section",
      { class: "screen inside", "aria-labelledby": "h-inside" },
      ...(readable ? [dossier(shown, printed)] : []),
      make("h2", { id: "h-inside" }, this.say("inside")),
      items(report, inside, desk, words),
      // Where they can be read, they are not listed a second time in pieces.
      ...(readable ? [] : [talks(inside, desk, words)]),
      events(inside, desk, words),
      papers(inside, desk, words),
    );
  }
}
