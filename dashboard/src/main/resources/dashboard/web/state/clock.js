// The server's clock, by which ages are told.
export class ServerClock {
  #offsetMs = 0;

  // `serverNow` as RFC 3339, when our own clock shows `nowMs`.
  set(serverNow, nowMs) {
    this.#offsetMs = Date.parse(serverNow) - nowMs;
  }

  now(nowMs) {
    return nowMs + this.#offsetMs;
  }
}
