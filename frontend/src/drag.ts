/* Drag and drop, an extra for those with a mouse: everything it does is in the dialogs too. */

import type { Call } from "./contract.ts";
import { controls, mineIsFree, takeFrom, transferable } from "./offer.ts";
import type { PbxPanel } from "./panel.ts";

const THRESHOLD = 6;

interface Source {
  name: string;
  /** Whether it is a call that is sent, not a person who is called. */
  call: boolean;
  /** Return what happens on a target: an extension's number, or "me" for the own strip. */
  onto(target: string): ((button: HTMLElement) => void) | undefined;
}

export class Dragging {
  /** Whether a drag just ended, so that the click that follows is none. */
  justEnded = false;
  private source: Source | undefined;
  private start: { x: number; y: number } | undefined;
  private ghost: HTMLElement | undefined;
  private over: HTMLElement | undefined;
  private stop = new AbortController();

  constructor(private readonly panel: PbxPanel) {}

  begin(event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType !== "mouse" || !matchMedia("(hover: hover) and (pointer: fine)").matches) return;
    if (!this.panel.now.active || this.panel.sheet) return;
    this.source = this.sourceOf(event.target as HTMLElement);
    if (!this.source) return;
    this.start = { x: event.clientX, y: event.clientY };
    this.stop.abort();
    this.stop = new AbortController();
    const { signal } = this.stop;
    window.addEventListener("pointermove", (moved) => this.move(moved), { signal });
    window.addEventListener("pointerup", () => this.end(true), { signal });
    window.addEventListener("pointercancel", () => this.end(false), { signal });
    window.addEventListener("keydown", (key) => key.key === "Escape" && this.end(false), { signal });
  }

  private sourceOf(target: HTMLElement): Source | undefined {
    const { panel } = this;
    const { now } = panel;
    const row = target.closest("pbx-call");
    const side = target.closest<HTMLElement>("[data-end]")?.dataset.end;
    if (row && side) {
      const end = side === "left" ? row.row.left : row.row.right;
      const call = panel.store.calls.get(row.row.key);
      if (!call || end.kind !== "outside") return undefined;
      const from = call.parties.find((party) => party.extension && transferable(call, party.number, now))?.number;
      if (from === undefined) return undefined;
      return { name: end.name, call: true, onto: (to) => this.send(call, from, to) };
    }
    const number = target.closest("pbx-person")?.number;
    if (!number || number === now.me) return undefined;
    return {
      name: now.name(number) ?? number,
      call: false,
      onto: (to) =>
        to === "me" && panel.mayDial && now.statusOf(number) !== "unavailable" ? (button) => panel.act(button, panel.actions.dial(now.me as string, number)) : undefined,
    };
  }

  private send(call: Call, from: string, to: string): ((button: HTMLElement) => void) | undefined {
    const { panel } = this;
    const { now } = panel;
    const number = to === "me" ? now.me : to;
    if (number === undefined || number === from || !controls(from, now)) return undefined;
    if (number === now.me && (!mineIsFree(now) || (call.answered_since === null && takeFrom(call, now) === undefined))) return undefined;
    return (button) => panel.transfer(call, from, number, button);
  }

  private targets(): HTMLElement[] {
    return [...this.panel.renderRoot.querySelectorAll<HTMLElement>("pbx-person, [data-drop]")];
  }

  private static idOf(target: HTMLElement): string {
    return target.dataset.drop ?? target.dataset.number ?? "";
  }

  private move(event: PointerEvent): void {
    const { source, start } = this;
    if (!source || !start) return;
    if (!this.ghost) {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) < THRESHOLD) return;
      const ghost = document.createElement("div");
      ghost.className = "card ghost";
      const text = document.createElement("span");
      text.innerHTML = '<span class="nm"></span><span class="se dim"></span>';
      (text.firstChild as HTMLElement).textContent = source.name;
      const sign = document.createElement("ha-icon") as HTMLElement & { icon: string };
      sign.icon = "mdi:account";
      ghost.append(sign, text);
      this.panel.renderRoot.append(ghost);
      this.ghost = ghost;
      for (const target of this.targets()) target.toggleAttribute("faded", !source.onto(Dragging.idOf(target)));
    }
    event.preventDefault();
    getSelection()?.removeAllRanges();
    this.ghost.style.left = `${event.clientX + 12}px`;
    this.ghost.style.top = `${event.clientY + 8}px`;
    const found = (this.panel.renderRoot as ShadowRoot).elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("pbx-person, [data-drop]");
    const over = found && source.onto(Dragging.idOf(found)) ? found : undefined;
    if (over === this.over) return;
    this.over?.removeAttribute("drop");
    over?.setAttribute("drop", "");
    (this.ghost.querySelector(".se") as HTMLElement).textContent = over ? this.panel.now.words(source.call ? "drop" : "call") : "";
    this.over = over;
  }

  private end(drop: boolean): void {
    this.stop.abort();
    const { source, over, ghost } = this;
    if (ghost) {
      ghost.remove();
      for (const target of this.targets()) target.removeAttribute("faded");
      over?.removeAttribute("drop");
      this.justEnded = true;
      setTimeout(() => (this.justEnded = false));
      if (drop && over) source?.onto(Dragging.idOf(over))?.(over);
    }
    this.source = this.start = this.ghost = this.over = undefined;
  }
}
