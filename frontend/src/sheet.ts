/* What opens when a person, a call or a button with a second step is pressed. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import type { Call, Mode } from "./contract.ts";
import { connected, controls, mineIsFree, offeredModes, reason, takeFrom, transferable } from "./offer.ts";
import { forwardedTo, lookOf, MODE_ICONS, MODE_WORDS, nameOf, otherName, othersOf, partOf } from "./look.ts";
import type { PbxPanel } from "./panel.ts";
import { icon } from "./person.ts";

export type Sheet =
  | { kind: "person"; number: string }
  | { kind: "outside"; number: string; name: string; call: string }
  | { kind: "transfer"; number: string; call: string; query: string }
  | { kind: "confirm"; number: string; mode: Mode | "hang_up" }
  | { kind: "forward"; number: string; query: string }
  | { kind: "whom"; numbers: string[] }
  | { kind: "group"; call: string }
  | { kind: "choose"; query: string };

interface Entry {
  icon: string;
  title: string;
  second?: string;
  color?: string;
  next?: boolean;
  checked?: boolean;
  run(button: HTMLElement): void;
}

/** Return the content of the dialog, and its role and label. */
export function sheetContent(panel: PbxPanel, sheet: Sheet): { role: string; label: string; content: TemplateResult } {
  const { words } = panel.now;
  const name = "number" in sheet ? (panel.now.name(sheet.number) ?? sheet.number) : "";
  switch (sheet.kind) {
    case "person":
      return { role: "dialog", label: name, content: personSheet(panel, sheet.number) };
    case "outside":
      return { role: "dialog", label: sheet.name, content: outsideSheet(panel, sheet) };
    case "transfer":
      return { role: "dialog", label: words("transfer"), content: transferSheet(panel, sheet) };
    case "confirm":
      return { role: "alertdialog", label: words(sheet.mode), content: confirmSheet(panel, sheet) };
    case "forward":
      return { role: "dialog", label: words("forwarding"), content: forwardSheet(panel, sheet) };
    case "whom":
      return { role: "dialog", label: words("whisper_whom"), content: whomSheet(panel, sheet.numbers) };
    case "group":
      return { role: "dialog", label: words("people"), content: groupSheet(panel, sheet.call) };
    case "choose":
      return { role: "dialog", label: words("which_phone"), content: chooseSheet(panel, sheet.query) };
  }
}

function head(panel: PbxPanel, sign: TemplateResult, title: string, second: unknown): TemplateResult {
  return html`<div class="hd">${sign}<span class="tx"><h2 class="nm">${title}</h2><span class="se dim">${second}</span></span
    ><button class="ib" aria-label=${panel.now.words("close")} @click=${() => panel.close()}><ha-icon .icon=${"mdi:close"}></ha-icon></button></div>`;
}

function entry(one: Entry): TemplateResult {
  return html`<button
    class="ac ${one.color ?? ""}"
    role=${one.checked === undefined ? nothing : "switch"}
    aria-checked=${one.checked === undefined ? nothing : one.checked}
    @click=${(event: Event) => one.run(event.currentTarget as HTMLElement)}
    ><ha-icon .icon=${one.icon}></ha-icon><span class="tx"><span class="t1">${one.title}</span>${one.second ? html`<span class="t2">${one.second}</span>` : nothing}</span
    >${one.checked !== undefined ? html`<span class="sw"></span>` : one.next ? html`<ha-icon .icon=${"mdi:chevron-right"}></ha-icon>` : nothing}</button>`;
}

/** Return the groups of entries that are not empty, with a line between them. */
function groups(lists: (Entry | undefined | false)[][]): TemplateResult[] {
  return lists
    .map((list) => list.filter((one): one is Entry => Boolean(one)))
    .filter((list) => list.length)
    .map((list, index) => html`${index ? html`<hr />` : nothing}${list.map(entry)}`);
}

function why(text: string): TemplateResult | typeof nothing {
  return text ? html`<div class="why"><ha-icon .icon=${"mdi:information-outline"}></ha-icon><span>${text}</span></div>` : nothing;
}

/** Return the first name, for the sentences about what somebody hears. */
export function short(name: string): string {
  return name.split(" ")[0] ?? name;
}

function personSheet(panel: PbxPanel, number: string): TemplateResult {
  const { now, actions } = panel;
  const { words, store, me } = now;
  const person = panel.directory.byNumber.get(number);
  if (!person) return html``;
  const look = lookOf(person, now);
  const call = store.callsOf(number)[0];
  const part = call && partOf(call, number);
  const other = call ? otherName(call, number, now) || words("caller") : "";
  const may = controls(number, now);
  const can = store.capabilities;
  const mine = number === me;
  const talks = connected(number, now);
  const outside = transferable(call, number, now);
  const rings = part?.state === "ringing";
  const key = call?.key ?? "";
  const callMe = me !== undefined ? store.callsOf(me)[0] : undefined;
  const sendable = me !== undefined && !mine ? transferable(callMe, me, now) : undefined;

  const supervision = offeredModes(number, now).sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)).map(
    (mode): Entry => ({
      icon: MODE_ICONS[mode],
      title: words(mode),
      second: words(MODE_WORDS[mode].hears, { name: short(person.name) }),
      color: "sup",
      next: mode !== "whisper",
      run: (button) => panel.supervise(mode, number, button),
    }),
  );
  const control: (Entry | false | undefined)[] = [
    call && takeFrom(call, now) === number && {
      icon: "mdi:phone-incoming",
      title: words("take"),
      second: words("take_why"),
      run: (button) => panel.transfer(call, number, me as string, button),
    },
    outside && {
      icon: "mdi:phone-forward",
      title: words(rings ? "send_to" : "transfer_to"),
      second: words("transfer_why", { name: nameOf(outside, now) }),
      next: true,
      run: () => panel.open({ kind: "transfer", number, call: key, query: "" }),
    },
    may && talks && can?.hold && part?.state !== "held" && {
      icon: "mdi:pause",
      title: words("hold"),
      second: words("waits", { name: other }),
      run: (button) => panel.act(button, actions.hold(number, true)),
    },
    may && part?.state === "held" && can?.hold && { icon: "mdi:play", title: words("resume"), run: (button) => panel.act(button, actions.hold(number, false)) },
    may && talks && can?.mute && {
      icon: panel.muted.has(key + number) ? "mdi:microphone" : "mdi:microphone-off",
      title: words(panel.muted.has(key + number) ? "unmute" : "mute"),
      second: panel.muted.has(key + number) ? "" : words("not_heard", { name: other, who: short(person.name) }),
      run: (button) => panel.mute(number, key, button),
    },
    may && call && can?.hang_up && {
      icon: "mdi:phone-hangup",
      title: words(rings ? "decline" : "hang_up"),
      second: rings ? "" : words(othersOf(call, number).length > 1 ? "ends_own" : "ends_both"),
      color: "red",
      next: !rings && !mine,
      run: (button) => (rings || mine ? panel.act(button, actions.hangUp(number), true) : panel.open({ kind: "confirm", number, mode: "hang_up" })),
    },
  ];
  const free = !call && !mine && look.kind !== "unknown";
  const reach: (Entry | false | undefined)[] = [
    free && mineIsFree(now) && controls(me as string, now) && can?.dial && {
      icon: "mdi:phone",
      title: words("call_from_mine"),
      run: (button) => panel.act(button, actions.dial(me as string, number), true),
    },
    !mine && sendable && callMe && {
      icon: "mdi:phone-forward",
      title: words("send_mine"),
      second: words("transfer_why", { name: nameOf(sendable, now) }),
      run: (button) => panel.transfer(callMe, me as string, number, button),
    },
  ];
  const disturb = person.disturb ? now.states[person.disturb] : undefined;
  const forwarding = person.forwarding ? now.states[person.forwarding] : undefined;
  const known = (state: { state: string } | undefined) => state && !["unknown", "unavailable"].includes(state.state);
  const settings: (Entry | false | undefined)[] = [
    may && known(disturb) && {
      icon: "mdi:minus-circle-outline",
      title: words("dnd"),
      checked: disturb?.state === "on",
      run: (button) => panel.act(button, actions.toggle(person.disturb as string)),
    },
    may && known(forwarding) && can?.settings && {
      icon: "mdi:phone-settings",
      title: words("forwarding"),
      second: forwarding?.state === "off" ? words("off") : words("forwards", { where: forwardedTo(forwarding as never, now) }),
      next: true,
      run: () => panel.open({ kind: "forward", number, query: "" }),
    },
    mine && panel.canChoose && { icon: "mdi:account-switch", title: words("not_mine"), run: () => panel.open({ kind: "choose", query: "" }) },
  ];
  const internal = talks && may && can?.transfer === "outside" && call && othersOf(call, number).every((party) => party.extension) ? words("no_transfer") : "";
  const second = html`${panel.numbers ? html`${number} · ` : nothing}${look.words}${look.since ? html` · <pbx-time .since=${look.since}></pbx-time>` : nothing}`;
  const reasons = [reason(number, now), internal].filter(Boolean);
  return html`${head(panel, icon(look.icon, look.color, look.badge, look.badgeColor), person.name, second)}${groups([supervision, control])}${reasons.map(why)}${
    settings.some(Boolean) || reach.some(Boolean) ? html`${supervision.length || control.some(Boolean) || reasons.length ? html`<hr />` : nothing}${groups([reach, settings])}` : nothing
  }`;
}

const ORDER: Mode[] = ["whisper", "listen", "barge_in"];

function outsideSheet(panel: PbxPanel, sheet: Sheet & { kind: "outside" }): TemplateResult {
  const { now, actions } = panel;
  const { words, me, store } = now;
  const call = store.calls.get(sheet.call);
  const from = call?.parties.find((party) => party.extension && transferable(call, party.number, now))?.number;
  const taken = call && takeFrom(call, now);
  return html`${head(panel, icon("mdi:account", "icon"), sheet.name, sheet.name === sheet.number ? "" : sheet.number)}${groups([
    [
      call && taken !== undefined && taken !== "" && {
        icon: "mdi:phone-incoming",
        title: words("take"),
        second: words("take_why"),
        run: (button) => panel.transfer(call, taken, me as string, button),
      },
      call && from !== undefined && {
        icon: "mdi:phone-forward",
        title: words("transfer_to"),
        second: words("transfer_why", { name: sheet.name }),
        next: true,
        run: () => panel.open({ kind: "transfer", number: from, call: call.key, query: "" }),
      },
      !call && sheet.number !== "" && panel.mayDial && {
        icon: "mdi:phone",
        title: words("call_back"),
        run: (button) => panel.act(button, actions.dial(me as string, sheet.number), true),
      },
      sheet.number !== "" && {
        icon: "mdi:content-copy",
        title: words("copy"),
        run: () => {
          void navigator.clipboard?.writeText(sheet.number);
          panel.close();
        },
      },
    ],
  ])}`;
}

/** Return people to choose from: free ones first, then by number. */
function people(panel: PbxPanel, query: string, without: readonly string[], run: (number: string, button: HTMLElement) => void): TemplateResult {
  const { now } = panel;
  const wanted = query.toLocaleLowerCase();
  const found = panel.directory.people
    .filter((person) => !without.includes(person.number) && person.haystack.includes(wanted))
    .map((person) => ({ person, look: lookOf(person, now) }))
    .sort((a, b) => Number(b.look.kind === "free") - Number(a.look.kind === "free"))
    .slice(0, 50);
  return html`${repeat(
    found,
    ({ person }) => person.number,
    ({ person, look }) =>
      html`<button class="ac" @click=${(event: Event) => run(person.number, event.currentTarget as HTMLElement)}>${icon(look.icon, look.color, look.badge, look.badgeColor)}<span
          class="tx"
          ><span class="t1">${person.name}</span><span class="t2">${person.number} · ${look.words}</span></span
        ></button>`,
  )}`;
}

function picker(panel: PbxPanel, sheet: Sheet & { query: string }, label: string, enter?: (text: string, button: HTMLElement) => void): TemplateResult {
  const { words } = panel.now;
  const dialable = enter && isNumber(sheet.query) && !panel.directory.byNumber.has(sheet.query);
  return html`<label class="pick"><ha-icon .icon=${"mdi:magnify"}></ha-icon><span class="sr">${label}</span><input
      .value=${sheet.query}
      placeholder=${label}
      autocomplete="off"
      @input=${(event: InputEvent) => panel.open({ ...sheet, query: (event.target as HTMLInputElement).value } as Sheet)}
      @keydown=${(event: KeyboardEvent) => event.key === "Enter" && dialable && enter(sheet.query, event.target as HTMLElement)}
    />${
      dialable
        ? html`<button class="btn call-now" @click=${(event: Event) => enter(sheet.query, event.currentTarget as HTMLElement)}>${words("choose")}</button>`
        : nothing
    }</label>`;
}

/** Return whether a text can be dialled. */
export function isNumber(text: string): boolean {
  return /^[+*#\d][\d\s()*#./-]*$/.test(text);
}

function transferSheet(panel: PbxPanel, sheet: Sheet & { kind: "transfer" }): TemplateResult {
  const { now } = panel;
  const call = now.store.calls.get(sheet.call);
  const outside = transferable(call, sheet.number, now);
  if (!call || !outside) return head(panel, icon("mdi:phone-forward", "off"), now.words("transfer"), now.words("no_calls"));
  const to = (number: string, button: HTMLElement) => panel.transfer(call, sheet.number, number, button);
  return html`${head(panel, icon("mdi:phone-forward", "talking"), now.words("transfer_to"), now.words("transfer_why", { name: nameOf(outside, now) }))}${picker(
    panel,
    sheet,
    now.words("search"),
    to,
  )}${people(panel, sheet.query, [sheet.number], to)}`;
}

function forwardSheet(panel: PbxPanel, sheet: Sheet & { kind: "forward" }): TemplateResult {
  const { now, actions } = panel;
  const { words } = now;
  const name = now.name(sheet.number) ?? sheet.number;
  const set = (button: HTMLElement, to: string, number?: string) => panel.act(button, actions.forward(sheet.number, to, number), true);
  return html`${head(panel, icon("mdi:phone-settings", "held"), words("forwarding"), name)}${groups([
    [
      { icon: "mdi:phone", title: words("off"), run: (button) => set(button, "off") },
      { icon: "mdi:voicemail", title: words("voicemail"), run: (button) => set(button, "voicemail") },
      { icon: "mdi:cellphone", title: words("mobile"), run: (button) => set(button, "mobile") },
    ],
  ])}<hr />${picker(panel, sheet, words("search"), (text, button) => set(button, "number", text))}${people(panel, sheet.query, [sheet.number], (number, button) =>
    set(button, "extension", number),
  )}`;
}

function whomSheet(panel: PbxPanel, numbers: string[]): TemplateResult {
  const { now } = panel;
  return html`${head(panel, icon(MODE_ICONS.whisper, "supervision"), now.words("whisper_whom"), "")}${numbers.map((number) => {
    const name = now.name(number) ?? number;
    return entry({
      icon: MODE_ICONS.whisper,
      title: name,
      second: now.words("only_hears", { name: short(name) }),
      color: "sup",
      run: (button) => panel.supervise("whisper", number, button),
    });
  })}`;
}

function groupSheet(panel: PbxPanel, key: string): TemplateResult {
  const { now } = panel;
  const call: Call | undefined = now.store.calls.get(key);
  const inside = call?.parties.filter((party) => party.extension) ?? [];
  return html`${head(panel, icon("mdi:account-group", "ringing"), call?.via ?? now.words("people"), now.words("phones_ring", { count: inside.length }))}${inside.map((party) =>
    entry({ icon: "mdi:phone-ring", title: nameOf(party, now), second: party.number, next: true, run: () => panel.open({ kind: "person", number: party.number }) }),
  )}`;
}

function chooseSheet(panel: PbxPanel, query: string): TemplateResult {
  const { words } = panel.now;
  return html`${head(panel, icon("mdi:account-question", "off"), words("which_phone"), words("which_phone_why"))}${picker(panel, { kind: "choose", query }, words("search"))}${people(
    panel,
    query,
    [],
    (number) => panel.choose(number),
  )}${panel.now.me !== undefined ? html`<hr />${entry({ icon: "mdi:phone-off", title: words("no_phone"), run: () => panel.choose("") })}` : nothing}`;
}

function confirmSheet(panel: PbxPanel, sheet: Sheet & { kind: "confirm" }): TemplateResult {
  const { now, actions } = panel;
  const { words } = now;
  const { mode, number } = sheet;
  const name = now.name(number) ?? number;
  const call = now.store.callsOf(number)[0];
  const other = call ? otherName(call, number, now) : "";
  const cancel = html`<button class="btn plain" @click=${() => panel.close()}>${words("cancel")}</button>`;
  if (mode === "hang_up") {
    return html`${head(panel, icon("mdi:phone-hangup", "wrong"), words("confirm_hang_up", { name }), other)}<div class="confirm"><div>${words(
      call && othersOf(call, number).length > 1 ? "ends_own" : "ends_both",
    )}</div><div class="bs">${cancel}<button class="btn red" autofocus @click=${(event: Event) => panel.act(event.currentTarget as HTMLElement, actions.hangUp(number), true)}>${words(
      "hang_up",
    )}</button></div></div>`;
  }
  const supervising = now.me !== undefined && now.store.supervising(now.me) !== undefined;
  return html`${head(panel, icon(MODE_ICONS[mode], "supervision"), words(MODE_WORDS[mode].confirm, { name }), other ? words("in_this_call", { name: other }) : "")}<div class="confirm">
    <div class="two">${supervising ? nothing : html`<ha-icon .icon=${"mdi:phone-ring"}></ha-icon><span>${words("confirm_rings")}</span>`}<ha-icon
        .icon=${mode === "listen" ? "mdi:microphone-off" : "mdi:account-multiple"}
      ></ha-icon><span>${words(MODE_WORDS[mode].hears)}</span><ha-icon .icon=${"mdi:scale-balance"}></ha-icon><span>${words("confirm_law")}</span></div>
    <div class="bs">${cancel}<button class="btn solid" autofocus @click=${(event: Event) => panel.confirmed(mode, number, event.currentTarget as HTMLElement)}>${words(mode)}</button></div></div>`;
}
