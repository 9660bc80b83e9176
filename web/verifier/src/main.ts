/** One script in three places: the page, its threads, and the tests, which run the very script of the built page. */

import { crypter } from "./core/aes";
import { normaliseReceipt } from "./core/checkpoint";
import { normalise } from "./core/passphrase";
import { prepare } from "./core/hashes";
import { inlineEngine } from "./core/stream";
import { work } from "./core/threads";
import { verify } from "./core/verify";
import { start } from "./page/page";
import { neutral } from "./page/words";

type Scope = Parameters<typeof work>[0] & { importScripts?: unknown; evidenceKit?: unknown };

const scope = globalThis as unknown as Scope;
if (typeof document !== "undefined") {
  start(document.currentScript?.textContent ?? "");
} else if (scope.importScripts !== undefined) {
  work(scope);
} else {
  scope.evidenceKit = { verify, normalise, normaliseReceipt, neutral, prepare, inlineEngine, crypter };
}
