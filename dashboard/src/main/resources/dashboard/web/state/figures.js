// The figures at the head of the page, from the server's state.
export function figures({ presence, readings_per_second, commit_p99_ms }) {
  const { online, unconfirmed, offline, unknown } = presence;
  return {
    rate: readings_per_second,
    commitMs: commit_p99_ms ?? null,
    online,
    devices: online + unconfirmed + offline + unknown,
  };
}
