/* A Home Assistant with 200 extensions and 60 calls, for measuring the panel in an empty page. */

customElements.define("ha-icon", class extends HTMLElement {});
const durations = { timer: [] };
const plan = window.setTimeout;
window.setTimeout = (run, delay) => plan(() => {
  const started = performance.now();
  run();
  durations.timer.push(performance.now() - started);
}, delay);

const START = Date.now() / 1000;
const PEOPLE = Array.from({ length: 200 }, (_, index) => String(1000 + index));
const all = { listen: true, whisper: true, barge_in: true };
const states = {}, entities = {}, devices = {};
const can = [{ numbers: PEOPLE, control: true, ...all, supervise: all }];

function add(id, device, key, state, attributes = {}) {
  entities[id] = { entity_id: id, device_id: device, platform: "pbx", translation_key: key };
  states[id] = { entity_id: id, state, attributes, last_changed: new Date().toISOString() };
}

devices.pbx = { id: "pbx", name: "Busy", config_entry_id: "entry" };
add("binary_sensor.connection", "pbx", "connection", "on");
for (const number of PEOPLE) {
  devices[number] = { id: number, name: `Person ${number}`, config_entry_id: "entry" };
  add(`sensor.${number}`, number, "extension_status", "idle", { number });
  add(`switch.${number}`, number, "do_not_disturb", "off");
  add(`sensor.forwarding_${number}`, number, "forwarding", "off");
}

let made = 0;
function call(number, answered) {
  // Each begins after the one before, also within a millisecond.
  const since = Date.now() / 1000 + made * 1e-6;
  const party = (values) => ({ number, name: null, state: "talking", since, answered_since: answered ? since : null, trunk: null, ...values });
  return {
    key: `call${++made}`, call_id: `id${made}`, direction: "inbound", trunk: "SIP-142", via: null, dialed: null, since,
    answered_since: answered ? since : null, answered_exact: true, held: false, monitoring: true,
    parties: [
      party({ number: `+4420794${made}`, name: `Customer ${made}`, extension: false, caller: true, trunk: "SIP-142" }),
      party({ extension: true, caller: false, state: answered ? "talking" : "ringing" }),
    ],
  };
}

let send;
const acted = [];
let calls = PEOPLE.slice(0, 60).map((number) => call(number, true));
for (const number of PEOPLE.slice(0, 60)) states[`sensor.${number}`].state = "busy";
const localize = (key, values = {}) => [key.split("panel_").at(-1), ...Object.values(values)].join(" ");
let hass = {
  states, entities, devices, localize, language: "en", locale: { language: "en", time_format: "24" }, user: { id: "me", is_admin: true },
  loadBackendTranslation: async () => localize,
  connection: { subscribeMessage: async (take) => {
    send = take;
    const capabilities = { supervise: ["listen", "whisper", "barge_in"], dial: true, hang_up: true, hold: true, mute: true, transfer: "outside", take: true, settings: true, history: true, queues: true, parked: true, pick_up: true };
    take({ now: START, loaded: true, connected: true, capabilities, can, calls, monitors: [] });
    return async () => {};
  } },
  callService: async (domain, action, data) => { acted.push({ action, ...data }); },
  callWS: async ({ type }) => (type === "pbx/recent_calls" ? { calls: [] } : { value: { entry: "1199" } }),
};

async function settled(card) {
  for (let index = 0; index < 5; index++) await undefined;
}

async function open() {
  await customElements.whenDefined("pbx-panel");
  const card = document.createElement("pbx-panel");
  document.body.append(card);
  const started = performance.now();
  card.setConfig({ type: "custom:pbx-panel" });
  card.hass = hass;
  while (!card.shadowRoot.querySelector("pbx-call")) await new Promise((resolve) => plan(resolve));
  await settled(card);
  return [card, performance.now() - started];
}

/** Let a call end and another begin, as the PBX tells it: a message, and the states of two phones. */
async function change(card, index) {
  const slot = index % calls.length;
  const before = calls[slot];
  const number = PEOPLE[(60 + index) % 190];
  const after = call(number, index % 3 > 0);
  calls[slot] = after;
  const status = (id, state) => ({ ...hass.states[id], state });
  const gone = `sensor.${before.parties[1].number}`, came = `sensor.${number}`;
  hass = { ...hass, states: { ...hass.states, [gone]: status(gone, "idle"), [came]: status(came, "busy") } };
  const started = performance.now();
  send({ changed: [after], gone: [before.key] });
  card.hass = hass;
  await settled(card);
  return performance.now() - started;
}

/** Let the PBX tell something else. */
async function tell(card, message) {
  send(message);
  await settled(card);
}

/** Return whether the newest call and its phone are shown. */
function shown(card) {
  const newest = calls.reduce((a, b) => (b.since > a.since ? b : a));
  return card.shadowRoot.querySelector("pbx-call").textContent.includes(newest.parties[0].name);
}

/** Return how long each state of somebody else's entity takes. */
function elsewhere(card) {
  const started = performance.now();
  for (let index = 0; index < 100; index++) {
    hass = { ...hass, states: { ...hass.states, "sun.sun": { entity_id: "sun.sun", state: String(index), attributes: {} } } };
    card.hass = hass;
  }
  return (performance.now() - started) / 100;
}
window.busy = { acted, open, change, tell, shown, elsewhere, durations };
