/* What is wrong: one line for each fault, nothing while all is well. */

import { html, nothing, type TemplateResult } from "lit";

import { navigate } from "./ha.ts";
import type { PbxPanel } from "./panel.ts";
import { clock } from "./time.ts";

const OFF_ON_PURPOSE = new Set(["disabled", "power_off", "no_sim"]);

/** Return the strips of the faults. */
export function healthStrip(panel: PbxPanel): TemplateResult {
  const { directory, hass, store, now } = panel;
  const { words } = now;
  const strips: TemplateResult[] = [];
  if (!store.connected) {
    const state = hass.states[directory.connection ?? ""];
    const since = (state?.attributes.since as string | undefined) ?? state?.last_changed;
    const time = since ? clock(Date.parse(since) / 1000, hass) : "";
    strips.push(strip("wrong", "mdi:server-network-off", words("gone", { pbx: directory.name }), time ? words("gone_since", { time }) : "", details(panel)));
  } else {
    const push = hass.states[directory.push ?? ""];
    if (push?.state === "missing") {
      const seconds = Math.round(Number(push.attributes.max_age ?? 0));
      strips.push(strip("late", "mdi:broadcast-off", words("late"), seconds ? words("late_age", { seconds }) : "", details(panel)));
    }
    const down = directory.trunks
      .filter(({ status, usable }) => hass.states[usable ?? ""]?.state === "off" && !OFF_ON_PURPOSE.has(hass.states[status]?.state ?? ""))
      .map(({ name }) => name);
    if (down.length === 1) strips.push(strip("wrong", "mdi:lan-disconnect", words("trunk_down", { name: down[0] as string }), "", nothing));
    if (down.length > 1) strips.push(strip("wrong", "mdi:lan-disconnect", words("trunks_down", { count: down.length, names: down.join(", ") }), "", nothing));
  }
  return html`<div role="alert">${strips}</div>`;
}

function strip(color: string, sign: string, title: string, text: string, button: TemplateResult | typeof nothing): TemplateResult {
  return html`<div class="alert" style="--ac:var(--c-${color})"><ha-icon .icon=${sign}></ha-icon><span class="tx"><b>${title}</b> ${text}</span>${button}</div>`;
}

function details(panel: PbxPanel): TemplateResult | typeof nothing {
  const { device } = panel.directory;
  return device
    ? html`<button class="btn" @click=${() => navigate(`/config/devices/device/${device}`)}>${panel.now.words("details")}</button>`
    : nothing;
}
