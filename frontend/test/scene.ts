/* A small office for the tests. */

import type { Call, Capabilities, Message, Party, Rights } from "../src/contract.ts";
import { directory } from "../src/directory.ts";
import type { EntityEntry, EntityState } from "../src/ha.ts";
import type { Situation } from "../src/offer.ts";
import { Store } from "../src/store.ts";

export const NOW = 1_800_000_000;
const NAMES: Record<string, string> = { "1001": "Erwin Co", "1002": "Amy Baker", "1003": "Zoë Müller", "1005": "Ingrid Solberg", "1006": "Tomás Silva" };

export const CAPABILITIES: Capabilities = {
  supervise: ["listen", "whisper", "barge_in"],
  dial: true,
  hang_up: true,
  hold: true,
  mute: true,
  transfer: "outside",
  take: true,
  settings: true,
  history: true,
  pick_up: true,
};

export function rights(values: Partial<Rights> = {}): Rights {
  return { control: true, listen: true, whisper: true, barge_in: true, supervise: { listen: true, whisper: true, barge_in: true }, ...values };
}

export function inside(number: string, values: Partial<Party> = {}): Party {
  return { number, name: NAMES[number] ?? null, extension: true, state: "talking", since: NOW - 60, answered_since: NOW - 60, caller: false, trunk: null, ...values };
}

export function outside(values: Partial<Party> = {}): Party {
  return { number: "+442079460123", name: "Harbour Dental", extension: false, state: "talking", since: NOW - 60, answered_since: NOW - 60, caller: true, trunk: "SIP-142", ...values };
}

export function call(key: string, parties: Party[], values: Partial<Call> = {}): Call {
  return {
    key,
    call_id: key,
    direction: "inbound",
    trunk: "SIP-142",
    via: null,
    dialed: null,
    since: NOW - 65,
    answered_since: NOW - 60,
    answered_exact: true,
    held: false,
    monitoring: true,
    parties,
    ...values,
  };
}

export function ringing(key: string, ...numbers: string[]): Call {
  const phones = numbers.map((number) => inside(number, { state: "ringing", since: NOW - 7, answered_since: null }));
  return call(key, [outside({ state: "dialing", answered_since: null }), ...phones], { answered_since: null, since: NOW - 7 });
}

/** Return Home Assistant's registries and states. `states` are those of the phones, `extra` others. */
export function house(states: Record<string, string> = {}, extra: Record<string, string> = {}) {
  const result = { states: {} as Record<string, EntityState>, entities: {} as Record<string, EntityEntry>, devices: {} as Record<string, object> };
  const add = (id: string, device: string, key: string, state: string, attributes = {}) => {
    result.entities[id] = { entity_id: id, device_id: device, platform: "pbx", translation_key: key };
    result.states[id] = { entity_id: id, state: extra[id] ?? state, attributes, last_changed: "2027-01-15T08:00:00+00:00" };
  };
  result.devices["pbx"] = { id: "pbx", name: "S100", config_entry_id: "entry" };
  add("binary_sensor.connection", "pbx", "connection", "on");
  for (const [number, name] of Object.entries(NAMES)) {
    result.devices[number] = { id: number, name, config_entry_id: "entry" };
    add(`sensor.${number}`, number, "extension_status", states[number] ?? "idle", { number });
    add(`switch.${number}`, number, "do_not_disturb", "off");
    add(`sensor.f${number}`, number, "forwarding", "off");
  }
  return result as never as Parameters<typeof directory>[0];
}

/** Return what the panel knows after some messages. Words are their own keys. */
export function scene({ can, ...message }: Omit<Message, "can"> & { can?: Record<string, Rights> } = {}, states: Record<string, string> = {}, extra: Record<string, string> = {}): Situation {
  const store = new Store();
  const groups = can ? Object.entries(can).map(([number, one]) => ({ ...one, numbers: [number] })) : [{ ...rights(), numbers: Object.keys(NAMES) }];
  store.merge({ now: NOW, loaded: true, connected: true, capabilities: CAPABILITIES, can: groups, calls: [], monitors: [], ...message });
  const hass = house(states, extra);
  const people = directory(hass, { type: "" }, "entry");
  return {
    states: hass.states,
    store,
    words: (key, placeholders) => [key, ...Object.values(placeholders ?? {})].join(" "),
    refusal: (key) => `refused: ${key}`,
    language: "en",
    long: 600,
    now: NOW,
    me: "1005",
    active: true,
    asks: false,
    name: (number) => people.byNumber.get(number)?.name,
    statusOf: (number) => hass.states[people.byNumber.get(number)?.status ?? ""]?.state ?? "unavailable",
  };
}
