// What the page says, in the browser's language.
const en = {
  skip: "Skip to the sensors",
  jump: "Parts of the page",
  rate: "Readings/s",
  series: "Series",
  on: "Switched on",
  commit: "Commit, p99",
  online: "Devices online",
  gateways: "Devices",
  present: { online: "online", offline: "offline", unconfirmed: "expected back", unknown: "unknown" },
  moreDevices: (n) => `and ${n} more`,
  lastSeen: "last seen",
  sensors: "Sensors",
  devices: "Actuators",
  commands: "Latest commands",
  commandsShort: "Commands",
  filter: "Find a sensor",
  metric: "Metric",
  everyMetric: "Every metric",
  close: "Close",
  live: "Live",
  connecting: "Connecting",
  lost: "Connection lost, trying again",
  notReady: "Not storing",
  empty: "No readings yet. Send the first one:",
  noDevices: "None has had a command yet.",
  noCommands: "None yet.",
  average: "average",
  min: "min",
  max: "max",
  readings: "readings",
  isOn: "on",
  isOff: "off",
  since: "since",
  turnOn: "on",
  turnOff: "off",
  more: (n) => `${n} more series match; narrow the search to see them.`,
  missed: (n) => `${n} updates skipped: this browser could not keep up.`,
  noMatch: "Nothing matches.",
  history: "the last seconds",
  now: "now",
  late: "No new reading for a while",
  issued: "issued",
  sent: "sent",
  delivered: "delivered",
  acknowledged: "acknowledged",
  expired: "expired",
  superseded: "superseded",
  metrics: {},
};

const pt = {
  skip: "Ir para os sensores",
  jump: "Partes da página",
  rate: "Leituras/s",
  series: "Séries",
  on: "Ligados",
  commit: "Gravação, p99",
  online: "Dispositivos online",
  gateways: "Dispositivos",
  present: { online: "online", offline: "offline", unconfirmed: "esperado de volta", unknown: "desconhecido" },
  moreDevices: (n) => `e mais ${n}`,
  lastSeen: "visto por último",
  sensors: "Sensores",
  devices: "Atuadores",
  commands: "Últimos comandos",
  commandsShort: "Comandos",
  filter: "Procurar sensor",
  metric: "Métrica",
  everyMetric: "Todas as métricas",
  close: "Fechar",
  live: "Ao vivo",
  connecting: "Conectando",
  lost: "Conexão perdida, tentando de novo",
  notReady: "Sem gravar",
  empty: "Ainda não há leituras. Envie a primeira:",
  noDevices: "Nenhum recebeu comando ainda.",
  noCommands: "Nenhum ainda.",
  average: "média",
  min: "mín.",
  max: "máx.",
  readings: "leituras",
  isOn: "ligado",
  isOff: "desligado",
  since: "desde",
  turnOn: "ligar",
  turnOff: "desligar",
  more: (n) => `Mais ${n} séries; refine a busca para vê-las.`,
  missed: (n) => `${n} atualizações puladas: o navegador não acompanhou.`,
  noMatch: "Nada encontrado.",
  history: "os últimos segundos",
  now: "agora",
  late: "Sem leitura nova há algum tempo",
  issued: "emitido",
  sent: "enviado",
  delivered: "entregue",
  acknowledged: "confirmado",
  expired: "expirado",
  superseded: "substituído",
  metrics: { temperature: "temperatura", humidity: "umidade", pressure: "pressão" },
};

export const language = navigator.language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
export const words = language === "pt-BR" ? pt : en;

export const metricName = (metric) => words.metrics[metric] ?? metric.replaceAll("_", " ");

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

export function valueText(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) return scientific.format(value);
  return size >= 10000 ? wholes.format(value) : decimals.format(value);
}

export const countText = (n) => (n < 10000 ? wholes.format(n) : compact.format(n));
export const rateText = (n) => (n < 10 ? decimals.format(n) : countText(n));
export const clockText = (ms) => clock.format(ms);

export function ageText(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 2) return words.now;
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} d`;
}

export function translate(root) {
  document.documentElement.lang = language;
  for (const e of root.querySelectorAll("[data-word]")) e.textContent = words[e.dataset.word];
  for (const e of root.querySelectorAll("[data-word-placeholder]"))
    e.placeholder = words[e.dataset.wordPlaceholder];
  for (const e of root.querySelectorAll("[data-word-label]"))
    e.setAttribute("aria-label", words[e.dataset.wordLabel]);
}
