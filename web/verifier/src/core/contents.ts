/** What one pass over a bag leaves in memory: what is wrong, and where everything stands that somebody may ask for. */

import type { Begun } from "./bag";
import type { Bytes } from "./bytes";
import type { Custody } from "./chain";
import type { Finding } from "./finding";
import type { Tally } from "./hashes";
import type { Json } from "./opening";

/** What is remembered of an opened event, so that its text can be read again when somebody asks. */
export interface Opened {
  line: number;
  type: string;
  from: number;
  to: number;
  items: string[];
}

/** What was recorded of bytes. */
export interface Made {
  sha256: Json | undefined;
  size: Json | undefined;
  crc32: Json | undefined;
}

/** What is remembered of an `item.kept`. */
export interface Kept extends Made {
  kind: string | undefined;
  family: string;
  mediaType: string;
  path: string;
  line: number;
  sensitivity: string;
}

/** What the log says of a time stamp in it, null where it says nothing. */
export interface Told {
  at: Json;
  policy: Json;
  serial: Json;
  authority: string;
}

/** What is remembered of one conversation in a `chat.parsed`. */
export interface Talk {
  item: string;
  line: number;
  format: string;
  title: string;
  messages: number;
  first: string;
  last: string;
}

/** Where a bag's files lie. */
export interface Store {
  /** A stretch of a file of the bag. */
  stretch(name: string, from: number, to: number): Promise<Bytes>;
}

/** Everything that the page shows of the inside; plain data, so that it passes from thread to thread. */
export interface Inside {
  opened: Opened[];
  kept: Map<string, Kept>;
  talks: Talk[];
  /** Every file of the bag. */
  files: Map<string, { sizeBytes: number; sha256: string }>;
  times: Map<number, string>;
}

/** What is held against what, once the whole bag was read. */
export class Bag {
  case: string | undefined;
  held = new Map<string, Bytes>();
  tallies = new Map<string, Tally>();
  custody: Custody | undefined;
  logFindings: Finding[] = [];
  kept = new Map<string, Kept>();
  /** What was recorded of the blurred copy of an item. */
  redacted = new Map<string, Made & { line: number }>();
  talks: Talk[] = [];
  opened: Opened[] = [];
  /** What the log says of the time stamps in it, by line. */
  stamped = new Map<number, Told>();
  begun: Begun | undefined;
  openedLines = new Set<number>();
  items = new Set<string>();
  witnessed = new Set<string>();
}

/** What was found inside an archive. */
export class Contents {
  custody: Custody | undefined;
  findings: Finding[] = [];
  items: string[] = [];
  brokenItems: string[] = [];
  withheld: number[] = [];
  withheldEvents = 0;
  events = 0;
  itemsOf: number | undefined;
  purpose: string | undefined;
  /** Which part of a seal it is, and how many there are. */
  part = 1;
  parts = 1;
  /** Items that are blurred copies. */
  blurred: ReadonlySet<string> = new Set();
  /** What the log says of the time stamps in it, by line. */
  told: ReadonlyMap<number, Told> = new Map();
  /** Whether the bag came out of its locked shell. */
  locked = false;
  /** How long the whole archive is. */
  sizeBytes = 0;
  /** SHA-256 of the whole archive, if it was wanted. */
  digest: string | undefined;
  /** For showing what is inside; undefined as long as the authentication code was not found to hold. */
  bag: Bag | undefined;
  store: Store | undefined;
}
