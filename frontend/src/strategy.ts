/* The dashboard and the section that Home Assistant makes by itself. */

import { entries } from "./directory.ts";
import { rememberWords, text } from "./editor.ts";
import type { Hass } from "./ha.ts";
import { loadWords } from "./words.ts";

interface Options {
  pbx?: string;
  team?: string[];
  users?: Record<string, string>;
}

/** Return the configuration of the card for a PBX. */
function card(options: Options, entry: string | undefined): Record<string, unknown> {
  return {
    type: "custom:pbx-panel",
    ...(entry ? { config_entry_id: entry } : {}),
    ...(options.team ? { extensions: options.team } : {}),
    ...(options.users ? { users: options.users } : {}),
  };
}

/** Return the entities of a PBX and its trunks with a translation key, then the do-not-disturb switches. */
function entitiesOf(hass: Hass, entry: string, keys: string[]): string[] {
  return keys.flatMap((key) =>
    Object.values(hass.entities)
      .filter((entity) => {
        const device = hass.devices[entity.device_id ?? ""];
        return (
          entity.platform === "pbx" &&
          entity.translation_key === key &&
          !entity.hidden &&
          hass.states[entity.entity_id] &&
          (device?.config_entry_id ?? device?.primary_config_entry) === entry
        );
      })
      .map((entity) => entity.entity_id)
      .sort(),
  );
}

class DashboardStrategy extends HTMLElement {
  static registryDependencies = ["entities", "devices"];

  static getCreateSuggestions(): object {
    return { title: text("title", "Phones"), icon: "mdi:phone" };
  }

  static async generate(options: Options, hass: Hass): Promise<object> {
    const { words } = await loadWords(hass);
    rememberWords(words);
    const found = entries(hass).filter(({ id }) => !options.pbx || id === options.pbx);
    const shown = found.length ? found : [{ id: undefined, name: words("title") }];
    const several = shown.length > 1;
    const views: object[] = shown.map(({ id, name }, index) => ({
      type: "sections",
      title: several ? name : words("title"),
      path: `phones-${index}`,
      icon: several ? undefined : "mdi:phone",
      max_columns: 4,
      sections: [{ type: "grid", column_span: 4, cards: [{ ...card(options, id), grid_options: { columns: "full" } }] }],
    }));
    for (const [index, { id, name }] of found.entries()) {
      const tiles = (keys: string[]) => entitiesOf(hass, id, keys).map((entity) => ({ type: "tile", entity }));
      const section = (heading: string, icon: string, cards: object[]) => ({ type: "grid", cards: [{ type: "heading", heading, icon }, ...cards] });
      const trunks = tiles(["trunk_status"]);
      const switches = tiles(["do_not_disturb"]).map((tile) => ({ ...tile, features: [{ type: "toggle" }], features_position: "inline", grid_options: { columns: 12 } }));
      views.push({
        type: "sections",
        title: several ? `${name} · ${words("pbx")}` : words("pbx"),
        path: `pbx-${index}`,
        icon: "mdi:server-network",
        sections: [
          section(name, "mdi:server-network", tiles(["connection", "push_mode", "calls", "extensions_in_use", "extensions_registered"])),
          ...(trunks.length ? [section(words("trunks"), "mdi:lan", trunks)] : []),
          ...(switches.length ? [section(words("dnd"), "mdi:minus-circle-outline", switches)] : []),
        ],
      });
      views.push({
        type: "panel",
        title: several ? `${name} · ${words("wallboard")}` : words("wallboard"),
        path: `wallboard-${index}`,
        subview: true,
        cards: [{ ...card(options, id), layout: "wallboard" }],
      });
    }
    return { title: words("title"), views };
  }
}

class SectionStrategy extends HTMLElement {
  static registryDependencies = ["entities", "devices"];

  static getStubConfig(): object {
    return { type: "custom:pbx" };
  }

  static async generate(options: Options, hass: Hass): Promise<object> {
    return { type: "grid", column_span: 4, cards: [card(options, options.pbx ?? entries(hass)[0]?.id)] };
  }
}

customElements.define("ll-strategy-dashboard-pbx", DashboardStrategy);
customElements.define("ll-strategy-section-pbx", SectionStrategy);
