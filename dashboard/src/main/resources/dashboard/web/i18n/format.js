// Numbers and times as texts.

// `now` is the word for an age of almost nothing.
export function formats(language, now) {
  const decimals = new Intl.NumberFormat(language, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const wholes = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat(language, {
    notation: "compact",
    maximumFractionDigits: 1,
  });
  const scientific = new Intl.NumberFormat(language, {
    notation: "scientific",
    maximumFractionDigits: 2,
  });
  const clock = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });

  function valueText(value) {
    if (value === null || value === undefined) return "–";
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e7 || size < 1e-3)) return scientific.format(value);
    return size >= 10000 ? wholes.format(value) : decimals.format(value);
  }

  const countText = (n) => (n < 10000 ? wholes.format(n) : compact.format(n));
  const rateText = (n) => (n < 10 ? decimals.format(n) : countText(n));
  const clockText = (ms) => clock.format(ms);

  function ageText(ms) {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 2) return now;
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    if (s < 86400) return `${Math.floor(s / 3600)} h`;
    return `${Math.floor(s / 86400)} d`;
  }

  return { valueText, countText, rateText, clockText, ageText };
}
