/* The running times of the page: one timer for all, on the full second, that writes text and renders nothing. */

import { now, running } from "./time.ts";

const shown = new Set<PbxTime>();
let timer: ReturnType<typeof setTimeout> | undefined;

function plan(): void {
  clearTimeout(timer);
  timer = undefined;
  if (!shown.size || document.hidden) return;
  timer = setTimeout(tick, 1000 - ((now() * 1000) % 1000) + 5);
}

function tick(): void {
  const time = now();
  for (const element of shown) element.write(time);
  plan();
}

document.addEventListener("visibilitychange", () => (document.hidden ? plan() : tick()));

/** A time that runs from `since` on; fires `pbx-long` when it passes `long` seconds. */
export class PbxTime extends HTMLElement {
  mark = "";
  long = 0;
  private from = 0;
  private last = "";

  set since(value: number) {
    this.from = value;
    if (this.isConnected) this.write(now());
  }

  connectedCallback(): void {
    this.setAttribute("aria-live", "off");
    shown.add(this);
    this.write(now());
    if (timer === undefined) plan();
  }

  disconnectedCallback(): void {
    shown.delete(this);
    if (!shown.size) plan();
  }

  write(time: number): void {
    const passed = time - this.from;
    const text = this.mark + running(passed);
    if (text === this.last) return;
    this.last = text;
    this.textContent = text;
    if (this.long && Math.floor(passed + 0.001) === this.long) {
      this.dispatchEvent(new CustomEvent("pbx-long", { bubbles: true }));
    }
  }
}

customElements.define("pbx-time", PbxTime);
