/* The panel on a wall: sums, large calls, people without a call, and nothing to press. */

import { html, type TemplateResult } from "lit";

import type { Person } from "./directory.ts";
import { healthStrip } from "./health.ts";
import type { Look } from "./look.ts";
import type { PbxPanel } from "./panel.ts";
import { missedToday } from "./recent.ts";

const CALLS = new Set<Look["kind"]>(["ringing", "talking", "held", "dialing"]);

/** Return the whole wallboard. */
export function wallboard(panel: PbxPanel, looks: { person: Person; look: Look }[]): TemplateResult {
  const { words } = panel.now;
  const { store } = panel;
  const calls = [...store.calls.values()];
  const ringing = calls.filter((call) => call.answered_since === null).length;
  const free = looks.filter(({ look }) => look.kind === "free").length;
  const rest = looks.filter(({ look }) => !CALLS.has(look.kind));
  const sum = (sign: string, color: string, title: string, value: number) =>
    html`<div class="card sum" style="--c:var(--c-${color})"><div class="k"><ha-icon .icon=${sign}></ha-icon>${title}</div><span class="v">${value}</span></div>`;
  return html`<div class="panel" @pbx-long=${() => panel.requestUpdate()}><div class="wall"><div>${healthStrip(panel)}<div class="sums">${sum(
    "mdi:phone-ring",
    "ringing",
    words("ringing"),
    ringing,
  )}${sum("mdi:phone-in-talk", "talking", words("in_a_call"), calls.length - ringing)}${sum("mdi:phone", "free", words("free"), free)}${sum(
    "mdi:phone-missed",
    "wrong",
    words("missed_today"),
    missedToday(store.recent),
  )}</div></div><div class="cols"><div class="calls" role="list" aria-label=${words("calls")}>${
    !store.connected
      ? panel.none("mdi:help-circle-outline", "off", words("calls_unknown"), words("until_answers"))
      : calls.length
        ? panel.callRows(true)
        : panel.none("mdi:phone-check", "free", words("no_calls"), "")
  }</div><div class="people">${panel.tiles(rest, true)}</div></div></div></div>`;
}
