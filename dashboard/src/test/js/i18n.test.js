import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { en } from "../../main/resources/dashboard/web/i18n/en.js";
import {
  ENGLISH,
  PORTUGUESE,
  languageFor,
  speak,
} from "../../main/resources/dashboard/web/i18n/language.js";
import { pt } from "../../main/resources/dashboard/web/i18n/pt.js";
import { files } from "./web.js";

describe("words", () => {
  // Kind of each word, by path.
  function kinds(words, prefix = "") {
    return Object.entries(words).flatMap(([key, word]) => {
      const path = prefix + key;
      if (key === "metrics") return [];
      if (typeof word === "object") return kinds(word, `${path}.`);
      return [`${path}: ${typeof word}`];
    });
  }

  test("bothLanguagesHaveTheSameWordsOfTheSameKind", () => {
    assert.deepEqual(kinds(pt).sort(), kinds(en).sort());
  });

  test("noWordIsEmptyAndFunctionsSayTheirNumber", () => {
    const check = (word, path) => {
      if (typeof word === "function") assert.match(word(4711), /4711/, path);
      else if (typeof word === "object") Object.entries(word).forEach(([k, w]) => check(w, k));
      else assert.notEqual(word.trim(), "", path);
    };
    for (const words of [en, pt])
      for (const [path, word] of Object.entries(words)) check(word, path);
  });

  test("everyWordThatIsUsedIsThereAndEveryWordThatIsThereIsUsed", () => {
    const used = new Set();
    for (const [path, text] of files) {
      if (path.startsWith("i18n/") && !path.endsWith("language.js")) continue;
      for (const m of text.matchAll(/data-word(?:-\w+)?="(\w+)"|\bwords\.(\w+)/g))
        used.add(m[1] ?? m[2]);
    }
    // States of a command, by which words are looked up.
    for (const state of ["issued", "sent", "delivered", "acknowledged", "expired", "superseded"])
      used.add(state);
    assert.deepEqual([...used].sort(), Object.keys(en).sort());
  });

  test("everyPresenceHasAWord", () => {
    for (const words of [en, pt])
      assert.deepEqual(Object.keys(words.present), ["online", "offline", "unconfirmed", "unknown"]);
  });

  test("thePageItselfIsEnglish", () => {
    // Shown before the script runs.
    const page = files.get("index.html");
    for (const m of page.matchAll(/data-word="(\w+)"[^>]*>([^<]+)</g))
      assert.ok(en[m[1]].startsWith(m[2].replace(/\.$/, "")), `${m[1]}: ${m[2]}`);
  });
});

describe("language", () => {
  test("portugueseIsForWhoPrefersItAndEnglishForAllOthers", () => {
    for (const tag of ["pt", "pt-BR", "PT-br", "pt-PT"]) assert.equal(languageFor(tag), PORTUGUESE);
    for (const tag of ["en", "en-GB", "de", "fr-PT", ""]) assert.equal(languageFor(tag), ENGLISH);
    assert.equal(speak(PORTUGUESE).words, pt);
    assert.equal(speak(ENGLISH).words, en);
  });

  test("aMetricHasItsNameOrIsReadable", () => {
    const brazil = speak(PORTUGUESE);
    assert.equal(brazil.metricName("temperature"), "temperatura");
    assert.equal(brazil.metricName("soil_moisture_top"), "soil moisture top");
    assert.equal(speak(ENGLISH).metricName("temperature"), "temperature");
  });
});

describe("formats", () => {
  const english = speak(ENGLISH);
  const brazil = speak(PORTUGUESE);

  test("valuesOfEverySizeAreShort", () => {
    for (const { valueText } of [english, brazil])
      for (let power = -300; power <= 300; power += 0.5)
        for (const value of [10 ** power, -(10 ** power), 9.99999 * 10 ** power]) {
          const text = valueText(value);
          assert.ok(text.length <= 12, `${value} is ${text}`);
        }
  });

  test("valuesAreWrittenAsTheLanguageDoes", () => {
    assert.equal(english.valueText(21.54), "21.5");
    assert.equal(brazil.valueText(21.54), "21,5");
    assert.equal(english.valueText(12345.6), "12,346");
    assert.equal(brazil.valueText(12345.6), "12.346");
    assert.equal(english.valueText(0), "0.0");
    assert.equal(english.valueText(1e7), "1E7");
    assert.equal(english.valueText(0.0001), "1E-4");
  });

  test("whatIsNotThereIsADash", () => {
    for (const nothing of [null, undefined]) assert.equal(english.valueText(nothing), "–");
  });

  test("countsAndRatesAreShortWhenLarge", () => {
    assert.equal(english.countText(9999), "9,999");
    assert.equal(english.countText(1234567), "1.2M");
    assert.equal(english.rateText(3.14), "3.1");
    assert.equal(english.rateText(42), "42");
    assert.equal(brazil.rateText(3.14), "3,1");
  });

  test("agesGrowFromNowToDays", () => {
    const cases = [
      [-5000, "now"],
      [0, "now"],
      [1400, "now"],
      [1500, "2 s"],
      [59_400, "59 s"],
      [59_500, "1 min"],
      [3_599_000, "59 min"],
      [3_600_000, "1 h"],
      [86_399_000, "23 h"],
      [86_400_000, "1 d"],
      [864_000_000, "10 d"],
    ];
    for (const [ms, text] of cases) assert.equal(english.ageText(ms), text, `${ms} ms`);
    assert.equal(brazil.ageText(0), "agora");
  });

  test("midnightIsHourZero", () => {
    const midnight = new Date(2026, 0, 1, 0, 0, 7).getTime();
    for (const { clockText } of [english, brazil]) assert.equal(clockText(midnight), "00:00:07");
  });
});
