/* A call's row. */

import { html, nothing, type TemplateResult } from "lit-html";

import { MODES, type Mode } from "./contract.ts";
import { MODE_ICONS } from "./look.ts";
import type { PbxPanel } from "./panel.ts";
import { button, clock, icon, iconButton, lines, pressed, sign } from "./parts.ts";
import type { End, Row } from "./rows.ts";
import { now, spoken } from "./time.ts";

/** What can be done with a call now. */
export interface CallOffer {
  /** The extension that it can be taken from. */
  take: string;
  whisper: string[];
  /** Modes of the own supervision. */
  modes: Mode[];
  /** Whether the supervision that is shown can be stopped. */
  stop: boolean;
  menu: boolean;
}

const WORDS = { ringing: "rings", held: "on_hold", talking: "" };

/** Return a call's row. */
export function callRow(panel: PbxPanel, row: Row, offer: CallOffer, plain: boolean): TemplateResult {
  const { words, long } = panel.now;
  const { state, arrow, since, left, right } = row;
  const word = WORDS[state] && words(WORDS[state]);
  const key = arrow === "in" ? "row_in" : arrow === "out" ? "row_out" : "row_with";
  const label = [words(key, { name: left.name, other: right.name }), word || words("in_a_call"), spoken(now() - since, panel.language)];
  return html`<pbx-call class="card ${state} ${arrow} ${row.monitor ? "sup" : ""} ${now() - (panel.store.calls.get(row.key)?.since ?? 0) > 2 ? "" : "new"}" role="listitem" aria-label=${label.join(", ")} data-call=${row.key}
    ><div class="row">${end(panel, row, left, "left", plain)}<div class="wire"><i class="l"></i><span class="pill ${row.long ? "long" : ""}">${
      row.long ? sign("timer-alert-outline") : word ? html`<ha-icon class="pi" .icon=${state === "ringing" ? "mdi:bell-ring" : "mdi:pause"}></ha-icon><span class="pw">${word}</span>` : nothing
    }${clock(since, row.atLeast ? "> " : "", state === "talking" ? long : 0)}</span><i class="r"></i></div>${end(panel, row, right, "right", plain)}${
      plain ? nothing : buttons(panel, row, offer)
    }</div>${bar(panel, row, offer)}</pbx-call>`;
}

function end(panel: PbxPanel, row: Row, one: End, side: "left" | "right", plain: boolean): TemplateResult {
  const { numbers } = panel;
  const outside = one.kind === "outside";
  const second = outside && !numbers ? one.trunk : numbers || one.kind !== "person" ? one.second : nothing;
  const content = html`${icon(one.icon, outside ? "icon" : row.state, one.badge)}${lines(
    numbers || !outside || one.name !== one.number ? one.name : "…",
    html`${second}${numbers && one.trunk ? html`<span class="tk"> · ${one.trunk}</span>` : nothing}`,
  )}`;
  const style = `pa ${side} ${outside ? "out" : ""}`;
  return plain
    ? html`<div class=${style}>${content}</div>`
    : html`<button class=${style} data-end=${side} @click=${() => panel.openEnd(one, row.key)}>${content}</button>`;
}

function buttons(panel: PbxPanel, { key, left, right }: Row, { take, whisper, menu }: CallOffer): TemplateResult {
  const { words, me } = panel.now;
  const [first] = whisper;
  return html`<div class="acts">${
    take
      ? button("or", html`${sign("phone-incoming")}<span>${words("take")}</span>`, (it) => panel.transfer(key, take, me as string, it))
      : first
        ? button(
            "sup",
            html`${sign(MODE_ICONS.whisper)}<span>${words("whisper")}</span>`,
            (it) => (whisper[1] ? panel.open({ kind: "whom", numbers: whisper }) : panel.supervise("whisper", first, it)),
            words("whisper_to", { name: left.number === first ? left.name : right.name }),
          )
        : nothing
  }${
    menu
      ? iconButton("ib", "dots-vertical", words("more_of", { name: left.name }), () => panel.openEnd(left.kind === "person" || right.kind !== "person" ? left : right, key), "dialog")
      : nothing
  }</div>`;
}

function bar(panel: PbxPanel, { monitor, supervisor, supervised }: Row, { modes, stop }: CallOffer): TemplateResult | typeof nothing {
  const { words } = panel.now;
  if (!monitor) return nothing;
  const { mode: current, extension } = monitor;
  const mine = modes.length > 0;
  return html`<div class="supbar">${icon(MODE_ICONS[current], "sup")}<span class="tx nm">${words(`${mine ? "you" : "x"}_${current}`, { who: supervisor, name: supervised })}</span>${
    mine
      ? html`<div class="seg" role="radiogroup" aria-label=${words("way")} @keydown=${arrows}>${MODES.filter((mode) => mode === current || modes.includes(mode)).map(
          (mode) =>
            html`<button
              role="radio"
              aria-checked=${mode === current}
              tabindex=${mode === current ? 0 : -1}
              @click=${pressed((button) => mode !== current && panel.supervise(mode, extension, button))}
              >${words(mode)}</button>`,
        )}</div>`
      : stop
        ? button("", words("stop"), (it) => panel.act(it, "stop_monitoring", { supervisor: monitor.supervisor }))
        : nothing
  }</div>`;
}

function arrows(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
  buttons.at((buttons.indexOf(event.target as HTMLButtonElement) + step) % buttons.length)?.focus();
  event.preventDefault();
}
