/* The strip of the own phone. */

import { html, nothing, type TemplateResult } from "lit";

import { partOf, lookOf, MODE_ICONS, MODE_WORDS, otherName, othersOf } from "./look.ts";
import { controls, transferable } from "./offer.ts";
import type { PbxPanel } from "./panel.ts";
import { icon } from "./person.ts";
import { short } from "./sheet.ts";

/** Return the strip of the own phone, or the question which one it is. */
export function youPart(panel: PbxPanel): TemplateResult {
  const { now, store, actions } = panel;
  const { words, me } = now;
  const person = me === undefined ? undefined : panel.directory.byNumber.get(me);
  if (!person || me === undefined) {
    return html`<div class="card you">${icon("mdi:account-question", "off")}<span class="tx"><span class="nm">${words("which_phone")}</span><span class="se">${words(
      "which_phone_why",
    )}</span></span>${panel.canChoose ? html`<button class="btn" @click=${() => panel.open({ kind: "choose", query: "" })}>${words("choose")}</button>` : nothing}</div>`;
  }
  const press = (run: (button: HTMLElement) => void) => (event: Event) => run(event.currentTarget as HTMLElement);
  const monitor = store.supervising(me);
  if (monitor) {
    const name = now.name(monitor.extension) ?? monitor.extension;
    const texts = MODE_WORDS[monitor.mode];
    const calling = monitor.state === "calling";
    return html`<div class="card you sup ${calling ? "pend" : ""}" role="status" data-drop="me">${icon(calling ? "mdi:phone-ring" : MODE_ICONS[monitor.mode], "supervision")}<span
      class="tx"
      ><span class="nm">${calling ? words("pick_up") : words(texts.you, { name })}</span><span class="se">${
        calling ? words(texts.pick, { name }) : words(texts.hears, { name: short(name) })
      } · <pbx-time .since=${monitor.since}></pbx-time></span></span><span class="acts">${
      now.active
        ? html`<button class="btn ${calling ? "" : "solid"}" @click=${press((button) => panel.act(button, actions.stop(me)))}>${
            calling ? nothing : html`<ha-icon .icon=${"mdi:phone-hangup"}></ha-icon>`
          }${words(calling ? "cancel" : "stop")}</button>`
        : nothing
    }</span></div>`;
  }
  const call = store.callsOf(me)[0];
  const part = call && partOf(call, me);
  const may = controls(me, now);
  const can = store.capabilities;
  if (call && part) {
    const name = otherName(call, me, now) || words("caller");
    const outside = transferable(call, me, now);
    const rings = part.state === "ringing";
    const held = part.state === "held";
    const talks = rings ? "calls_you" : part.state === "dialing" ? "you_call" : held ? "you_hold" : "you_talk";
    const other = othersOf(call, me)[0];
    const muted = panel.muted.has(call.key + me);
    const since = part.state === "talking" ? (part.answered_since ?? part.since) : part.since;
    const first = rings ? words("pick_up") : panel.numbers && other?.name ? other.number : "";
    return html`<div class="card you big ${rings ? "ring" : ""}" role=${rings ? "alert" : "status"} data-drop="me">${icon(
      rings ? "mdi:phone-ring" : held ? "mdi:phone-paused" : part.state === "dialing" ? "mdi:phone-dial" : "mdi:phone-in-talk",
      rings ? "ringing" : held ? "held" : "talking",
    )}<span class="tx"><span class="nm">${words(talks, { name })}</span><span class="se">${first ? html`${first} · ` : nothing}<pbx-time .since=${since}></pbx-time></span></span><span
      class="acts"
      >${
        may && can?.mute && (part.state === "talking" || held)
          ? html`<button class="btn" aria-pressed=${muted} aria-label=${words("mute")} title=${words(muted ? "unmute" : "mute")} @click=${press((button) =>
              panel.mute(me, call.key, button),
            )}><ha-icon .icon=${muted ? "mdi:microphone" : "mdi:microphone-off"}></ha-icon></button>`
          : nothing
      }${
        may && can?.hold && (part.state === "talking" || held)
          ? html`<button class="btn" aria-label=${words(held ? "resume" : "hold")} title=${words(held ? "resume" : "hold")} @click=${press((button) =>
              panel.act(button, actions.hold(me, !held)),
            )}><ha-icon .icon=${held ? "mdi:play" : "mdi:pause"}></ha-icon></button>`
          : nothing
      }${
        outside
          ? html`<button class="btn" @click=${() => panel.open({ kind: "transfer", number: me, call: call.key, query: "" })}><ha-icon .icon=${"mdi:phone-forward"}></ha-icon>${words(
              rings ? "send_to" : "transfer",
            )}</button>`
          : nothing
      }${
        may && can?.hang_up
          ? html`<button class="btn red" aria-label=${words(rings ? "decline" : "hang_up")} title=${words(rings ? "decline" : "hang_up")} @click=${press((button) =>
              panel.act(button, actions.hangUp(me)),
            )}><ha-icon .icon=${"mdi:phone-hangup"}></ha-icon>${rings ? html`<span>${words("decline")}</span>` : nothing}</button>`
          : nothing
      }</span></div>`;
  }
  const look = lookOf(person, now);
  const disturb = person.disturb ? now.states[person.disturb]?.state : undefined;
  const switchable = may && (disturb === "on" || disturb === "off");
  // A phone that rings for no known call was asked to dial.
  const asked = look.kind === "ringing";
  return html`<div class="card you ${asked ? "ring" : ""}" role="status" data-drop="me">${icon(look.icon, look.color, look.badge, look.badgeColor)}<span class="tx"><span class="nm">${
    asked ? words("pick_up") : words("you_are", { name: person.name })
  }</span><span class="se">${panel.numbers ? html`${me} · ` : nothing}${look.words}</span></span><span class="acts">${
    switchable
      ? html`<button class="ib" aria-pressed=${disturb === "on"} aria-label=${words("dnd")} title=${words("dnd")} @click=${press((button) =>
          panel.act(button, actions.toggle(person.disturb as string)),
        )}><ha-icon .icon=${disturb === "on" ? "mdi:minus-circle" : "mdi:minus-circle-outline"}></ha-icon></button>`
      : nothing
  }${
    now.active
      ? html`<button class="ib" aria-label=${words("more")} aria-haspopup="dialog" @click=${() => panel.open({ kind: "person", number: me })}><ha-icon
            .icon=${"mdi:dots-vertical"}
          ></ha-icon></button>`
      : nothing
  }</span></div>`;
}
