// How the page is connected: waiting, live or lost, with the reason where the server gives one.
export const WAITING = { state: "waiting" };
export const LOST = { state: "lost" };

// As the status says: a server that does not store counts as lost.
export function connectionOf({ ready, reason }) {
  return ready ? { state: "live" } : { state: "lost", reason };
}

// What is said of it, in the page's words.
export function connectionText({ state, reason }, words) {
  if (state === "waiting") return words.connecting;
  if (state === "live") return words.live;
  return reason === undefined ? words.lost : `${words.notReady}: ${reason}`;
}
