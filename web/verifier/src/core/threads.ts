/**
 * Three threads in a row, so that nothing waits for anything and the page stays awake: one reads the file and hashes it,
 * one authenticates and decrypts, one checks what comes out. Pieces are handed on, never copied.
 */

import type { Bytes } from "./bytes";
import { prepare } from "./hashes";
import { Reading, Remote, Unlocking, serve, type Keys, type Pieces, type Stretch } from "./pieces";
import type { Shelf } from "./shelf";
import { inlineEngine, type Engine } from "./stream";
import { heard, told, type Told } from "./trouble";
import { verify, type Order, type Report } from "./verify";

type Duty = { read: Stretch; out: MessagePort } | { unlock: Keys; source: MessagePort; out: MessagePort };
type Task = { control: MessagePort } | { order: Order; reader: MessagePort; opener: MessagePort };
type Question = { number: number; file: string } | { number: number; line: number } | { copy: string; out: MessagePort };
type News =
  | { ready: true }
  | { bytes: number }
  | { report: Report }
  | { failed: Told }
  | { number: number; data: Bytes | undefined };

const TOLD_EVERY_MS = 60;

interface Scope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: News, transfer?: Transferable[]): void;
}

/** What a thread does. */
export function work(scope: Scope): void {
  scope.onmessage = ({ data }: MessageEvent<Task>) => {
    if ("order" in data) void checking(scope, data.order, threadedEngine(data.reader, data.opener));
    else void prepare().then(() => (data.control.onmessage = duty));
  };
  scope.postMessage({ ready: true });
}

function duty({ data }: MessageEvent<Duty>): void {
  if ("read" in data) serve(data.out, new Reading(data.read));
  else serve(data.out, new Unlocking(new Remote(data.source), data.unlock));
}

function threadedEngine(reader: MessagePort, opener: MessagePort): Engine {
  return (stretch, keys) => {
    const read = new MessageChannel();
    reader.postMessage({ read: stretch, out: read.port2 } satisfies Duty, [read.port2]);
    if (keys === undefined) return new Remote(read.port1);
    const { port1, port2 } = new MessageChannel();
    opener.postMessage({ unlock: keys, source: read.port1, out: port2 } satisfies Duty, [read.port1, port2]);
    return new Remote(port1);
  };
}

async function checking(scope: Scope, order: Order, engine: Engine): Promise<void> {
  let bytes = 0;
  let last = 0;
  try {
    const { report, shelf } = await verify(order, engine, (more) => {
      bytes += more;
      const now = performance.now();
      if (now - last < TOLD_EVERY_MS) return;
      last = now;
      scope.postMessage({ bytes });
    });
    if (shelf !== undefined) scope.onmessage = (event: MessageEvent<Question>) => void answer(scope, shelf, event.data);
    scope.postMessage({ report });
  } catch (error) {
    scope.postMessage({ failed: told(error) });
  }
}

async function answer(scope: Scope, shelf: Shelf, question: Question): Promise<void> {
  if ("copy" in question) {
    serve(question.out, shelf.pieces(question.copy));
    return;
  }
  const asked = "file" in question ? shelf.file(question.file) : shelf.opening(question.line);
  const data = await asked.catch(() => undefined);
  scope.postMessage({ number: question.number, data }, data === undefined ? [] : [data.buffer]);
}

/** What the page can ask for when the check is done. */
export interface Desk {
  /** A whole file of the bag; undefined when it is not any more what was checked. */
  file(name: string): Promise<Bytes | undefined>;
  /** What a line's event says; undefined when it is not any more what was checked. */
  opening(line: number): Promise<Bytes | undefined>;
  /** A file of any length, to be written elsewhere. */
  copy(name: string): Pieces;
}

export interface Checked {
  report: Report;
  desk: Desk | undefined;
}

/** One check, seen from the page. */
export interface Check {
  done: Promise<Checked>;
  /** Ends the check, or gives up what it held. */
  close(): void;
}

/** Begin a check in threads, or here where the browser allows none. */
export function begin(source: string, order: Order, onBytes: (bytes: number) => void): Check {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const workers: Worker[] = [];
  const close = (): void => {
    for (const worker of workers) worker.terminate();
    URL.revokeObjectURL(address);
  };
  try {
    for (let count = 0; count < 3; count++) workers.push(new Worker(address));
  } catch {
    close();
    return { done: here(order, onBytes), close: () => undefined };
  }
  return { done: there(workers, order, onBytes), close };
}

async function here(order: Order, onBytes: (bytes: number) => void): Promise<Checked> {
  let bytes = 0;
  const { report, shelf } = await verify(order, inlineEngine, (more) => onBytes((bytes += more)));
  if (shelf === undefined) return { report, desk: undefined };
  const desk: Desk = {
    file: (name) => shelf.file(name),
    opening: (line) => shelf.opening(line),
    copy: (name) => shelf.pieces(name),
  };
  return { report, desk };
}

function there(workers: Worker[], order: Order, onBytes: (bytes: number) => void): Promise<Checked> {
  const [checker, ...helpers] = workers as [Worker, ...Worker[]];
  const [reader, opener] = helpers.map((helper) => {
    const { port1, port2 } = new MessageChannel();
    helper.postMessage({ control: port1 } satisfies Task, [port1]);
    return port2;
  }) as [MessagePort, MessagePort];
  const waiting = new Map<number, (data: Bytes | undefined) => void>();
  const desk = deskOf(checker, waiting);
  return new Promise((done, failed) => {
    let alive = false;
    const broken = (event: ErrorEvent): void => {
      // A browser that lets no thread begin says so late.
      if (!alive) here(order, onBytes).then(done, failed);
      else failed(new Error(event.message || "thread"));
    };
    for (const worker of workers) worker.onerror = broken;
    checker.onmessage = ({ data: news }: MessageEvent<News>) => {
      alive = true;
      if ("bytes" in news) onBytes(news.bytes);
      else if ("report" in news) done({ report: news.report, desk: news.report.inside === undefined ? undefined : desk });
      else if ("failed" in news) failed(heard(news.failed));
      else if ("number" in news) {
        waiting.get(news.number)?.(news.data);
        waiting.delete(news.number);
      }
    };
    checker.postMessage({ order, reader, opener } satisfies Task, [reader, opener]);
  });
}

function deskOf(checker: Worker, waiting: Map<number, (data: Bytes | undefined) => void>): Desk {
  let number = 0;
  const ask = (what: { file: string } | { line: number }): Promise<Bytes | undefined> =>
    new Promise((done) => {
      number += 1;
      waiting.set(number, done);
      checker.postMessage({ number, ...what } satisfies Question);
    });
  return {
    file: (name) => ask({ file: name }),
    opening: (line) => ask({ line }),
    copy: (name) => {
      const { port1, port2 } = new MessageChannel();
      checker.postMessage({ copy: name, out: port2 } satisfies Question, [port2]);
      return new Remote(port1);
    },
  };
}
