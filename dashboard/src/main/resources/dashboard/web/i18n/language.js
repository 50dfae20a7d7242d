// A reader's language: its words, and how it writes numbers and times.
import { en } from "./en.js";
import { formats } from "./format.js";
import { pt } from "./pt.js";

export const ENGLISH = "en";
export const PORTUGUESE = "pt-BR";

// The language for a reader who prefers that of the BCP 47 tag.
export function languageFor(preferred) {
  return preferred.toLowerCase().startsWith("pt") ? PORTUGUESE : ENGLISH;
}

// Words and formats of a language of the page.
export function speak(language) {
  const words = language === PORTUGUESE ? pt : en;
  return {
    language,
    words,
    metricName: (metric) => words.metrics[metric] ?? metric.replaceAll("_", " "),
    ...formats(language, words.now),
  };
}
