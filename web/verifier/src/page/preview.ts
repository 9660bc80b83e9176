/**
 * Pictures, texts and sounds out of an archive. Nothing is decrypted before somebody asks, a picture comes blurred, and
 * only one thing is there at a time. No Blob is made of it: browsers write those to the disk.
 */

import type { Bytes } from "../core/bytes";
import type { Desk } from "../core/threads";
import { make } from "./dom";
import { reader } from "./reading";
import type { Words } from "./words";

const PICTURES: ReadonlyMap<string, string> = new Map([
  ["jpg", "image/jpeg"],
  ["png", "image/png"],
  ["webp", "image/webp"],
  ["gif", "image/gif"],
  // Not every browser draws it; one that cannot says so.
  ["heic", "image/heic"],
]);
const FILMS: ReadonlyMap<string, string> = new Map([
  ["mp4", "video/mp4"],
  ["mov", "video/quicktime"],
]);
const SOUNDS: ReadonlyMap<string, string> = new Map([
  ["mp3", "audio/mpeg"],
  ["ogg", "audio/ogg"],
  ["opus", "audio/ogg"],
  ["m4a", "audio/mp4"],
  ["wav", "audio/wav"],
]);
const TEXTS: ReadonlySet<string> = new Set(["txt", "json", "md", "html", "jsonl", "sig", "csv", "xml", "vcf", "allowed_signers"]);
const LARGEST_PICTURE_BYTES = 48 << 20;
const LARGEST_SOUND_BYTES = 24 << 20;
const LARGEST_FILM_BYTES = 64 << 20;
const LARGEST_TEXT_BYTES = 128 << 20;
const BLURRED_PIXELS = 20;
const SHARP_PIXELS = 2000;

/** The one thing that is shown; asking for another takes it away. */
let shown: (() => void) | undefined;

export function hide(): void {
  shown?.();
  shown = undefined;
}

type Way = "preview" | "preview-film" | "preview-text" | "listen";

function wayOf(name: string, sizeBytes: number): Way | undefined {
  const ending = name.slice(name.lastIndexOf("/") + 1).split(".").at(-1) ?? "";
  if (PICTURES.has(ending) && sizeBytes <= LARGEST_PICTURE_BYTES) return "preview";
  if (FILMS.has(ending) && sizeBytes <= LARGEST_FILM_BYTES) return "preview-film";
  if (SOUNDS.has(ending) && sizeBytes <= LARGEST_SOUND_BYTES) return "listen";
  return TEXTS.has(ending) && sizeBytes <= LARGEST_TEXT_BYTES ? "preview-text" : undefined;
}

/** A button that shows a file of the bag and the place where it appears; undefined when it cannot be shown. */
export function preview(
  name: string,
  title: string,
  sizeBytes: number,
  desk: Desk,
  words: Words,
): { button: HTMLElement; place: HTMLElement } | undefined {
  const way = wayOf(name, sizeBytes);
  if (way === undefined) return undefined;
  const place = make("div", { class: "preview" });
  const show = async (): Promise<void> => {
    hide();
    say(place, words, "opening");
    const data = await desk.file(name);
    hide();
    shown = () => place.replaceChildren();
    if (data === undefined) say(place, words, "changed-again");
    else if (way === "preview-text") place.replaceChildren(reader(data, title, words), hideButton(words));
    else if (way === "listen") place.replaceChildren(sound(data, name, title), hideButton(words));
    else if (way === "preview-film") place.replaceChildren(...(await film(data, name, title, words)));
    else place.replaceChildren(...(await picture(data, name, title, words)));
  };
  const button = make(
    "button",
    { type: "button", class: "show", onclick: () => void show().catch(() => say(place, words, "preview-failed")) },
    words.say(`page.${way}`),
  );
  return { button, place };
}

function say(place: HTMLElement, words: Words, sentence: string): void {
  place.replaceChildren(make("p", { role: "status" }, words.say(`page.${sentence}`)));
}

function hideButton(words: Words): HTMLElement {
  return make("button", { type: "button", class: "hide", onclick: hide }, words.say("page.hide"));
}

async function picture(data: Bytes, name: string, title: string, words: Words): Promise<HTMLElement[]> {
  const image = new Image();
  image.src = address(data, PICTURES.get(name.split(".").at(-1) ?? "") ?? "");
  await image.decode();
  const canvas = make("canvas", { role: "img", "aria-label": title, class: "blurred" });
  const draw = (most: number): void => {
    const scale = Math.min(1, most / Math.max(image.naturalWidth, image.naturalHeight, 1));
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  };
  // Blurred means that the fine pixels are not there, not that something lies over them.
  draw(BLURRED_PIXELS);
  canvas.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
  const sharpen = make(
    "button",
    {
      type: "button",
      class: "sharpen",
      "aria-pressed": "false",
      onclick: () => {
        const blurred = canvas.classList.toggle("blurred");
        draw(blurred ? BLURRED_PIXELS : SHARP_PIXELS);
        sharpen.setAttribute("aria-pressed", String(!blurred));
        sharpen.textContent = words.say(blurred ? "page.sharp" : "page.blur");
      },
    },
    words.say("page.sharp"),
  );
  shown = () => {
    canvas.parentElement?.parentElement?.replaceChildren();
    canvas.width = canvas.height = 0;
    image.removeAttribute("src");
  };
  return [make("div", { class: "frame" }, canvas), make("div", { class: "tools" }, sharpen, hideButton(words))];
}

/** A film: one frame of it, blurred, until somebody asks for more; nothing plays by itself. */
async function film(data: Bytes, name: string, title: string, words: Words): Promise<HTMLElement[]> {
  const source = address(data, FILMS.get(name.split(".").at(-1) ?? "") ?? "");
  const video = make("video", { controls: true, muted: true, preload: "auto", playsinline: true, "aria-label": title });
  await new Promise<void>((done, failed) => {
    video.addEventListener("loadeddata", () => done(), { once: true });
    video.addEventListener("error", () => failed(new Error("film")), { once: true });
    video.src = source;
  });
  const canvas = make("canvas", { role: "img", "aria-label": title, class: "blurred" });
  const scale = BLURRED_PIXELS / Math.max(video.videoWidth, video.videoHeight, 1);
  canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
  canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  canvas.style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`;
  const frame = make("div", { class: "frame" }, canvas);
  const sharpen = make(
    "button",
    {
      type: "button",
      class: "sharpen",
      onclick: () => {
        frame.replaceChildren(video);
        sharpen.remove();
        video.focus();
      },
    },
    words.say("page.sharp"),
  );
  shown = () => {
    video.pause();
    video.removeAttribute("src");
    canvas.width = canvas.height = 0;
    frame.parentElement?.replaceChildren();
  };
  return [frame, make("div", { class: "tools" }, sharpen, hideButton(words))];
}

function sound(data: Bytes, name: string, title: string): HTMLElement {
  const source = address(data, SOUNDS.get(name.split(".").at(-1) ?? "") ?? "");
  return make("audio", { controls: true, src: source, "aria-label": title, preload: "auto" });
}

function address(data: Bytes, type: string): string {
  let text = "";
  for (let at = 0; at < data.length; at += 0x8000) text += String.fromCharCode(...data.subarray(at, at + 0x8000));
  return `data:${type};base64,${btoa(text)}`;
}
