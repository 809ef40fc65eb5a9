/* The people, trunks and health sensors of one PBX, found in Home Assistant's registries. */

import type { DeviceEntry, Hass, PanelConfig } from "./ha.ts";

export interface Person {
  number: string;
  name: string;
  device: string;
  status: string;
  disturb: string | undefined;
  forwarding: string | undefined;
  /** Lower case, for searching. */
  haystack: string;
}

export interface Directory {
  name: string;
  device?: string;
  people: Person[];
  byNumber: Map<string, Person>;
  trunks: { name: string; status: string; usable: string | undefined }[];
  connection?: string;
  push?: string;
  /** Every entity whose state the panel shows. */
  watched: string[];
}

type Device = { [translationKey: string]: string };

/** Return the config entry of a device; releases before 2026.11 have another name for it. */
export function entryOf(device: DeviceEntry | undefined): string | undefined {
  return device?.config_entry_id ?? device?.primary_config_entry ?? undefined;
}

/** Return the config entries of the PBXs that the registries show, in the order of their names. */
export function entries(hass: Pick<Hass, "entities" | "devices">): { id: string; name: string }[] {
  const found = new Map<string, string>();
  for (const entity of Object.values(hass.entities)) {
    if (entity.platform !== "pbx" || entity.translation_key !== "connection" || !entity.device_id) continue;
    const device = hass.devices[entity.device_id];
    const id = entryOf(device);
    if (device && id) found.set(id, device.name_by_user || device.name || id);
  }
  return [...found].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}

/** Read the registries. Hidden, disabled and unreadable entities are left out. */
export function directory(hass: Pick<Hass, "entities" | "devices" | "states">, config: PanelConfig, entry: string): Directory {
  const devices = new Map<string, Device>();
  for (const entity of Object.values(hass.entities)) {
    if (entity.platform !== "pbx" || !entity.translation_key || !entity.device_id) continue;
    if (entity.hidden || !hass.states[entity.entity_id]) continue;
    let device = devices.get(entity.device_id);
    if (!device) devices.set(entity.device_id, (device = {}));
    device[entity.translation_key] = entity.entity_id;
  }
  const result: Directory = { name: "", people: [], byNumber: new Map(), trunks: [], watched: [] };
  const watch = (...ids: (string | undefined)[]) => result.watched.push(...ids.filter((id) => id !== undefined));
  for (const [id, keys] of devices) {
    const device = hass.devices[id];
    if (!device || entryOf(device) !== entry) continue;
    const name = device.name_by_user || device.name || "";
    if (keys.extension_status) {
      const number = String(hass.states[keys.extension_status]?.attributes.number ?? "");
      if (!number) continue;
      if (config.extensions?.length && !config.extensions.includes(id) && !config.extensions.includes(number)) continue;
      // The device of a new PBX is called "Anna (1001)" for Home Assistant's pickers; here the number stands beside the name.
      const person: Person = {
        number,
        name: name.endsWith(` (${number})`) ? name.slice(0, -number.length - 3) : name || number,
        device: id,
        status: keys.extension_status,
        disturb: keys.do_not_disturb,
        forwarding: keys.forwarding,
        haystack: `${name} ${number}`.toLocaleLowerCase(),
      };
      result.people.push(person);
      result.byNumber.set(number, person);
      watch(person.status, person.disturb, person.forwarding);
    } else if (keys.trunk_status) {
      result.trunks.push({ name, status: keys.trunk_status, usable: keys.trunk_usable });
      watch(keys.trunk_status, keys.trunk_usable);
    } else if (keys.connection) {
      Object.assign(result, { name, device: id, connection: keys.connection, push: keys.push_mode });
      watch(keys.connection, keys.push_mode);
    }
  }
  const collator = new Intl.Collator(undefined, { numeric: true });
  const key = config.sort === "name" ? "name" : "number";
  result.people.sort((a, b) => collator.compare(a[key], b[key]));
  return result;
}
