/* The dashboard and the section that Home Assistant makes by itself. */

import { html, render } from "lit-html";

import { directory, entries, entryOf } from "./directory.ts";
import { rememberWords, text } from "./editor.ts";
import type { Hass } from "./ha.ts";
import { same } from "./memo.ts";
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

/** Return the PBXs that a dashboard shows. */
function shown(options: Options, hass: Hass): { id: string; name: string }[] {
  return entries(hass).filter(({ id }) => !options.pbx || id === options.pbx);
}

/** Return the form that the strategies are edited with. */
async function editor(): Promise<HTMLElement> {
  return document.createElement("pbx-strategy-editor");
}

/** The form of the strategies: which PBX, and whose phones. */
class StrategyEditor extends HTMLElement {
  private home: Hass | undefined;
  private config: (Options & { type: string }) | undefined;

  get hass(): Hass | undefined {
    return this.home;
  }

  set hass(hass: Hass | undefined) {
    const first = !this.home;
    this.home = hass;
    if (first) this.show();
  }

  setConfig(config: Options & { type: string }): void {
    this.config = config;
    this.show();
  }

  private change(key: "pbx" | "team", value: string | string[]): void {
    const config = { ...this.config, type: "custom:pbx", [key]: value };
    if (!value.length) delete config[key];
    this.setConfig(config);
    this.dispatchEvent(new CustomEvent("config-changed", { detail: { config }, bubbles: true, composed: true }));
  }

  private show(): void {
    const { home: hass, config } = this;
    if (!hass || !config) return;
    const { pbx = "", team = [] } = config;
    const found = entries(hass);
    const people = directory(hass, { type: "" }, pbx || (found[0]?.id ?? "")).people;
    const option = (value: string, name: string, on: boolean) => html`<option value=${value} ?selected=${on}>${name}</option>`;
    const field = (key: "pbx" | "team", label: string, many: boolean, options: unknown) =>
      html`<label style="display:grid;margin-bottom:16px"
        >${label}<select
          ?multiple=${many}
          size=${many ? 12 : 1}
          style="font:inherit;padding:8px;color:inherit;background:var(--card-background-color);border:1px solid var(--divider-color);border-radius:8px"
          @change=${(event: Event) => {
            const chosen = [...(event.target as HTMLSelectElement).selectedOptions].map(({ value }) => value);
            this.change(key, many ? chosen : (chosen[0] ?? ""));
          }}
          >${options}</select></label>`;
    const all = text("all", "All");
    render(
      html`${field("pbx", text("edit_config_entry_id", "PBX"), false, [option("", all, !pbx), found.map(({ id, name }) => option(id, name, id === pbx))])}${field(
        "team",
        text("edit_extensions", "People"),
        true,
        people.map(({ device, name }) => option(device, name, team.includes(device))),
      )}`,
      this,
    );
  }
}

class DashboardStrategy extends HTMLElement {
  static getConfigElement = editor;

  static getCreateSuggestions(): object {
    return { title: text("title", "Phones"), icon: "mdi:phone" };
  }

  /** Made again, the dashboard loses what is open on it: only if there are other PBXs than before. */
  static shouldRegenerate(options: Options, before: Hass, after: Hass): boolean {
    if (before.entities === after.entities && before.devices === after.devices) return false;
    return !same(shown(options, before), shown(options, after));
  }

  static async generate(options: Options, hass: Hass): Promise<object> {
    const { words } = await loadWords(hass);
    rememberWords(words);
    const found = shown(options, hass);
    const several = found.length > 1;
    const phones = found.length ? found : [{ id: undefined, name: "" }];
    const views: object[] = phones.map(({ id, name }, index) => ({
      type: "sections",
      title: several ? name : words("title"),
      path: `phones-${index}`,
      icon: several ? undefined : "mdi:phone",
      max_columns: 4,
      sections: [{ type: "grid", column_span: 4, cards: [{ ...card(options, id), grid_options: { columns: "full" } }] }],
    }));
    for (const [index, { id, name }] of found.entries()) {
      const title = (key: string) => (several ? `${name} · ${words(key)}` : words(key));
      views.push({ title: title("pbx"), path: `pbx-${index}`, icon: "mdi:server-network", strategy: { type: "custom:pbx", pbx: id } });
      views.push({ type: "panel", title: title("wallboard"), path: `wallboard-${index}`, subview: true, cards: [{ ...card(options, id), layout: "wallboard" }] });
    }
    return { title: words("title"), views };
  }
}

/** The view of a PBX itself: its sensors, trunks and switches. */
class ViewStrategy extends HTMLElement {
  static registryDependencies = ["entities", "devices"];

  static async generate({ pbx }: Options, hass: Hass): Promise<object> {
    const { words } = await loadWords(hass);
    const found = shown({ ...(pbx ? { pbx } : {}) }, hass)[0];
    const section = (heading: string, icon: string, keys: string[], more: object = {}) => ({
      type: "grid",
      cards: [
        { type: "heading", heading, icon },
        ...keys.flatMap((key) =>
          Object.values(hass.entities)
            .filter(
              (entity) =>
                entity.platform === "pbx" &&
                entity.translation_key === key &&
                !entity.hidden &&
                hass.states[entity.entity_id] &&
                entryOf(hass.devices[entity.device_id ?? ""]) === found?.id,
            )
            .map((entity) => ({ type: "tile", entity: entity.entity_id, ...more }))
            .sort((a, b) => a.entity.localeCompare(b.entity)),
        ),
      ],
    });
    const sections = [
      section(found?.name ?? "", "mdi:server-network", ["connection", "push_mode", "calls", "extensions_in_use", "extensions_registered"]),
      section(words("trunks"), "mdi:lan", ["trunk_status"]),
      section(words("dnd"), "mdi:minus-circle-outline", ["do_not_disturb"], { features: [{ type: "toggle" }], features_position: "inline", grid_options: { columns: 12 } }),
    ];
    return { type: "sections", sections: sections.filter(({ cards }) => cards.length > 1) };
  }
}

class SectionStrategy extends HTMLElement {
  static getConfigElement = editor;

  static registryDependencies = ["entities", "devices"];

  static getStubConfig(): object {
    return { type: "custom:pbx" };
  }

  static async generate(options: Options, hass: Hass): Promise<object> {
    return { type: "grid", column_span: 4, cards: [card(options, options.pbx ?? entries(hass)[0]?.id)] };
  }
}

customElements.define("ll-strategy-dashboard-pbx", DashboardStrategy);
customElements.define("pbx-strategy-editor", StrategyEditor);
customElements.define("ll-strategy-view-pbx", ViewStrategy);
customElements.define("ll-strategy-section-pbx", SectionStrategy);
