/** The page: what is asked, what is shown, and in which language. */

import { normaliseReceipt } from "../core/checkpoint";
import type { Finding } from "../core/finding";
import { prepare } from "../core/hashes";
import { digitsIn, normalise } from "../core/passphrase";
import type { Papers } from "../core/statement";
import { looksPlain } from "../core/stream";
import { threadedEngine } from "../core/threads";
import { verify, type Report } from "../core/verify";
import { code, make } from "./dom";
import { hidePicture, sections } from "./inside";
import { LANGUAGES, NAMES, Words, neutral, size, type Language } from "./words";

const SHOWN_FINDINGS = 200;
const MOST_THREADS = 4;

interface Chosen {
  archive: File;
  plain: boolean;
  papers: Papers | undefined;
  half: boolean;
}

/** What a person did so far; the page is drawn from it. */
interface State {
  words: Words;
  chosen: Chosen | undefined;
  problem: string | undefined;
  report: { report: Report; name: string } | undefined;
  run: number;
}

export function start(source: string): void {
  const preferred = navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage);
  const state: State = {
    words: new Words(preferred ?? "fr"),
    chosen: undefined,
    problem: undefined,
    report: undefined,
    run: 0,
  };
  new Page(source, state).draw();
}

function isLanguage(text: string): text is Language {
  return (LANGUAGES as readonly string[]).includes(text);
}

class Page {
  private readonly passphrase = make("input", {
    id: "passphrase",
    type: "text",
    inputmode: "numeric",
    dir: "ltr",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    autocorrect: "off",
    translate: "no",
    "aria-describedby": "passphrase-help digits passphrase-problem",
  });
  private readonly receipt = make("input", {
    id: "receipt",
    type: "text",
    dir: "ltr",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "characters",
    autocorrect: "off",
    translate: "no",
    "aria-describedby": "receipt-help receipt-problem",
  });
  private readonly files = make("input", { id: "files", type: "file", multiple: true, class: "unseen" });
  private readonly status = make("p", { id: "status", role: "status", "aria-live": "polite" });

  constructor(
    private readonly source: string,
    private readonly state: State,
  ) {
    this.files.addEventListener("change", () => void this.choose([...(this.files.files ?? [])]));
    this.passphrase.addEventListener("input", () => this.count());
    for (const field of [this.passphrase, this.receipt]) {
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") void this.check();
      });
    }
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      if (this.state.run === 0) void this.choose([...(event.dataTransfer?.files ?? [])]);
    });
  }

  private say(name: string, values: Record<string, string | number> = {}): string {
    return this.state.words.say(`page.${name}`, values);
  }

  draw(): void {
    hidePicture();
    const { words, report } = this.state;
    const root = document.documentElement;
    root.lang = words.language;
    root.dir = words.direction;
    document.title = this.say("title");
    const main = make("main", { id: "main" }, ...(report === undefined ? this.asking() : this.result(report)));
    document.body.replaceChildren(this.header(), main);
    if (report === undefined) this.count();
  }

  private header(): HTMLElement {
    const languages = LANGUAGES.map((language) => {
      const pressed = String(language === this.state.words.language);
      const choose = (): void => {
        if (this.state.run !== 0) return;
        this.state.words = new Words(language);
        this.state.problem = undefined;
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
    const drop = make(
      "label",
      { for: "files", class: "drop", id: "drop" },
      make("span", {}, this.say("drop")),
      make("span", { class: "button" }, this.say("choose")),
    );
    for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, () => drop.classList.add("over"));
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
    const about = make("div", { id: "chosen", "aria-live": "polite" }, ...this.about());
    const locked = chosen?.plain !== true;
    return [
      make("p", { class: "notice" }, make("strong", {}, this.say("offline")), " ", this.say("translation")),
      make("section", { "aria-labelledby": "h-files" }, make("h2", { id: "h-files" }, this.say("files")), this.files, drop, about),
      ...(locked ? [this.field("passphrase", this.passphrase, make("span", { id: "digits", class: "count" }))] : []),
      this.field("receipt", this.receipt),
      make("div", { class: "tools" }, this.startButton(), this.status),
    ];
  }

  private field(name: string, input: HTMLInputElement, beside?: HTMLElement): HTMLElement {
    const problem = make("span", { id: `${name}-problem`, class: "problem", role: "alert" });
    return make(
      "section",
      {},
      make("label", { for: name, class: "title" }, this.say(name)),
      make("div", { class: "field" }, input, beside),
      make("span", { id: `${name}-help`, class: "quiet" }, this.say(`${name}-help`)),
      problem,
    );
  }

  private startButton(): HTMLElement {
    const button = make("button", { type: "button", id: "start", class: "primary" }, this.say("start"));
    button.addEventListener("click", () => void this.check());
    button.disabled = this.state.chosen === undefined;
    return button;
  }

  private about(): HTMLElement[] {
    const { chosen, problem } = this.state;
    if (problem !== undefined) return [make("p", { class: "problem" }, this.say(problem))];
    if (chosen === undefined) return [];
    const name = { name: chosen.archive.name, size: chosen.archive.size };
    const statement = chosen.half ? "half-statement" : chosen.papers ? "with-statement" : "without-statement";
    return [
      make("p", { class: "file" }, this.say("chosen", name)),
      make("p", { class: chosen.half ? "problem" : "quiet" }, this.say(chosen.plain ? "plain" : statement)),
    ];
  }

  private async choose(files: File[]): Promise<void> {
    if (files.length === 0) return;
    const ends = (end: string): File[] => files.filter((file) => file.name.toLowerCase().endsWith(end));
    const archives = ends(".zip");
    const [text] = ends(".statement.txt");
    const [signature] = ends(".statement.txt.sig");
    const [archive] = archives.length > 0 ? archives : files.filter((file) => file !== text && file !== signature);
    const { state } = this;
    if (archive === undefined && state.chosen !== undefined && (text ?? signature) !== undefined) {
      const papers = { text: text ?? state.chosen.papers?.text, signature: signature ?? state.chosen.papers?.signature };
      this.take(state.chosen.archive, state.chosen.plain, papers.text, papers.signature);
    } else if (archive === undefined || archives.length > 1) {
      state.chosen = undefined;
      state.problem = archive === undefined ? "no-archive" : "one-archive";
    } else {
      this.take(archive, await looksPlain(archive).catch(() => false), text, signature);
    }
    const focused = document.activeElement?.id;
    state.report = undefined;
    this.draw();
    if (focused) document.getElementById(focused)?.focus();
  }

  private take(archive: File, plain: boolean, text: Blob | undefined, signature: Blob | undefined): void {
    const half = (text === undefined) !== (signature === undefined);
    this.state.chosen = { archive, plain, papers: text === undefined ? undefined : { text, signature }, half };
    this.state.problem = undefined;
  }

  private count(): void {
    const digits = document.getElementById("digits");
    if (digits !== null) digits.textContent = this.say("digits", { digits: digitsIn(this.passphrase.value) });
  }

  /** Look at what was typed; a slip of the hand is no verdict. */
  private async typed(): Promise<{ passphrase: string; receipt: string | undefined } | undefined> {
    await prepare();
    const { chosen } = this.state;
    const passphrase = chosen?.plain ? "" : normalise(this.passphrase.value);
    const wanted = this.receipt.value.trim() !== "";
    const receipt = wanted ? normaliseReceipt(this.receipt.value) : undefined;
    const wrong: [HTMLInputElement, string, boolean][] = [
      [this.passphrase, "passphrase", passphrase === undefined],
      [this.receipt, "receipt", wanted && receipt === undefined],
    ];
    for (const [input, name, problem] of wrong) {
      const place = document.getElementById(`${name}-problem`);
      const values = { digits: digitsIn(this.passphrase.value) };
      if (place !== null) place.textContent = problem ? this.say(`${name}-malformed`, values) : "";
      input.setAttribute("aria-invalid", String(problem));
    }
    const first = wrong.find(([, , problem]) => problem);
    first?.[0].focus();
    return first === undefined && passphrase !== undefined ? { passphrase, receipt } : undefined;
  }

  private async check(): Promise<void> {
    const { state } = this;
    const { chosen } = state;
    if (chosen === undefined || state.run !== 0) return;
    const typed = await this.typed();
    if (typed === undefined || state.run !== 0) return;
    const threads = Math.max(1, Math.min(MOST_THREADS, (navigator.hardwareConcurrency || 2) - 1));
    const engine = threadedEngine(this.source, threads);
    const run = (state.run = Date.now());
    const { archive, papers } = chosen;
    const total = archive.size * (papers === undefined || chosen.plain ? 1 : 2);
    const bar = make("progress", { max: String(total), "aria-labelledby": "status" });
    const stop = make("button", { type: "button", id: "stop" }, this.say("stop"));
    this.busy(bar, stop);
    let done = 0;
    let drawn = 0;
    const onBytes = (bytes: number): void => {
      if (state.run !== run) throw new Stopped();
      done += bytes;
      if (performance.now() - drawn < 100) return;
      drawn = performance.now();
      bar.value = done;
      this.status.textContent = this.say("progress", { done, total });
    };
    stop.addEventListener("click", () => {
      state.run = 0;
    });
    try {
      const report = await verify({ file: archive, name: archive.name, ...typed, papers, engine, onBytes });
      if (state.run !== run) throw new Stopped();
      state.report = { report, name: archive.name };
      if (report.inside === undefined) engine.close();
      state.run = 0;
      this.passphrase.value = "";
      this.draw();
      document.getElementById("verdict")?.focus();
    } catch (error) {
      engine.close();
      state.run = 0;
      this.draw();
      const failed = error instanceof Stopped;
      this.status.textContent = failed ? this.say("stopped") : this.say("failed", { error: String(error).slice(0, 200) });
      document.getElementById("start")?.focus();
    }
  }

  private busy(bar: HTMLElement, stop: HTMLElement): void {
    this.status.textContent = "";
    const asking = document.getElementById("main");
    asking?.replaceChildren(make("div", { class: "busy" }, bar, this.status, stop));
    stop.focus();
  }

  private result({ report, name }: { report: Report; name: string }): HTMLElement[] {
    const { words } = this.state;
    const { inside } = report;
    const again = (): void => {
      location.reload();
    };
    const showsInside = inside !== undefined && report.contents.custody !== undefined;
    return [
      this.verdict(report),
      this.findings(report.findings),
      this.facts(report, name),
      make("p", { class: "limits" }, words.say("verify.limits")),
      make(
        "div",
        { class: "tools screen" },
        make("button", { type: "button", onclick: () => print() }, this.say("print")),
        make("button", { type: "button", onclick: again }, this.say("again")),
      ),
      ...(showsInside ? sections(report, inside, words) : [make("p", { class: "quiet" }, this.say("nothing-shown"))]),
    ];
  }

  private verdict(report: Report): HTMLElement {
    const { words } = this.state;
    const key = report.verdict.toLowerCase().replace(" ", "_");
    const anchored = report.anchors.map((anchor) =>
      make("p", {}, words.say("verify.anchored", { ...anchor, lines: report.lines })),
    );
    return make(
      "section",
      { class: `verdict ${key}`, id: "verdict", tabindex: "-1", "aria-labelledby": "word" },
      make("h2", { id: "word", "data-verdict": report.verdict }, words.say(`verdict.${key}.word`)),
      make("p", {}, words.say(`verdict.${key}.meaning`)),
      ...anchored,
      ...(report.case === undefined ? [] : [make("p", {}, words.say("verify.items", this.counts(report)))]),
    );
  }

  private counts(report: Report): Record<string, number> {
    return { items: report.items.length, items_here: report.items.length + report.brokenItems.length };
  }

  private findings(findings: Finding[]): HTMLElement {
    const { words } = this.state;
    if (findings.length === 0) return make("p", { id: "findings" }, this.say("nothing-wrong"));
    const listed = findings.slice(0, SHOWN_FINDINGS).map((finding) => {
      const line = finding.line === undefined ? "" : `:${finding.line}`;
      const item = finding.item !== undefined && finding.file !== undefined ? ` (${finding.item})` : finding.item;
      const where = neutral(`${finding.file ?? ""}${line}${item ?? ""}`);
      const codes = { class: "code", "data-code": finding.code };
      return make("li", {}, code(where), " ", words.finding(finding), " ", make("span", codes, code(finding.code)));
    });
    const more = findings.length - listed.length;
    return make(
      "section",
      { id: "findings", "aria-labelledby": "h-findings" },
      make("h3", { id: "h-findings" }, this.say("findings")),
      make("ul", { class: "problems" }, ...listed),
      more > 0 ? make("p", {}, `… + ${size(more)}`) : undefined,
    );
  }

  private facts(report: Report, name: string): HTMLElement {
    const { words } = this.state;
    const rows: [string, (HTMLElement | string)[]][] = [
      ["file", [this.say("chosen", { name, size: this.state.chosen?.archive.size ?? 0 })]],
    ];
    if (report.case !== undefined) {
      const signers = make("ul", { class: "plain" }, ...report.signers.map((each) => make("li", {}, code(each))));
      rows.push(["case", [code(report.case)]]);
      rows.push(["absent", [words.say("verify.absent", this.absent(report)), ...this.withheld(report)]]);
      rows.push(["signers", [signers, make("span", { class: "quiet" }, this.say("signers-note"))]]);
      rows.push(["statement", [this.say(this.statement(report))]]);
      rows.push(["time-stamps", [this.say("time-stamps-not-checked")]]);
    }
    const list = make("dl", {});
    for (const [key, value] of rows) list.append(make("dt", {}, this.say(key)), make("dd", {}, ...value));
    return make("section", { "aria-labelledby": "h-facts" }, make("h3", { id: "h-facts" }, this.say("facts")), list);
  }

  private statement(report: Report): string {
    if (report.findings.some((each) => each.code.startsWith("statement-"))) return "statement-broken";
    if (report.statement) return "statement-agrees";
    return report.plain ? "statement-plain" : "statement-none";
  }

  private absent(report: Report): Record<string, number> {
    const here = report.items.length + report.brokenItems.length;
    return {
      items: Math.max(0, (report.itemsOf ?? 0) - here),
      items_of: report.itemsOf ?? 0,
      events: report.eventsClosed,
      events_of: report.events,
    };
  }

  private withheld(report: Report): HTMLElement[] {
    if (report.withheld.length === 0) return [];
    return [make("p", { class: "quiet" }, this.say("withheld-lines", { lines: ranges(report.withheld) }))];
  }
}

/** The person stopped the check. */
class Stopped extends Error {}

function ranges(numbers: number[]): string {
  const found: [number, number][] = [];
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  const text = found.slice(0, 50).map(([first, last]) => (first === last ? String(first) : `${first}–${last}`));
  return text.join(", ") + (found.length > 50 ? ", …" : "");
}
