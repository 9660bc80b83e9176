/** Taking one file out of the archive, where the browser lets a page write a file that a person named. */

import type { Desk } from "../core/threads";
import { make } from "./dom";
import type { Words } from "./words";

interface Sink {
  write(data: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

interface Handle {
  name: string;
  createWritable(): Promise<Sink>;
}

type Picker = (options: { suggestedName: string }) => Promise<Handle>;

const picker = (): Picker | undefined => (globalThis as unknown as { showSaveFilePicker?: Picker }).showSaveFilePicker;

export const canSave = (): boolean => picker() !== undefined;

/** A button that saves a file of the bag; what was written only gets its name when it is what was checked. */
export function saver(name: string, digest: string, desk: Desk, words: Words): HTMLElement {
  const said = make("p", { class: "quiet", role: "status" });
  if (!canSave()) return make("p", { class: "quiet" }, words.say("page.save-none"));
  const save = async (): Promise<void> => {
    const suggestedName = name.slice(name.lastIndexOf("/") + 1);
    const handle = await picker()?.call(globalThis, { suggestedName });
    if (handle === undefined) return;
    const sink = await handle.createWritable();
    const pieces = desk.copy(name);
    try {
      for (let piece = await pieces.next(); piece.length > 0; piece = await pieces.next()) await sink.write(piece);
      if ((await pieces.end()).digest !== digest) throw new Error("changed");
      await sink.close();
      said.textContent = words.say("page.saved", { name: handle.name });
    } catch (error) {
      await sink.abort().catch(() => undefined);
      said.textContent = words.say(String(error).includes("changed") ? "page.changed-again" : "page.save-failed");
    }
  };
  const button = make(
    "button",
    {
      type: "button",
      class: "save",
      // Somebody who closes the dialogue has changed their mind, and nothing went wrong.
      onclick: () => void save().catch(() => undefined),
    },
    words.say("page.save"),
  );
  said.textContent = words.say("page.save-note");
  return make("div", { class: "saving" }, button, said);
}
