/* The strip of the own phone. */

import { html, nothing, type TemplateResult } from "lit-html";

import { lookOf, MODE_ICONS, otherName, othersOf, partOf } from "./look.ts";
import { controls, transferable } from "./offer.ts";
import type { PbxPanel } from "./panel.ts";
import { button, clock, face, icon, iconButton, lines, sign } from "./parts.ts";
import { short } from "./sheet.ts";

/** Return the strip of the own phone, or the question which one it is. */
export function youPart(panel: PbxPanel): TemplateResult {
  const { now, store, numbers } = panel;
  const { words, me } = now;
  const strip = (style: string, face: TemplateResult, first: unknown, second: unknown, acts: unknown, role = "status") =>
    html`<div class="card you ${style}" role=${role} data-drop="me">${face}${lines(first, second)}<span class="acts">${acts}</span></div>`;
  const person = me === undefined ? undefined : panel.directory.byNumber.get(me);
  if (!person || me === undefined) {
    const choose = panel.canChoose ? button("", words("choose"), () => panel.open({ kind: "choose", query: "" })) : nothing;
    return strip("", icon("account-question", "off"), words("which_phone"), words("which_phone_why"), choose);
  }
  const monitor = store.supervising(me);
  if (monitor) {
    const { mode, extension, since } = monitor;
    const name = now.name(extension) ?? extension;
    const calling = monitor.state === "calling";
    return strip(
      `sup ${calling ? "pend" : ""}`,
      icon(calling ? "phone-ring" : MODE_ICONS[mode], "sup"),
      calling ? words("pick_up") : words(`you_${mode}`, { name }),
      html`${calling ? words(`pick_up_${mode}`, { name }) : words(`hears_${mode}`, { name: short(name) })} · ${clock(since)}`,
      now.active
        ? button(calling ? "" : "solid", html`${calling ? nothing : sign("phone-hangup")}${words(calling ? "cancel" : "stop")}`, (button) =>
            panel.act(button, "stop_monitoring", { supervisor: me }),
          )
        : nothing,
    );
  }
  const call = store.callsOf(me)[0];
  const part = call && partOf(call, me);
  const may = controls(me, now);
  const can = store.capabilities;
  if (call && part) {
    const { state } = part;
    const rings = state === "ringing";
    const held = state === "held";
    const dials = state === "dialing";
    const talks = state === "talking" || held;
    const other = othersOf(call, me)[0];
    const muted = panel.isMuted(me, call.key);
    const second = rings ? words("pick_up") : numbers && other?.name ? other.number : "";
    return strip(
      `big ${rings ? "ring" : ""}`,
      icon(rings ? "phone-ring" : held ? "phone-paused" : dials ? "phone-dial" : "phone-in-talk", rings || held ? state : "talking"),
      words(rings ? "calls_you" : dials ? "you_call" : held ? "you_hold" : "you_talk", { name: otherName(call, me, now) || words("caller") }),
      html`${second}${second ? " · " : nothing}${clock(state === "talking" ? (part.answered_since ?? part.since) : part.since)}`,
      html`${
        may && can?.mute && talks
          ? iconButton("btn", muted ? "microphone" : "microphone-off", words(muted ? "unmute" : "mute"), (button) => panel.mute(me, call.key, button))
          : nothing
      }${
        may && can?.hold && talks
          ? iconButton("btn", held ? "play" : "pause", words(held ? "resume" : "hold"), (button) => panel.act(button, held ? "resume" : "hold", { extension: me }))
          : nothing
      }${
        transferable(call, me, now)
          ? button("", html`${sign("phone-forward")}${words(rings ? "send_to" : "transfer")}`, () => panel.open({ kind: "transfer", number: me, call: call.key, query: "" }))
          : nothing
      }${
        may && can?.hang_up
          ? button(
              "red",
              html`${sign("phone-hangup")}${rings ? html`<span>${words("decline")}</span>` : nothing}`,
              (button) => panel.act(button, "hang_up", { extension: me }),
              words(rings ? "decline" : "hang_up"),
            )
          : nothing
      }`,
      rings ? "alert" : "status",
    );
  }
  const look = lookOf(person, now);
  const disturb = now.states[person.disturb ?? ""]?.state;
  // A phone that rings for no known call was asked to dial.
  const asked = look.kind === "ringing";
  return strip(
    asked ? "ring" : "",
    face(look),
    asked ? words("pick_up") : words("you_are", { name: person.name }),
    `${numbers ? `${me} · ` : ""}${look.words}`,
    html`${
      may && (disturb === "on" || disturb === "off")
        ? iconButton(
            "ib",
            disturb === "on" ? "minus-circle" : "minus-circle-outline",
            words("dnd"),
            (button) => panel.act(button, "toggle", { entity_id: person.disturb }, false, "switch"),
            disturb === "on",
          )
        : nothing
    }${now.active ? iconButton("ib", "dots-vertical", words("more"), () => panel.open({ kind: "person", number: me }), "dialog") : nothing}`,
  );
}
