/** Decryption in threads of their own, so that page and hashes do not wait for it. */

import { crypter, type Crypt } from "./aes";
import type { Bytes } from "./bytes";
import { inlineEngine, type Engine } from "./stream";

interface Task {
  number: number;
  key: Bytes;
  data: Bytes;
  firstBlock: number;
}

interface Done {
  number: number;
  data: Bytes;
}

/** What a thread does: it is given a piece and gives it back. */
export function serve(scope: {
  onmessage: ((event: MessageEvent<Task>) => void) | null;
  postMessage(message: Done, transfer: Transferable[]): void;
}): void {
  let keyed: { name: string; crypt: ReturnType<typeof crypter> } | undefined;
  scope.onmessage = ({ data: { number, key, data, firstBlock } }) => {
    const name = key.join();
    if (keyed?.name !== name) keyed = { name, crypt: crypter(key) };
    keyed.crypt(data, firstBlock);
    scope.postMessage({ number, data }, [data.buffer]);
  };
}

/** An engine with threads; falls back to none where the browser does not allow them. */
export function threadedEngine(source: string, count: number): Engine & { close(): void } {
  let workers: Worker[] = [];
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    workers = Array.from({ length: count }, () => new Worker(address));
  } catch {
    URL.revokeObjectURL(address);
    return { ...inlineEngine, close: () => undefined };
  }
  const waiting = new Map<number, { done: (data: Bytes) => void; failed: (error: Error) => void }>();
  let number = 0;
  for (const worker of workers) {
    worker.onmessage = ({ data }: MessageEvent<Done>) => {
      waiting.get(data.number)?.done(data.data);
      waiting.delete(data.number);
    };
    worker.onerror = () => {
      for (const each of waiting.values()) each.failed(new Error("thread"));
      waiting.clear();
    };
  }
  const crypt = (key: Bytes): Crypt => {
    return (data, firstBlock) =>
      new Promise((done, failed) => {
        number += 1;
        waiting.set(number, { done, failed });
        workers[number % workers.length]?.postMessage({ number, key, data, firstBlock } satisfies Task, [data.buffer]);
      });
  };
  return {
    ahead: 2 * count + 1,
    crypt,
    close: () => {
      for (const worker of workers) worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
