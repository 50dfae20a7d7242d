// Names in the order a person expects: s2 before s10.
const names = new Intl.Collator(undefined, { numeric: true });

export const byName = (a, b) => names.compare(a, b);
