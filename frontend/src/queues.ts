/* Queues, and calls that are parked. */

import { html, nothing, type TemplateResult } from "lit-html";

import type { Queue } from "./contract.ts";
import { nameOf } from "./look.ts";
import { controls, mineIsFree, type Situation } from "./offer.ts";
import type { PbxPanel } from "./panel.ts";
import { button, clock, icon, lines, sign } from "./parts.ts";

/** Return what is said about a queue: who waits, and how many agents could answer. */
function situationOf({ callers, agents }: Queue, now: Situation): TemplateResult[] {
  const { words } = now;
  const [first] = callers ?? [];
  const logged = agents?.filter((agent) => agent.logged_in !== false);
  const free = logged?.filter(({ number, paused }) => !paused && now.statusOf(number) === "idle").length;
  const parts = [
    first ? html`${words("n_waiting", { count: callers?.length ?? 0 })}, ${clock(first.since)}` : callers && words("nobody_waits"),
    logged && words("agents_free", { free: free ?? 0, count: logged.length }),
  ];
  return parts.filter(Boolean).map((part, index) => html`${index ? " · " : nothing}${part}`);
}

/** Return a tile for each queue and each parked call, nothing where there are none. */
export function queuesPart(panel: PbxPanel): TemplateResult | typeof nothing {
  const { now } = panel;
  const { words, me, store } = now;
  const queues = [...store.queues.values()];
  if (!queues.length && !store.parked.length) return nothing;
  const waiting = queues.reduce((sum, { callers }) => sum + (callers?.length ?? 0), 0);
  const take = store.capabilities?.pick_up && mineIsFree(now) && controls(me as string, now);
  return html`<section aria-label=${words("queues")}><h2 class="h">${sign("account-group")}${words("queues")} <span class="n">${
    waiting ? words("n_waiting", { count: waiting }) : nothing
  }</span></h2><div class="top">${queues.map(
    (queue) =>
      html`<div class="card queue" data-drop="queue ${queue.number}">${icon("account-clock", queue.callers?.length ? "ringing" : "free")}${lines(
        queue.name ?? queue.number,
        situationOf(queue, now),
      )}</div>`,
  )}${store.parked.map(
    (call) =>
      html`<div class="card queue">${icon("parking", "held")}${lines(nameOf(call, now), html`${words("parked_at", { slot: call.slot })} · ${clock(call.since)}`)}${
        take ? button("", words("take"), (it) => panel.act(it, "pick_up", { extension: me, slot: call.slot })) : nothing
      }</div>`,
  )}</div></section>`;
}
