/* What the panel uses of Home Assistant's front end. */

export interface EntityState {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
  last_changed: string;
}

export interface EntityEntry {
  entity_id: string;
  device_id?: string | null;
  platform?: string;
  translation_key?: string;
  hidden?: boolean;
}

export interface DeviceEntry {
  id: string;
  name?: string | null;
  name_by_user?: string | null;
  config_entry_id?: string | null;
  primary_config_entry?: string | null;
}

export type Localize = (key: string, placeholders?: Record<string, string | number>) => string;

export interface Hass {
  states: Record<string, EntityState>;
  entities: Record<string, EntityEntry>;
  devices: Record<string, DeviceEntry>;
  user?: { id: string; is_admin: boolean };
  language: string;
  locale?: { language: string; time_format: string };
  panels?: Record<string, { url_path: string; icon?: string | null; component_name: string }>;
  connection: {
    subscribeMessage<T>(take: (message: T) => void, command: object): Promise<() => Promise<void>>;
  };
  localize: Localize;
  loadBackendTranslation(category: string, integration?: string): Promise<Localize>;
  callWS<T>(command: object): Promise<T>;
  callService(domain: string, service: string, data?: object, target?: object): Promise<unknown>;
}

export interface PanelConfig {
  type: string;
  config_entry_id?: string;
  extensions?: string[];
  parts?: Part[];
  me?: string;
  users?: Record<string, string>;
  sort?: "number" | "name" | "state";
  long_call?: number;
  show_numbers?: boolean;
  layout?: "automatic" | "wallboard";
  actions?: boolean;
  grid_options?: object;
}

export type Part = "you" | "search" | "queues" | "calls" | "people" | "recent";
export const PARTS: readonly Part[] = ["you", "search", "queues", "calls", "people", "recent"];

/** Show a text at the bottom of the page, as Home Assistant itself does. */
export function notify(from: HTMLElement, message: string): void {
  from.dispatchEvent(new CustomEvent("hass-notification", { detail: { message }, bubbles: true, composed: true }));
}

/** Go to another page of Home Assistant. */
export function navigate(path: string): void {
  history.pushState(null, "", path);
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
}
