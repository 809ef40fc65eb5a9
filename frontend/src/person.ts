/* A person's tile. */

import { html, nothing, type TemplateResult } from "lit-html";

import type { Person } from "./directory.ts";
import type { Look } from "./look.ts";
import type { PbxPanel } from "./panel.ts";
import { clock, face } from "./parts.ts";
import { now, spoken } from "./time.ts";

/** Return a person's tile. `tab`: reached by Tab; the others by arrow keys. */
export function personTile(panel: PbxPanel, { name, number }: Person, look: Look, call: string | undefined, tab: boolean, plain: boolean): TemplateResult {
  const { words, me, long } = panel.now;
  const { since } = look;
  const content = html`${face(look)}<span class="nm">${name}</span><span class="nr">${panel.numbers ? number : nothing}</span><span class="se">${
    number === me && !plain ? `${words("you")} · ` : nothing
  }${look.words}</span><span class="tm ${look.long ? "long" : ""}" aria-hidden=${since ? "true" : nothing}>${
    since ? clock(since, look.atLeast ? "> " : "", look.kind === "talking" ? long : 0) : nothing
  }${look.more ? ` +${look.more}` : nothing}</span>${since ? html`<span class="sr">${spoken(now() - since, panel.language)}</span>` : nothing}`;
  return html`<pbx-person data-number=${number} data-drop=${number} data-call=${call ?? nothing}>${
    plain ? html`<div class="card person ${look.border}">${content}</div>` : html`<button class="card person ${look.border}" tabindex=${tab ? 0 : -1}>${content}</button>`
  }</pbx-person>`;
}
