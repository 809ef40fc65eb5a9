/* The phones of a PBX on a dashboard of Home Assistant. */

import "./ticker.ts";
import "./strategy.ts";
import { entryOf } from "./directory.ts";
import { text } from "./editor.ts";
import type { Hass } from "./ha.ts";
import { PbxPanel } from "./panel.ts";

customElements.define("pbx-panel", PbxPanel);

const DOCUMENTATION = "https://github.com/ha-pbx/ha-pbx/blob/main/docs/panel.md";

/** The name and the description are asked for when the texts may be loaded. */
const named = (what: object) =>
  Object.assign(
    {
      get name() {
        return text("title", "Phones");
      },
      get description() {
        return text("description", "Who talks to whom, who is free, and supervision with one press");
      },
      documentationURL: DOCUMENTATION,
    },
    what,
  );

const registry = window as unknown as { customCards?: object[]; customStrategies?: object[] };
(registry.customCards ??= []).push(
  named({
    type: "pbx-panel",
    preview: true,
    getEntitySuggestion({ entities, devices }: Hass, id: string) {
      const entity = entities[id];
      const device = devices[entity?.device_id ?? ""];
      if (entity?.platform !== "pbx" || entity.translation_key !== "extension_status" || !device) return null;
      const config = { type: "custom:pbx-panel", config_entry_id: entryOf(device) };
      return [{ config }, { label: device.name_by_user || device.name, config: { ...config, extensions: [device.id] } }];
    },
  }),
);
(registry.customStrategies ??= []).push(...["dashboard", "section"].map((strategyType) => named({ type: "pbx", strategyType })));
