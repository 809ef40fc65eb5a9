/* Drag and drop, an extra for those with a mouse: everything it does is in the dialogs too. */

import { html, nothing, type TemplateResult } from "lit-html";

import { mineIsFree, takeFrom, transferable } from "./offer.ts";
import type { PbxPanel } from "./panel.ts";
import { lines, type Press, sign } from "./parts.ts";
import { rowOf } from "./rows.ts";

const THRESHOLD = 6;

interface Source {
  name: string;
  /** What happens on a target. */
  hint: string;
  /** Return what happens on a target: an extension's number, or "me" for the own strip. */
  onto(target: string): Press | false | undefined;
}

export class Dragging {
  /** Whether a drag just ended, so that the click that follows is none. */
  justEnded = false;
  private source: Source | undefined;
  private ghost: { x: number; y: number } | undefined;
  private over: HTMLElement | undefined;
  private stop = new AbortController();

  constructor(private readonly panel: PbxPanel) {}

  begin(event: PointerEvent): void {
    if (event.button || event.pointerType !== "mouse" || !matchMedia("(hover: hover) and (pointer: fine)").matches) return;
    const { panel } = this;
    this.source = panel.now.active && !panel.sheet ? this.sourceOf(event.target as HTMLElement) : undefined;
    if (!this.source) return;
    this.stop = new AbortController();
    const listen = <K extends keyof WindowEventMap>(name: K, run: (event: WindowEventMap[K]) => void) => window.addEventListener(name, run, { signal: this.stop.signal });
    listen("pointermove", (moved) => {
      if (this.ghost || Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) >= THRESHOLD) this.move(moved);
    });
    listen("pointerup", () => this.end(true));
    listen("pointercancel", () => this.end(false));
    listen("keydown", (key) => key.key === "Escape" && this.end(false));
  }

  private sourceOf(target: HTMLElement): Source | undefined {
    const { panel } = this;
    const { now } = panel;
    const { words, me } = now;
    const side = target.closest<HTMLElement>("[data-end]")?.dataset.end as "left" | "right" | undefined;
    const call = panel.store.calls.get(target.closest<HTMLElement>("pbx-call")?.dataset.call ?? "");
    if (call && side) {
      const end = rowOf(call, now, me)[side];
      const from = call.parties.find((party) => party.extension && transferable(call, party.number, now))?.number;
      if (end.kind !== "outside" || from === undefined) return undefined;
      return {
        name: end.name,
        hint: words("drop"),
        onto: (target) => {
          const [, queue] = target.split("queue ");
          const to = target === "me" ? me : (queue ?? target);
          const taken = to !== me || (mineIsFree(now) && (call.answered_since !== null || takeFrom(call, now) !== undefined));
          return to !== undefined && to !== from && taken && ((button) => panel.transfer(call.key, from, to, button, queue ? "queue" : undefined));
        },
      };
    }
    const number = target.closest<HTMLElement>("pbx-person")?.dataset.number;
    if (!number || number === me) return undefined;
    return {
      name: now.name(number) ?? number,
      hint: words("call"),
      onto: (target) => target === "me" && panel.mayDial && now.statusOf(number) !== "unavailable" && ((button) => panel.act(button, "dial", { extension: me, to: number })),
    };
  }

  private onto(target: HTMLElement | null | undefined): Press | false | undefined {
    return target ? this.source?.onto(target.dataset.drop as string) : undefined;
  }

  private move(event: PointerEvent): void {
    const { panel } = this;
    const { root } = panel;
    if (!this.ghost) for (const target of root.querySelectorAll<HTMLElement>("[data-drop]")) target.toggleAttribute("faded", !this.onto(target));
    event.preventDefault();
    getSelection()?.removeAllRanges();
    this.ghost = { x: event.clientX, y: event.clientY };
    const found = root.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-drop]");
    this.over?.removeAttribute("drop");
    this.over = found && this.onto(found) ? found : undefined;
    this.over?.setAttribute("drop", "");
    panel.requestUpdate();
  }

  /** Return what follows the pointer. */
  picture(): TemplateResult | typeof nothing {
    const { ghost, source, over } = this;
    if (!ghost || !source) return nothing;
    return html`<div class="card ghost" style="left:${ghost.x + 12}px;top:${ghost.y + 8}px">${sign("account")}${lines(source.name, over ? source.hint : nothing)}</div>`;
  }

  private end(drop: boolean): void {
    this.stop.abort();
    const { ghost, over } = this;
    if (ghost) {
      for (const target of this.panel.root.querySelectorAll("[faded], [drop]")) ["faded", "drop"].forEach((name) => target.removeAttribute(name));
      this.justEnded = true;
      setTimeout(() => (this.justEnded = false));
      const run = drop && this.onto(over);
      if (run) run(over as HTMLElement);
    }
    this.source = this.ghost = this.over = undefined;
    this.panel.requestUpdate();
  }
}
