// Server-sent events, followed for as long as the page is open.

const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 15_000;

// How long to wait before the try that follows so many others.
export function retryAfterMs(tries) {
  return Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** tries);
}

// Follows the stream at `url`.
//
// takers: event → what takes its data, parsed
// opened: called whenever the stream begins, also again
// lost:   called when the connection breaks; it is tried again
// host:   where EventSource and setTimeout are
export function follow(url, { takers, opened, lost }, host = globalThis) {
  let tries = 0;

  function connect() {
    const events = new host.EventSource(url);
    for (const [name, take] of Object.entries(takers))
      events.addEventListener(name, (e) => take(JSON.parse(e.data)));
    events.onopen = () => {
      tries = 0;
      opened();
    };
    events.onerror = () => {
      lost();
      // The browser gives up on an answer that is not a stream; we do not.
      if (events.readyState === host.EventSource.CLOSED)
        host.setTimeout(connect, retryAfterMs(tries++));
    };
  }

  connect();
}
