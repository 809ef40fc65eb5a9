/* What the parts of the panel are made of. */

import { html, nothing, type TemplateResult } from "lit-html";

import type { Look } from "./look.ts";

/** What happens when a button is pressed. */
export type Press = (button: HTMLElement) => void;

/** Return the handler of a press. */
export const pressed = (run: Press) => (event: Event) => run(event.currentTarget as HTMLElement);

/** An icon of Material Design. */
export const sign = (name: string): TemplateResult => html`<ha-icon .icon=${`mdi:${name}`}></ha-icon>`;

/** A round icon in its colour, with a badge. */
export const icon = (name: string, color: string, badge = "", badgeColor = "sup"): TemplateResult =>
  html`<span class="ic" style="--c:var(--c-${color})">${sign(name)}${
    badge ? html`<span class="badge" style="--c:var(--c-${badgeColor})">${sign(badge)}</span>` : nothing
  }</span>`;

/** The round icon of a person. */
export const face = (look: Look): TemplateResult => icon(look.icon, look.color, look.badge, look.badgeColor);

/** Two lines of text. */
export const lines = (first: unknown, second: unknown): TemplateResult =>
  html`<span class="tx"><span class="nm">${first}</span><span class="se">${second}</span></span>`;

/** A button with words. */
export const button = (style: string, content: unknown, run: Press, label: unknown = nothing): TemplateResult =>
  html`<button class="btn ${style}" aria-label=${label} @click=${pressed(run)}>${content}</button>`;

/** A button with an icon only; one that is switched says whether it is on, one that opens a dialog that it does. */
export const iconButton = (style: string, name: string, label: string, run: Press, on?: boolean | "dialog"): TemplateResult =>
  html`<button
    class=${style}
    aria-label=${label}
    title=${label}
    aria-pressed=${typeof on === "boolean" ? on : nothing}
    aria-haspopup=${on === "dialog" ? on : nothing}
    @click=${pressed(run)}
    >${sign(name)}</button>`;

/** A running time. */
export const clock = (since: number, mark = "", long = 0): TemplateResult => html`<pbx-time .mark=${mark} .long=${long} .since=${since}></pbx-time>`;

/** A line that says that there is nothing. */
export const none = (name: string, color: string, title: string, second = ""): TemplateResult =>
  html`<div class="card none">${icon(name, color)}${lines(title, second)}</div>`;
