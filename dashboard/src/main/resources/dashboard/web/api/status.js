// What the server tells when it is asked.

// The status, from which the page is painted first.
export async function fetchStatus(fetch = globalThis.fetch) {
  const response = await fetch("/api/v1/status");
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

// The devices and their presence; none if the server does not tell.
export async function fetchDevices(fetch = globalThis.fetch) {
  const response = await fetch("/api/v1/devices");
  return response.ok ? (await response.json()).devices : [];
}
