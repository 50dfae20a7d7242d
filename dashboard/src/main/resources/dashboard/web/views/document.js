// The words that stand in the document, in the reader's language.
import { $ } from "./dom.js";

export function translate({ language, words }) {
  document.documentElement.lang = language;
  for (const e of document.querySelectorAll("[data-word]")) e.textContent = words[e.dataset.word];
  for (const e of document.querySelectorAll("[data-word-placeholder]"))
    e.placeholder = words[e.dataset.wordPlaceholder];
  for (const e of document.querySelectorAll("[data-word-label]"))
    e.setAttribute("aria-label", words[e.dataset.wordLabel]);
  $("example").textContent =
    `curl --json '{"sensor_id": "s1", "value": 21.5}' ${location.origin}/api/v1/readings`;
}
