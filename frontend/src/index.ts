/* The phones of a PBX on a dashboard of Home Assistant. */

import "./ticker.ts";
import "./person.ts";
import "./call.ts";
import "./strategy.ts";
import { text } from "./editor.ts";
import type { Hass } from "./ha.ts";
import { PbxPanel } from "./panel.ts";

customElements.define("pbx-panel", PbxPanel);

const DOCUMENTATION = "https://github.com/ha-pbx/ha-pbx/blob/main/docs/panel.md";

/** The name and the description are asked for when the texts may be loaded. */
const named = {
  get name() {
    return text("title", "Phones");
  },
  get description() {
    return text("description", "Who talks to whom, who is free, and supervision with one press");
  },
  documentationURL: DOCUMENTATION,
};

const registry = window as unknown as { customCards?: object[]; customStrategies?: object[] };
(registry.customCards ??= []).push(
  Object.defineProperties(
    {
      type: "pbx-panel",
      preview: true,
      getEntitySuggestion(hass: Hass, entity: string) {
        const entry = hass.entities[entity];
        if (entry?.platform !== "pbx" || entry.translation_key !== "extension_status" || !entry.device_id) return null;
        const device = hass.devices[entry.device_id];
        const pbx = device?.config_entry_id ?? device?.primary_config_entry;
        return [
          { config: { type: "custom:pbx-panel", config_entry_id: pbx } },
          { label: device?.name_by_user || device?.name, config: { type: "custom:pbx-panel", config_entry_id: pbx, extensions: [entry.device_id] } },
        ];
      },
    },
    Object.getOwnPropertyDescriptors(named),
  ),
);
for (const strategyType of ["dashboard", "section"]) {
  (registry.customStrategies ??= []).push(Object.defineProperties({ type: "pbx", strategyType }, Object.getOwnPropertyDescriptors(named)));
}
