/* The calls that are over. */

import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import type { RecentCall } from "./contract.ts";
import { nameOf } from "./look.ts";
import type { PbxPanel } from "./panel.ts";
import { button, icon, iconButton, lines, none, sign } from "./parts.ts";
import { ended, now } from "./time.ts";

const SHOWN = 8;
const DECLINED: Sign = ["phone-remove", "off", "declined_by"];
const UNREACHED: Sign = ["phone-remove", "off", "not_reached_by"];
/** Icon, colour and words of an outcome. */
type Sign = [string, string, string];
const SIGNS: Record<string, Sign> = {
  missed: ["phone-missed", "wrong", "missed_by"],
  answered: ["phone-check", "free", "talked_with"],
  voicemail: ["voicemail", "icon", "voicemail_of"],
  rejected: DECLINED,
  busy: DECLINED,
};

/** Return how many calls that came in today were missed. */
export function missedToday(calls: readonly RecentCall[]): number {
  const day = (time: number) => new Date(time * 1000).toDateString();
  return calls.filter((call) => call.outcome === "missed" && call.direction !== "outbound" && day(call.ended) === day(now())).length;
}

/** Return the list of recent calls, and its heading. */
export function recentPart(panel: PbxPanel, missed: number): TemplateResult {
  const { words } = panel.now;
  const { recent } = panel.store;
  const title = words("recent");
  return html`<h2 class="h">${sign("history")}${title} <span class="n">${missed ? words("n_missed", { count: missed }) : nothing}</span></h2>${
    recent.length
      ? html`<div class="card list"><div role="list" aria-label=${title}>${repeat(
          panel.allRecent ? recent : recent.slice(0, SHOWN),
          (call) => call.key,
          (call) => line(panel, call),
        )}</div>${!panel.allRecent && recent.length > SHOWN ? button("", words("show_more"), () => panel.showAllRecent()) : nothing}</div>`
      : none("history", "off", words("no_recent"))
  }`;
}

function line(panel: PbxPanel, { other, via, trunk, extensions: [first], direction, outcome, ended: at }: RecentCall): TemplateResult {
  const { now, numbers } = panel;
  const { words, me } = now;
  const name = other ? nameOf(other, now) : (via ?? trunk ?? "");
  const [icons, color, word] = (direction === "outbound" && outcome !== "answered" ? undefined : SIGNS[outcome ?? ""]) ?? UNREACHED;
  const who = first ? nameOf({ ...first, extension: true }, now) : via;
  const number = numbers && other?.number;
  return html`<div class="li" role="listitem">${icon(icons, color)}${lines(
    numbers || name !== other?.number ? name : "…",
    `${ended(at, panel.hass)}${who ? ` · ${words(word, { name: who })}` : ""}`,
  )}${number && panel.mayDial ? iconButton("ib", "phone", words("call_back_to", { name }), (button) => panel.act(button, "dial", { extension: me, to: number })) : nothing}</div>`;
}
