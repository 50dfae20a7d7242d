// Elements, found and made.
export const $ = (id) => document.getElementById(id);

export function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

export function lamp() {
  const e = element("span", "lamp");
  e.setAttribute("aria-hidden", "true");
  return e;
}
