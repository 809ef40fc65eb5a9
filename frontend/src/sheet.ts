/* What opens when a person, a call or a button with a second step is pressed. */

import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import type { Mode } from "./contract.ts";
import { forwardedTo, lookOf, MODE_ICONS, nameOf, otherName, othersOf, partOf } from "./look.ts";
import { connected, controls, offeredModes, reason, takeFrom, transferable } from "./offer.ts";
import type { PbxPanel } from "./panel.ts";
import { button, clock, face, icon, iconButton, type Press, pressed, sign } from "./parts.ts";

export type Sheet =
  | { kind: "person"; number: string }
  | { kind: "outside"; number: string; name: string; call: string }
  | { kind: "transfer"; number: string; call: string; query: string }
  | { kind: "confirm"; number: string; mode: Mode | "hang_up" }
  | { kind: "forward"; number: string; query: string }
  | { kind: "whom"; numbers: string[] }
  | { kind: "group"; call: string }
  | { kind: "choose"; query: string; whisper?: string };

type Content = { label: string; content: TemplateResult };
type Entry = TemplateResult | false | "" | null | undefined;

/** Return what the dialog is called, and its content. */
export function sheetContent(panel: PbxPanel, sheet: Sheet): Content {
  switch (sheet.kind) {
    case "person":
      return personSheet(panel, sheet.number);
    case "outside":
      return outsideSheet(panel, sheet);
    case "transfer":
      return transferSheet(panel, sheet);
    case "confirm":
      return confirmSheet(panel, sheet);
    case "forward":
      return forwardSheet(panel, sheet);
    case "whom":
      return whomSheet(panel, sheet.numbers);
    case "group":
      return groupSheet(panel, sheet.call);
    case "choose":
      return chooseSheet(panel, sheet);
  }
}

/** A sheet: its head, and what is below. */
function titled(panel: PbxPanel, face: TemplateResult, label: string, second: unknown, content: unknown): Content {
  return {
    label,
    content: html`<div class="hd">${face}<span class="tx"><h2 class="nm">${label}</h2><span class="se">${second}</span></span>${iconButton("ib", "close", panel.now.words("close"), () =>
      panel.close(),
    )}</div>${content}`,
  };
}

/** One line to press; `more`: a second step follows, or whether it is switched on. */
function entry(name: string, title: string, second: string, run: Press, style = "", more?: "next" | boolean): TemplateResult {
  const switched = typeof more === "boolean";
  return html`<button class="ac ${style}" role=${switched ? "switch" : nothing} aria-checked=${switched ? more : nothing} @click=${pressed(run)}
    >${sign(name)}<span class="tx"><span class="t1">${title}</span><span class="t2">${second}</span></span>${switched ? html`<span class="sw"></span>` : more ? sign("chevron-right") : nothing}</button>`;
}

/** The groups of entries that are not empty, with a line between them. */
const groups = (...lists: Entry[][]): TemplateResult[] =>
  lists.map((list) => list.filter(Boolean)).filter((list) => list.length).map((list, index) => html`${index ? html`<hr />` : nothing}${list}`);

/** Return the first name, for the sentences about what somebody hears. */
export const short = (name: string): string => name.split(" ")[0] as string;

function personSheet(panel: PbxPanel, number: string): Content {
  const { now, numbers } = panel;
  const { words, store, me, states } = now;
  const person = panel.directory.byNumber.get(number);
  if (!person) return titled(panel, icon("phone-off", "off"), number, "", "");
  const look = lookOf(person, now);
  const call = store.callsOf(number)[0];
  const key = call?.key ?? "";
  const part = call && partOf(call, number);
  const others = call ? othersOf(call, number) : [];
  const other = (call && otherName(call, number, now)) || words("caller");
  const can = store.capabilities;
  const may = controls(number, now) && can;
  const mine = number === me;
  const talks = connected(number, now);
  const outside = transferable(call, number, now);
  const rings = part?.state === "ringing";
  // Of a call with somebody outside, only the extension can hold it.
  const held = part?.state === "held" || (call?.held && others.every((party) => !party.extension));
  const muted = panel.isMuted(number, key);
  const callMe = me === undefined ? undefined : store.callsOf(me)[0];
  const sendable = me !== undefined && !mine && transferable(callMe, me, now);
  const disturb = states[person.disturb ?? ""]?.state ?? "";
  const forwarding = states[person.forwarding ?? ""];

  const modes = offeredModes(number, now);
  const supervision = (["whisper", "listen", "barge_in"] as const).map(
    (mode) =>
      modes.includes(mode) &&
      entry(MODE_ICONS[mode], words(mode), words(`hears_${mode}`, { name: short(person.name) }), (it) => panel.supervise(mode, number, it), "sup", mode === "whisper" ? undefined : "next"),
  );
  const control = [
    call && takeFrom(call, now) === number && entry("phone-incoming", words("take"), words("take_why"), (it) => panel.transfer(key, number, me as string, it)),
    outside &&
      entry(
        "phone-forward",
        words(rings ? "send_to" : "transfer_to"),
        words("transfer_why", { name: nameOf(outside, now) }),
        () => panel.open({ kind: "transfer", number, call: key, query: "" }),
        "",
        "next",
      ),
    may && talks && can.hold && !held && entry("pause", words("hold"), words("waits", { name: other }), (it) => panel.act(it, "hold", { extension: number })),
    may && held && can.hold && entry("play", words("resume"), "", (it) => panel.act(it, "resume", { extension: number })),
    may &&
      talks &&
      can.mute &&
      entry(
        muted ? "microphone" : "microphone-off",
        words(muted ? "unmute" : "mute"),
        muted ? "" : words("not_heard", { name: other, who: short(person.name) }),
        (it) => panel.mute(number, key, it),
      ),
    may &&
      call &&
      can.hang_up &&
      entry(
        "phone-hangup",
        words(rings ? "decline" : "hang_up"),
        rings ? "" : words(others.length > 1 ? "ends_own" : "ends_both"),
        (it) => (rings || mine ? panel.act(it, "hang_up", { extension: number }, true) : panel.open({ kind: "confirm", number, mode: "hang_up" })),
        "red",
        rings || mine ? undefined : "next",
      ),
  ];
  const internal = talks && may && can.transfer && others.length && others.every((party) => party.extension) ? words("no_transfer") : "";
  const reasons = [reason(number, now), internal].filter(Boolean).map((text) => html`<div class="why">${sign("information-outline")}<span>${text}</span></div>`);
  const known = (state: string | undefined) => state && !["unknown", "unavailable"].includes(state);
  const rest = [
    !call &&
      !mine &&
      look.kind !== "unknown" &&
      panel.mayDial &&
      entry("phone", words("call_from_mine"), "", (it) => panel.act(it, "dial", { extension: me, to: number }, true)),
    sendable &&
      callMe &&
      entry("phone-forward", words("send_mine"), words("transfer_why", { name: nameOf(sendable, now) }), (it) => panel.transfer(callMe.key, me, number, it)),
  ];
  const settings = [
    may &&
      known(disturb) &&
      entry("minus-circle-outline", words("dnd"), "", (it) => panel.act(it, "toggle", { entity_id: person.disturb }, false, "switch"), "", disturb === "on"),
    may &&
      forwarding &&
      known(forwarding.state) &&
      can.settings &&
      entry(
        "phone-settings",
        words("forwarding"),
        forwarding.state === "off" ? words("off") : words("forwards", { where: forwardedTo(forwarding, now) }),
        () => panel.open({ kind: "forward", number, query: "" }),
        "",
        "next",
      ),
    mine && panel.canChoose && entry("account-switch", words("not_mine"), "", () => panel.open({ kind: "choose", query: "" }), "", "next"),
  ];
  return titled(
    panel,
    face(look),
    person.name,
    html`${numbers ? `${number} · ` : nothing}${look.words}${look.since ? html` · ${clock(look.since)}` : nothing}`,
    groups(supervision, [...control, ...reasons], rest, settings),
  );
}

function outsideSheet(panel: PbxPanel, { name, number, call: key }: Sheet & { kind: "outside" }): Content {
  const { now } = panel;
  const { words, me, store } = now;
  const call = store.calls.get(key);
  const from = call?.parties.find((party) => party.extension && transferable(call, party.number, now))?.number;
  const taken = call && takeFrom(call, now);
  return titled(
    panel,
    icon("account", "icon"),
    name,
    name === number ? "" : number,
    groups([
      taken !== undefined && entry("phone-incoming", words("take"), words("take_why"), (it) => panel.transfer(key, taken, me as string, it)),
      from !== undefined &&
        entry("phone-forward", words("transfer_to"), words("transfer_why", { name }), () => panel.open({ kind: "transfer", number: from, call: key, query: "" }), "", "next"),
      !call && number !== "" && panel.mayDial && entry("phone", words("call_back"), "", (it) => panel.act(it, "dial", { extension: me, to: number }, true)),
      number !== "" &&
        entry("content-copy", words("copy"), "", () => {
          void navigator.clipboard?.writeText(number);
          panel.close();
        }),
    ]),
  );
}

/** A field to search or to type a number, and people to choose from: free ones first, then by number. */
function picker(panel: PbxPanel, sheet: Sheet & { query: string }, without: string, run: (number: string, it: HTMLElement) => void, enter?: typeof run): TemplateResult {
  const { now } = panel;
  const { query } = sheet;
  const wanted = query.toLocaleLowerCase();
  const dialable = enter && isNumber(query) && !panel.directory.byNumber.has(query);
  const label = now.words("search");
  const found = panel.directory.people
    .filter(({ number, haystack }) => number !== without && haystack.includes(wanted))
    .map((person) => ({ person, look: lookOf(person, now) }))
    .sort((a, b) => Number(b.look.kind === "free") - Number(a.look.kind === "free"))
    .slice(0, 50);
  return html`<label class="pick">${sign("magnify")}<input
      .value=${query}
      aria-label=${label}
      placeholder=${label}
      autocomplete="off"
      @input=${(event: InputEvent) => panel.open({ ...sheet, query: (event.target as HTMLInputElement).value } as Sheet)}
      @keydown=${(event: KeyboardEvent) => event.key === "Enter" && dialable && enter(query, event.target as HTMLElement)}
    />${dialable ? button("call-now", now.words("choose"), (it) => enter(query, it)) : nothing}</label>${repeat(
      found,
      ({ person }) => person.number,
      ({ person: { number, name }, look }) =>
        html`<button class="ac" @click=${pressed((it) => run(number, it))}>${face(look)}<span class="tx"><span class="t1">${name}</span><span class="t2">${number} · ${look.words}</span></span></button>`,
    )}`;
}

/** Return whether a text can be dialled. */
export const isNumber = (text: string): boolean => /^[+*#\d][\d\s()*#./-]*$/.test(text);

function transferSheet(panel: PbxPanel, sheet: Sheet & { kind: "transfer" }): Content {
  const { now } = panel;
  const { words } = now;
  const { call, number } = sheet;
  const outside = transferable(now.store.calls.get(call), number, now);
  const to = (target: string, it: HTMLElement) => panel.transfer(call, number, target, it);
  return titled(
    panel,
    icon("phone-forward", "talking"),
    words("transfer_to"),
    outside ? words("transfer_why", { name: nameOf(outside, now) }) : words("no_calls"),
    outside
      ? html`${picker(panel, sheet, number, to, to)}${[...now.store.queues.values()].map((queue) =>
          entry("account-clock", queue.name ?? queue.number, queue.number, (it) => panel.transfer(call, number, queue.number, it, "queue")),
        )}`
      : "",
  );
}

function forwardSheet(panel: PbxPanel, sheet: Sheet & { kind: "forward" }): Content {
  const { words, name } = panel.now;
  const { number: extension } = sheet;
  const set = (button: HTMLElement, to: string, number?: string) => panel.act(button, "set_forwarding", { extension, to, number }, true);
  return titled(
    panel,
    icon("phone-settings", "held"),
    words("forwarding"),
    name(extension),
    html`${groups([
      entry("phone", words("off"), "", (button) => set(button, "off")),
      entry("voicemail", words("voicemail"), "", (button) => set(button, "voicemail")),
      entry("cellphone", words("mobile"), "", (button) => set(button, "mobile")),
    ])}<hr />${picker(
      panel,
      sheet,
      extension,
      (number, button) => set(button, "extension", number),
      (number, button) => set(button, "number", number),
    )}`,
  );
}

function whomSheet(panel: PbxPanel, numbers: string[]): Content {
  const { words, name } = panel.now;
  return titled(
    panel,
    icon(MODE_ICONS.whisper, "sup"),
    words("whisper_whom"),
    "",
    numbers.map((number) => {
      const known = name(number) ?? number;
      return entry(MODE_ICONS.whisper, known, words("hears_whisper", { name: short(known) }), (it) => panel.supervise("whisper", number, it), "sup");
    }),
  );
}

function groupSheet(panel: PbxPanel, key: string): Content {
  const { now } = panel;
  const call = now.store.calls.get(key);
  const inside = call?.parties.filter((party) => party.extension) ?? [];
  return titled(
    panel,
    icon("account-group", "ringing"),
    call?.via ?? now.words("people"),
    now.words("phones_ring", { count: inside.length }),
    inside.map((party) => entry("phone-ring", nameOf(party, now), party.number, () => panel.open({ kind: "person", number: party.number }), "", "next")),
  );
}

function chooseSheet(panel: PbxPanel, sheet: Sheet & { kind: "choose" }): Content {
  const { words, me } = panel.now;
  return titled(
    panel,
    icon("account-question", "off"),
    words("which_phone"),
    words("which_phone_why"),
    html`${picker(panel, sheet, "", (number, button) => panel.choose(number, sheet.whisper, button))}${
      me === undefined ? nothing : html`<hr />${entry("phone-off", words("no_phone"), "", (button) => panel.choose("", undefined, button))}`
    }`,
  );
}

function confirmSheet(panel: PbxPanel, { mode, number }: Sheet & { kind: "confirm" }): Content {
  const { words, name, me, store } = panel.now;
  const call = store.callsOf(number)[0];
  const other = call ? otherName(call, number, panel.now) : "";
  const ends = mode === "hang_up";
  const line = (name: string, text: string) => html`${sign(name)}<span>${text}</span>`;
  return titled(
    panel,
    ends ? icon("phone-hangup", "wrong") : icon(MODE_ICONS[mode], "sup"),
    words(`confirm_${mode}`, { name: name(number) ?? number }),
    other && !ends ? words("in_this_call", { name: other }) : other,
    html`<div class="confirm">${
      ends
        ? words(call && othersOf(call, number).length > 1 ? "ends_own" : "ends_both")
        : html`<div class="two">${me !== undefined && store.supervising(me) ? nothing : line("phone-ring", words("confirm_rings"))}${line(
            mode === "listen" ? "microphone-off" : "account-multiple",
            words(`hears_${mode}`),
          )}${line("scale-balance", words("confirm_law"))}</div>`
    }<div class="bs">${button("plain", words("cancel"), () => panel.close())}<button
      class="btn ${ends ? "red" : "solid"}"
      autofocus
      @click=${pressed((it) => (ends ? panel.act(it, "hang_up", { extension: number }, true) : panel.confirmed(mode, number, it)))}
      >${words(mode)}</button></div></div>`,
  );
}
