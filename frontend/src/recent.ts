/* The calls that are over. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import type { RecentCall } from "./contract.ts";
import { nameOf } from "./look.ts";
import type { PbxPanel } from "./panel.ts";
import { icon } from "./person.ts";
import { ended, now as time } from "./time.ts";

const SHOWN = 8;
const SIGNS: Record<string, { icon: string; color: string; words: string }> = {
  missed: { icon: "mdi:phone-missed", color: "wrong", words: "missed_by" },
  answered: { icon: "mdi:phone-check", color: "free", words: "talked_with" },
  voicemail: { icon: "mdi:voicemail", color: "icon", words: "voicemail_of" },
  rejected: { icon: "mdi:phone-remove", color: "off", words: "declined_by" },
  busy: { icon: "mdi:phone-remove", color: "off", words: "declined_by" },
};
const UNREACHED = { icon: "mdi:phone-remove", color: "off", words: "not_reached_by" };

/** Return whether nobody took a call that came in. */
export function isMissed(line: RecentCall): boolean {
  return line.outcome === "missed" && line.direction !== "outbound";
}

/** Return how many calls were missed today. */
export function missedToday(lines: readonly RecentCall[]): number {
  const today = new Date(time() * 1000).toDateString();
  return lines.filter((line) => isMissed(line) && new Date(line.ended * 1000).toDateString() === today).length;
}

/** Return the list of recent calls, and its heading. */
export function recentPart(panel: PbxPanel, missed: number): TemplateResult {
  const { words } = panel.now;
  const { recent } = panel.store;
  const lines = panel.allRecent ? recent : recent.slice(0, SHOWN);
  const more = !panel.allRecent && recent.length > SHOWN;
  return html`<h2 class="h"><ha-icon .icon=${"mdi:history"}></ha-icon>${words("recent")} <span class="n">${missed ? words("n_missed", { count: missed }) : nothing}</span></h2>${
    lines.length
      ? html`<div class="card list"><div role="list" aria-label=${words("recent")}>${repeat(
          lines,
          (line) => line.key,
          (line) => lineOf(panel, line),
        )}</div>${more ? html`<button class="btn" @click=${() => panel.showAllRecent()}>${words("show_more")}</button>` : nothing}</div>`
      : panel.none("mdi:history", "off", words("no_recent"), "")
  }`;
}

function lineOf(panel: PbxPanel, line: RecentCall): TemplateResult {
  const { now } = panel;
  const { words } = now;
  const other = line.other;
  const name = other ? nameOf(other, now) : (line.via ?? line.trunk ?? "");
  const [first] = line.extensions;
  const unreached = line.direction === "outbound" && line.outcome !== "answered";
  const sign = unreached ? UNREACHED : (SIGNS[line.outcome ?? ""] ?? UNREACHED);
  const who = first ? nameOf({ ...first, extension: true }, now) : (line.via ?? "");
  const number = panel.numbers ? (other?.number ?? "") : "";
  return html`<div class="li" role="listitem">${icon(sign.icon, sign.color)}<span class="tx"><span class="nm">${panel.numbers || name !== other?.number ? name : "…"}</span
    ><span class="se dim">${ended(line.ended, panel.hass)}${who ? html` · ${words(sign.words, { name: who })}` : nothing}</span></span>${
    number && panel.mayDial
      ? html`<button
          class="ib"
          aria-label=${words("call_back_to", { name })}
          title=${words("call_back")}
          @click=${(event: Event) => panel.act(event.currentTarget as HTMLElement, panel.actions.dial(now.me as string, number))}
          ><ha-icon .icon=${"mdi:phone"}></ha-icon
        ></button>`
      : nothing
  }</div>`;
}
