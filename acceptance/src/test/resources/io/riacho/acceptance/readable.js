// What a reader could not read on this page, one sentence each. Runs in the page.
const found = [];
const screen = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > screen)
  found.push(`the page is ${document.documentElement.scrollWidth} px wide on a screen of ${screen}`);

const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
// A colour of any notation as red, green, blue (0 to 255) and its opacity (0 to 1).
const channels = (color) => {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = (front, back) =>
  [0, 1, 2].map((i) => front[i] * front[3] + back[i] * (1 - front[3])).concat(1);
const behind = (element) => {
  if (!element) return [255, 255, 255, 1];
  const own = channels(getComputedStyle(element).backgroundColor);
  return own[3] === 1 ? own : over(own, behind(element.parentElement));
};
const luminance = (color) => {
  const [r, g, b] = color.slice(0, 3).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const text = texts.currentNode.textContent.trim();
  const element = texts.currentNode.parentElement;
  if (!text || ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue;
  if (!element.checkVisibility({ visibilityProperty: true })) continue;
  const box = element.getBoundingClientRect();
  if (box.width === 0 || box.height === 0 || box.right < 0) continue;
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const back = behind(element);
  let opacity = 1;
  for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
  const ink = channels(style.color);
  const seen = over([...ink.slice(0, 3), ink[3] * opacity], back);
  const ratio = contrast(seen, back);
  const name = `"${text.slice(0, 30)}" (${element.className || element.tagName})`;
  if (ratio < (large ? 3 : 4.5)) found.push(`${name} has a contrast of ${ratio.toFixed(2)}`);
  if (size < 10) found.push(`${name} is ${size} px high`);
  if (box.right > screen + 1) found.push(`${name} ends at ${Math.round(box.right)} px`);
}
return [...new Set(found)].slice(0, 20);
