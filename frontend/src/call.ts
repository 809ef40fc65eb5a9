/* A call's row. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";

import { MODES, type Mode } from "./contract.ts";
import { MODE_ICONS, MODE_WORDS } from "./look.ts";
import { icon } from "./person.ts";
import type { End, Row } from "./rows.ts";
import { now, spoken } from "./time.ts";
import type { Words } from "./words.ts";

/** What can be done with a call now. */
export interface CallOffer {
  take: string;
  whisper: string[];
  /** Modes of the own supervision. */
  modes: Mode[];
  /** Whether the supervision that is shown can be stopped. */
  stop: boolean;
  menu: boolean;
}

export class PbxCall extends LitElement {
  static override properties = { row: {}, offer: {}, limit: {}, words: {}, language: {}, plain: {}, numbers: {} };
  declare row: Row;
  declare offer: CallOffer;
  declare limit: number;
  declare words: Words;
  declare language: string;
  declare plain: boolean;
  declare numbers: boolean;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "listitem");
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("row")) return;
    const { row } = this;
    this.className = ["card", row.state, row.arrow, row.monitor ? "sup" : "", this.hasUpdated || now() - row.since > 2 ? "" : "new"].join(" ");
    this.dataset.call = row.key;
  }

  private emit(kind: string, detail: object, button: EventTarget | null): void {
    this.dispatchEvent(new CustomEvent("pbx-do", { detail: { kind, row: this.row, button, ...detail }, bubbles: true }));
  }

  private end(end: End, side: "left" | "right"): TemplateResult {
    const color = end.kind === "outside" ? "icon" : this.row.state;
    const second = end.kind === "outside" && !this.numbers ? end.trunk : end.second;
    const content = html`${
      end.kind === "outside"
        ? html`<span class="ic"><ha-icon .icon=${end.icon}></ha-icon></span>`
        : icon(end.icon, color, end.badge, "supervision", "st")
    }<span class="tx"><span class="nm">${this.numbers || end.kind !== "outside" || end.name !== end.number ? end.name : "…"}</span
      ><span class="se dim">${this.numbers || end.kind !== "person" ? second : nothing}${
        this.numbers && end.trunk ? html`<span class="tk"> · ${end.trunk}</span>` : nothing
      }</span></span>`;
    const classes = `pa ${side} ${end.kind === "outside" ? "out" : ""}`;
    if (this.plain) return html`<div class=${classes}>${content}</div>`;
    return html`<button class=${classes} data-end=${side} @click=${(event: Event) => this.emit("end", { end }, event.currentTarget)}>${content}</button>`;
  }

  private label(): string {
    const { row, words } = this;
    const key = row.arrow === "in" ? "row_in" : row.arrow === "out" ? "row_out" : "row_with";
    const state = words(row.state === "ringing" ? "rings" : row.state === "held" ? "on_hold" : "in_a_call");
    return `${words(key, { name: row.left.name, other: row.right.name })}, ${state}, ${spoken(now() - row.since, this.language)}`;
  }

  protected override render(): TemplateResult {
    const { row, offer, words } = this;
    this.setAttribute("aria-label", this.label());
    const word = row.state === "ringing" ? words("rings") : row.state === "held" ? words("on_hold") : "";
    const sign = row.long ? "mdi:timer-alert-outline" : row.state === "ringing" ? "mdi:bell-ring" : "mdi:pause";
    return html`<div class="row">${this.end(row.left, "left")}<div class="wire"><i class="l"></i><span class="pill ${row.long ? "long" : ""}">${
      row.long ? html`<ha-icon .icon=${sign}></ha-icon>` : word ? html`<ha-icon class="pi" .icon=${sign}></ha-icon><span class="pw">${word}</span>` : nothing
    }<pbx-time .mark=${row.atLeast ? "> " : ""} .long=${row.state === "talking" ? this.limit : 0} .since=${row.since}></pbx-time></span><i class="r"></i></div>${this.end(
      row.right,
      "right",
    )}${this.plain ? nothing : this.buttons()}</div>${this.bar(row, offer)}`;
  }

  private buttons(): TemplateResult {
    const { row, offer, words } = this;
    const [first] = offer.whisper;
    const name = row.left.number === first || row.left.number === offer.take ? row.left.name : row.right.name;
    return html`<div class="acts">${
      offer.take
        ? html`<button class="btn or" title=${words("take_why")} @click=${(event: Event) => this.emit("take", {}, event.currentTarget)}><ha-icon
              .icon=${"mdi:phone-incoming"}
            ></ha-icon><span>${words("take")}</span></button>`
        : first
          ? html`<button class="btn sup" aria-label=${words("whisper_to", { name })} @click=${(event: Event) => this.emit("whisper", {}, event.currentTarget)}
              ><ha-icon .icon=${MODE_ICONS.whisper}></ha-icon><span>${words("whisper")}</span></button>`
          : nothing
    }${
      offer.menu
        ? html`<button class="ib" aria-haspopup="dialog" aria-label=${words("more_of", { name: row.left.name })} @click=${(event: Event) =>
            this.emit("menu", {}, event.currentTarget)}><ha-icon .icon=${"mdi:dots-vertical"}></ha-icon></button>`
        : nothing
    }</div>`;
  }

  private bar(row: Row, offer: CallOffer): TemplateResult | typeof nothing {
    const { monitor } = row;
    const { words } = this;
    if (!monitor) return nothing;
    const mine = offer.modes.length > 0;
    const text = mine ? words(MODE_WORDS[monitor.mode].you, { name: row.supervised }) : words(MODE_WORDS[monitor.mode].they, { who: row.supervisor, name: row.supervised });
    return html`<div class="supbar">${icon(MODE_ICONS[monitor.mode], "supervision")}<span class="tx"><span class="nm">${text}</span></span>${
      mine
        ? html`<div class="seg" role="radiogroup" aria-label=${words("way")} @keydown=${this.arrows}>${MODES.filter((mode) => mode === monitor.mode || offer.modes.includes(mode)).map(
            (mode) =>
              html`<button role="radio" aria-checked=${mode === monitor.mode} tabindex=${mode === monitor.mode ? 0 : -1} @click=${(event: Event) =>
                mode !== monitor.mode && this.emit("mode", { mode }, event.currentTarget)}>${words(mode)}</button>`,
          )}</div>`
        : offer.stop
          ? html`<button class="btn" @click=${(event: Event) => this.emit("stop", { number: monitor.supervisor }, event.currentTarget)}>${words("stop")}</button>`
          : nothing
    }</div>`;
  }

  private arrows(event: KeyboardEvent): void {
    const forward = ["ArrowRight", "ArrowDown"].includes(event.key);
    if (!forward && !["ArrowLeft", "ArrowUp"].includes(event.key)) return;
    const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
    const index = buttons.indexOf(event.target as HTMLButtonElement);
    buttons[(index + (forward ? 1 : buttons.length - 1)) % buttons.length]?.focus();
    event.preventDefault();
  }
}

customElements.define("pbx-call", PbxCall);

declare global {
  interface HTMLElementTagNameMap {
    "pbx-call": PbxCall;
  }
}
