// The shape of the page: no dead file, no circle, and nothing but views and the drawing knows the DOM.
import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { files } from "./web.js";

const IMPORT = /^(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"/gm;
const LINK = /\b(?:src|href)="([^"#]+)"/g;
const URL_IN_CSS = /url\(["']?([^"')]+)["']?\)/g;

function matches(pattern, text) {
  return [...text.matchAll(pattern)].map((m) => m[1] ?? m[2]);
}

// What a file refers to, by path below the folder.
function targets(path, text) {
  if (path.endsWith(".html"))
    return matches(LINK, text).map((link) => {
      assert.ok(link.startsWith("/web/"), `${path} refers to ${link}, which is not below /web/`);
      return link.slice("/web/".length);
    });
  const links = matches(path.endsWith(".css") ? URL_IN_CSS : IMPORT, text);
  return links.map((link) => {
    assert.match(link, /^\.{1,2}\//, `${path} refers to ${link}, which is not relative`);
    return posix.join(posix.dirname(path), link);
  });
}

function graph(files) {
  return new Map([...files].map(([path, text]) => [path, targets(path, text)]));
}

function reachable(edges, from) {
  const seen = new Set();
  const go = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const next of edges.get(path) ?? []) go(next);
  };
  go(from);
  return seen;
}

// A circle of files, or null.
function circle(edges) {
  const done = new Set();
  const walk = (path, way) => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const next of edges.get(path) ?? []) {
      const found = walk(next, [...way, path]);
      if (found) return found;
    }
    done.add(path);
    return null;
  };
  for (const path of edges.keys()) {
    const found = walk(path, []);
    if (found) return found;
  }
  return null;
}

const edges = graph(files);

test("everyFileIsReachedFromThePageAndEveryReferenceLeadsToAFile", () => {
  assert.deepEqual([...reachable(edges, "index.html")].sort(), [...files.keys()].sort());
});

test("noModulesImportEachOtherInACircle", () => {
  assert.equal(circle(edges), null);
});

test("whatIsImportedIsExportedAndUsed", () => {
  const names = /^import\s*\{([^}]*)\}\s*from\s*"([^"]+)"/gm;
  for (const [path, text] of files)
    for (const [statement, list, from] of text.matchAll(names))
      for (const name of list.split(",").map((n) => n.trim()).filter(Boolean)) {
        const source = files.get(posix.join(posix.dirname(path), from));
        const word = `${name.replace("$", "\\$")}(?![\\w$])`;
        assert.match(source, new RegExp(`^export (async )?(const|function|class) ${word}`, "m"), path);
        const rest = text.replace(statement, "");
        assert.match(rest, new RegExp(`(?<![\\w$])${word}`), `${path} imports ${name} for nothing`);
      }
});

test("eachFolderImportsNoMoreThanItMay", () => {
  const may = {
    api: ["api"],
    state: ["state"],
    i18n: ["i18n"],
    charts: ["charts"],
    views: ["views", "charts", "state"],
  };
  const folder = (path) => path.split("/")[0];
  for (const [path, to] of edges)
    for (const each of to)
      if (path.includes("/"))
        assert.ok(may[folder(path)].includes(folder(each)), `${path} must not import ${each}`);
});

test("onlyViewsAndTheDrawingKnowTheDocument", () => {
  const dom = /\b(document|window|location|navigator|localStorage|getComputedStyle)\b\s*[.(]/;
  for (const [path, text] of files)
    if (/^(api|state|i18n)\/|^charts\/scale\.js$/.test(path))
      assert.doesNotMatch(text.replace(/^\s*\/\/.*$/gm, ""), dom, path);
});

test("nothingIsMarkupFromData", () => {
  for (const [path, text] of files)
    if (path.endsWith(".js"))
      assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/, path);
});

test("everyElementThatIsSoughtIsInThePage", () => {
  const page = files.get("index.html");
  for (const [path, text] of files)
    for (const id of matches(/\$\("([^"]+)"\)/g, text))
      assert.ok(page.includes(`id="${id}"`), `${path} looks for #${id}`);
});

test("theTestsOfShapeFindWhatTheyForbid", () => {
  const dead = graph(
    new Map([
      ["index.html", '<script src="/web/a.js"></script>'],
      ["a.js", 'import { b } from "./v/b.js";\n'],
      ["v/b.js", 'import {\n  c,\n  d,\n} from "../c.js";\nexport { e } from "./e.js";\n'],
      ["c.js", ""],
      ["v/e.js", ""],
      ["old.js", ""],
    ]),
  );
  const seen = reachable(dead, "index.html");
  assert.deepEqual([...seen], ["index.html", "a.js", "v/b.js", "c.js", "v/e.js"]);
  const round = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", []],
    ["d", ["b"]],
  ]);
  assert.deepEqual(circle(round), ["b", "d", "b"]);
});
