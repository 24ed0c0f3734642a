/** Elements of the page. All text goes in as text: what a program names its tasks is never read as markup. */

type Attributes = Readonly<Record<string, string>>;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(
  name: string,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made as SVGElement;
}

export function find<T extends Element = HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`there is no ${selector}`);
  return found;
}

/** A bar that is full to a share. */
export function bar(share: number, colour?: string): HTMLElement {
  const inner = element("i");
  inner.style.width = `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`;
  if (colour) inner.style.background = colour;
  return element("span", { class: "bar" }, inner);
}

export function swatch(colour: string): HTMLElement {
  const made = element("span", { class: "swatch" });
  made.style.background = colour;
  return made;
}

/** Puts new children in a panel, which stays where it was scrolled to. */
export function fill(panel: string, ...children: readonly (Node | string)[]): void {
  find(`#${panel} .body`).replaceChildren(...children);
}

/** Says why a panel shows nothing. */
export const empty = (text: string): HTMLElement => element("p", { class: "empty" }, text);
