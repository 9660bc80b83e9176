// Bundles the page into the one file that the package carries; the same input gives the same bytes.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { parse } from "smol-toml";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const target = process.argv[2] ?? join(root, "evidence_kit", "sealing", "verifier.html");
const TABLES = ["verdict", "verify", "page"];
// Of tables that other things use too, what the page says: the dossier's own sentences, and what stands in conversations.
const SHARED = {
  report: /^(?!row\.|person\.|only\.|check\.|law\.|attachment\.|summary\.|signature\.|identifiers\.|similar\.|assumption\.|limits\.|exhibits\.|transcripts\.(?:title|none)|custody\.table|age\.|(?:annex|broken|case-broken|items|page|qr|qr-alt|recorded|redacted|title|volumes|written)$)/,
  platform: /^/,
  reason: /^/,
  chats: /^(?:gap|app|to|unread-time|no-time|unnamed|owner-unnamed|reactions|kind\..*|flag\..*|word\..*|event\..*|order\..*|order-reason\..*)$/,
  // Names of what an event says.
  fact: /^(?!pair|goes_on_with|seals|value\.(?:lawyer|police|psychologist|takedown|links|association|open|closed)$)/,
};
const PLURALS = ["zero", "one", "two", "few", "many", "other"];

// Flat, like evidence_kit/words/__init__.py: a table of plural forms is one sentence.
function flat(table, above) {
  return Object.entries(table).flatMap(([key, value]) => {
    const name = `${above}.${key}`;
    const plural = typeof value === "object" && "other" in value && Object.keys(value).every((each) => PLURALS.includes(each));
    return typeof value === "string" || plural ? [[name, value]] : flat(value, name);
  });
}

// What findings mean stands in a table of its own, the one that the program uses too.
const { findings } = JSON.parse(readFileSync(join(root, "evidence_kit", "words", "findings.json"), "utf8"));

function words(language) {
  const meanings = findings.map(({ code, meaning }) => [`finding.${code}`, meaning[language]]);
  const topic = (table) => parse(readFileSync(join(root, "evidence_kit", "words", language, `${table}.toml`), "utf8"));
  const named = TABLES.flatMap((table) => flat(topic(table)[table], table));
  const shared = Object.entries(SHARED).flatMap(([table, wanted]) =>
    flat(topic(table)[table], table).filter(([name]) => wanted.test(name.slice(table.length + 1))),
  );
  const sentences = [...meanings, ...named, ...shared].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sentences);
}

const { version } = parse(readFileSync(join(root, "pyproject.toml"), "utf8")).project;
// A draft stands on no paper, and not on this page.
const listed = parse(readFileSync(join(root, "evidence_kit", "words", "languages.toml"), "utf8")).language;
const languages = listed.filter(({ draft }) => !draft).map(({ code }) => code);
const catalogue = Object.fromEntries(languages.map((language) => [language, words(language)]));
const common = { absWorkingDir: here, bundle: true, minify: true, write: false, legalComments: "none" };
const script = await build({
  ...common,
  entryPoints: ["src/main.ts"],
  format: "iife",
  target: ["chrome110", "firefox115", "safari16.4"],
  charset: "utf8",
  define: { WORDS: JSON.stringify(catalogue), VERSION: JSON.stringify(version) },
});
const style = await build({ ...common, entryPoints: ["src/page.css"], target: ["chrome110", "firefox115", "safari16.4"] });
const js = script.outputFiles[0].text.trim();
const css = style.outputFiles[0].text.trim();
if (/<\/script|<!--/i.test(js) || /<\/style/i.test(css)) throw new Error("text that would end its element");

const pin = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${pin(js)} 'wasm-unsafe-eval'`,
  `style-src ${pin(css)}`,
  "img-src data:",
  "media-src data:",
  "worker-src blob:",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");
const page = `<!doctype html>
<html lang="fr" translate="no" class="notranslate">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="google" content="notranslate">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>evidence-kit</title>
<style>${css}</style>
</head>
<body>
<noscript>JavaScript / جافاسكريبت</noscript>
<script>${js}</script>
</body>
</html>
`;
writeFileSync(target, page);
const digest = createHash("sha256").update(page).digest("hex");
// The documentation names the page that lies in the package; a build to look at elsewhere leaves it alone.
if (process.argv[2] === undefined) {
  const document = join(root, "docs", "verifier.md");
  writeFileSync(document, readFileSync(document, "utf8").replace(/^[0-9a-f]{64}(?= {2}verify\.html$)/m, digest));
}
process.stdout.write(`${digest}  ${Buffer.byteLength(page)} bytes\n`);
