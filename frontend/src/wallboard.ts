/* The panel on a wall: sums, large calls, people without a call, and nothing to press. */

import { html, type TemplateResult } from "lit-html";

import { healthStrip } from "./health.ts";
import type { Look } from "./look.ts";
import type { PbxPanel, Shown } from "./panel.ts";
import { clock, sign } from "./parts.ts";

const CALLS = new Set<Look["kind"]>(["ringing", "talking", "held", "dialing"]);

/** Return the whole wallboard. */
export function wallboard(panel: PbxPanel, looks: Shown[]): TemplateResult {
  const { words } = panel.now;
  const { calls, ringing, free, missed } = panel.sums(looks);
  const rest = looks.filter(({ look }) => !CALLS.has(look.kind));
  const sum = (name: string, color: string, title: string, value: unknown) =>
    html`<div class="card sum" style="--c:var(--c-${color})"><div class="k">${sign(name)}${title}</div><span class="v">${value}</span></div>`;
  return html`<div class="panel" @pbx-long=${() => panel.lengthened()}><div class="wall"><div>${healthStrip(panel)}<div class="sums">${[
    ...[...panel.store.queues.values()].map(({ number, name, callers }) => {
      const [first] = callers ?? [];
      return sum("account-clock", first ? "ringing" : "free", name ?? number, html`${callers?.length} ${first ? clock(first.since) : ""}`);
    }),
    sum("phone-ring", "ringing", words("ringing"), ringing),
    sum("phone-in-talk", "talking", words("in_a_call"), calls - ringing),
    sum("phone", "free", words("free"), free),
    sum("phone-missed", "wrong", words("missed_today"), missed),
  ]}</div></div><div class="cols">${panel.callList(true)}<div class="people">${panel.tiles(rest, true)}</div></div></div></div>`;
}
