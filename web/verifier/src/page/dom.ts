/** Elements, made without any markup: whatever text is given stays text. */

type Child = Node | string | undefined;

interface Attributes {
  class?: string;
  id?: string;
  dir?: "ltr" | "rtl" | "auto";
  hidden?: boolean;
  onclick?: () => void;
  [name: `aria-${string}`]: string | undefined;
  [name: `data-${string}`]: string | undefined;
  [name: string]: unknown;
}

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === "onclick") element.addEventListener("click", value as () => void);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== undefined));
  return element;
}

/** Text that came out of evidence, in its own direction. */
export function foreign(text: string, tag: "span" | "td" | "code" = "span"): HTMLElement {
  const element = document.createElement(tag);
  element.dir = "auto";
  element.append(text);
  return element;
}

/** A path out of evidence: from left to right in every language, each name in it in its own direction. */
export function path(text: string): HTMLElement {
  const parts = text.split("/").flatMap((name, at) => [...(at === 0 ? [] : ["/", make("wbr", {})]), make("bdi", {}, name)]);
  return make("span", { dir: "ltr", class: "path" }, ...parts);
}

/** Codes, digests, numbers: left to right in every language. */
export function code(text: string): HTMLElement {
  return make("code", { dir: "ltr" }, text);
}
