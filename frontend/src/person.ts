/* A person's tile. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";

import type { Look } from "./look.ts";
import { now, spoken } from "./time.ts";
import type { Words } from "./words.ts";

/** A round icon in its colour, with a badge. */
export function icon(name: string, color: string, badge = "", badgeColor = "supervision", extra = ""): TemplateResult {
  return html`<span class="ic ${extra}" style="--c:var(--c-${color})"><ha-icon .icon=${name}></ha-icon>${
    badge ? html`<span class="badge" style="--bc:var(--c-${badgeColor})"><ha-icon .icon=${badge}></ha-icon></span>` : nothing
  }</span>`;
}

export class PbxPerson extends LitElement {
  static override properties = { look: {}, name: {}, number: {}, me: {}, tab: {}, limit: {}, words: {}, language: {}, plain: {}, numbers: {} };
  declare look: Look;
  declare name: string;
  declare number: string;
  /** The user's own extension. */
  declare me: boolean;
  /** Reached by Tab; the others by arrow keys. */
  declare tab: boolean;
  declare limit: number;
  declare words: Words;
  declare language: string;
  /** Nothing to press. */
  declare plain: boolean;
  declare numbers: boolean;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("number")) this.dataset.number = this.number;
  }

  protected override render(): TemplateResult {
    const { look, number, name } = this;
    const said = (this.me && !this.plain ? `${this.words("you")} · ` : "") + look.words;
    const content = html`${icon(look.icon, look.color, look.badge, look.badgeColor)}<span class="nm">${name}</span
      ><span class="nr">${this.numbers ? number : nothing}</span><span class="se">${said}</span
      ><span class="tm ${look.long ? "longt" : ""}" aria-hidden=${look.since ? "true" : nothing}>${
        look.since ? html`<pbx-time .mark=${look.atLeast ? "> " : ""} .long=${look.kind === "talking" ? this.limit : 0} .since=${look.since}></pbx-time>` : nothing
      }${look.more ? html` +${look.more}` : nothing}</span>${look.since ? html`<span class="sr">${spoken(now() - look.since, this.language)}</span>` : nothing}`;
    return this.plain
      ? html`<div class="card person ${look.border}">${content}</div>`
      : html`<button class="card person ${look.border}" tabindex=${this.tab ? 0 : -1}>${content}</button>`;
  }
}

customElements.define("pbx-person", PbxPerson);

declare global {
  interface HTMLElementTagNameMap {
    "pbx-person": PbxPerson;
  }
}
