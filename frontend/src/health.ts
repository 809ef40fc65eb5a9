/* What is wrong: one line for each fault, nothing while all is well. */

import { html, nothing, type TemplateResult } from "lit-html";

import { navigate } from "./ha.ts";
import type { PbxPanel } from "./panel.ts";
import { button, sign } from "./parts.ts";
import { timeOfDay } from "./time.ts";

const OFF_ON_PURPOSE = new Set(["disabled", "power_off", "no_sim"]);

/** Return the strips of the faults. */
export function healthStrip(panel: PbxPanel): TemplateResult {
  const { directory, hass, store, now } = panel;
  const { words } = now;
  const strips: TemplateResult[] = [];
  const strip = (color: string, name: string, title: string, text = "", details = false) => {
    const { device } = directory;
    strips.push(
      html`<div class="alert" style="--c:var(--c-${color})">${sign(name)}<span class="tx"><b>${title}</b> ${text}</span>${
        details && device ? button("", words("details"), () => navigate(`/config/devices/device/${device}`)) : nothing
      }</div>`,
    );
  };
  if (!store.connected) {
    const state = hass.states[directory.connection ?? ""];
    const since = (state?.attributes.since as string | undefined) ?? state?.last_changed;
    strip("wrong", "server-network-off", words("gone", { pbx: directory.name }), since && words("gone_since", { time: timeOfDay(Date.parse(since) / 1000, hass) }), true);
  } else {
    const push = hass.states[directory.push ?? ""];
    if (push?.state === "missing") {
      const seconds = Math.round(Number(push.attributes.max_age ?? 0));
      strip("late", "broadcast-off", words("late"), seconds ? words("late_age", { seconds }) : "", true);
    }
    const down = directory.trunks
      .filter(({ status, usable }) => hass.states[usable ?? ""]?.state === "off" && !OFF_ON_PURPOSE.has(hass.states[status]?.state ?? ""))
      .map(({ name }) => name);
    const names = down.join(", ");
    if (down[0]) strip("wrong", "lan-disconnect", down[1] ? words("trunks_down", { count: down.length, names }) : words("trunk_down", { name: names }));
  }
  return html`<div role="alert">${strips}</div>`;
}
