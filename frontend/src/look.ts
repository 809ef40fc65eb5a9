/* What a person's tile shows. */

import type { Call, Mode, Party } from "./contract.ts";
import type { Person } from "./directory.ts";
import type { EntityState } from "./ha.ts";
import type { Store } from "./store.ts";
import type { Words } from "./words.ts";

export const MODE_ICONS: Record<Mode, string> = { listen: "ear-hearing", whisper: "account-voice", barge_in: "account-multiple-plus" };

/** What is shown of a person; equal looks are not rendered again. */
export interface Look {
  kind: "unknown" | "fault" | "offline" | "supervising" | "ringing" | "held" | "talking" | "dialing" | "disturb" | "forwarding" | "free";
  icon: string;
  color: string;
  words: string;
  since: number;
  atLeast: boolean;
  long: boolean;
  border: "" | "sup" | "ringing" | "gone";
  badge: string;
  badgeColor: string;
  more: number;
}

export interface Scene {
  states: Record<string, EntityState>;
  store: Store;
  words: Words;
  /** Seconds after which a call is a long one, 0 for never. */
  long: number;
  now: number;
  name(number: string): string | undefined;
}

/** Return an extension's part in a call. */
export function partOf(call: Call, number: string): Party | undefined {
  return call.parties.find((party) => party.extension && party.number === number);
}

/** Return the other parties of an extension's call. */
export function othersOf(call: Call, number: string): Party[] {
  return call.parties.filter((party) => !(party.extension && party.number === number));
}

/** Return the name of a party, its number if it has none. */
export function nameOf(party: Pick<Party, "number" | "name" | "extension">, scene: Pick<Scene, "name" | "words">): string {
  const known = party.extension ? scene.name(party.number) : undefined;
  return known || party.name || party.number || scene.words("hidden");
}

/** Return the name of whom an extension is in a call with, "" if that is not known. */
export function otherName(call: Call, number: string, scene: Pick<Scene, "name" | "words">): string {
  const others = othersOf(call, number);
  const first = others.find((party) => party.state !== "ringing") ?? others[0];
  if (!first) return call.via ?? "";
  const name = nameOf(first, scene);
  const more = others.filter((party) => party.state !== "ringing").length - 1;
  return more > 0 ? scene.words("and_more", { name, count: more }) : name;
}

/** Return what a person's tile shows. */
export function lookOf(person: Person, scene: Scene): Look {
  const { store, words, states } = scene;
  const status = store.connected ? (states[person.status]?.state ?? "unavailable") : "unavailable";
  const calls = store.callsOf(person.number);
  const call = calls[0];
  const part = call && partOf(call, person.number);
  const quiet = person.disturb !== undefined && states[person.disturb]?.state === "on";
  const look: Look = {
    kind: "free",
    icon: "phone",
    color: "free",
    words: words("free"),
    since: 0,
    atLeast: false,
    long: false,
    border: "",
    badge: quiet ? "minus-thick" : "",
    badgeColor: "wrong",
    more: Math.max(0, calls.length - 1),
  };
  const set = (values: Partial<Look>): Look => Object.assign(look, values);
  if (status === "unknown" || status === "unavailable") {
    return set({ kind: "unknown", icon: "help-circle-outline", color: "off", words: words("unknown"), border: "gone", badge: "" });
  }
  if (status === "fault") return set({ kind: "fault", icon: "phone-alert", color: "wrong", words: words("fault"), badge: "" });
  if (status === "offline") return set({ kind: "offline", icon: "phone-off", color: "off", words: words("offline"), border: "gone", badge: "" });

  const monitor = store.supervising(person.number);
  if (monitor?.state === "joined") {
    const name = scene.name(monitor.extension) ?? monitor.extension;
    return set({
      kind: "supervising",
      icon: MODE_ICONS[monitor.mode],
      color: "sup",
      words: words(`they_${monitor.mode}`, { name }),
      since: monitor.since,
      border: "sup",
      more: 0,
    });
  }
  if (monitor) return set({ kind: "ringing", icon: "phone-ring", color: "sup", words: words("rings"), since: monitor.since, border: "sup" });

  const [heard] = store.supervised(person.number);
  if (heard) set({ badge: MODE_ICONS[heard.mode], badgeColor: "sup", border: "sup" });
  const name = call ? otherName(call, person.number, scene) : "";
  const state = part?.state ?? (status === "ringing" ? "ringing" : status === "on_hold" ? "held" : status === "busy" ? "unknown" : undefined);
  const since = part?.since ?? 0;
  if (state === "ringing") {
    return set({ kind: "ringing", icon: "phone-ring", color: "ringing", words: name ? words("calls_in", { name }) : words("rings"), since, border: "ringing" });
  }
  if (state === "held") {
    return set({ kind: "held", icon: "phone-paused", color: "held", words: name ? words("holds", { name }) : words("on_hold"), since });
  }
  if (state === "dialing") {
    return set({ kind: "dialing", icon: "phone-dial", color: "talking", words: name ? words("calls_out", { name }) : words("in_a_call"), since });
  }
  if (state !== undefined) {
    const answered = part?.answered_since ?? call?.answered_since ?? since;
    return set({
      kind: "talking",
      icon: "phone-in-talk",
      color: "talking",
      words: name ? words("with", { name }) : words("in_a_call"),
      since: answered,
      atLeast: call !== undefined && !call.answered_exact,
      long: isLong(answered, scene),
    });
  }
  if (quiet) return set({ kind: "disturb", color: "off", words: words("dnd") });
  const forwarding = person.forwarding ? states[person.forwarding] : undefined;
  if (forwarding && !["off", "unknown", "unavailable"].includes(forwarding.state)) {
    const where = forwardedTo(forwarding, scene);
    const icon = forwarding.state === "voicemail" ? "voicemail" : "phone-forward";
    return set({ kind: "forwarding", icon, color: "held", words: words("forwards", { where }) });
  }
  return look;
}

/** Return where calls are forwarded to, in words. */
export function forwardedTo(state: EntityState, scene: Pick<Scene, "name" | "words">): string {
  if (state.state === "voicemail") return scene.words("voicemail");
  if (state.state === "mobile") return scene.words("mobile");
  const number = String(state.attributes.number ?? "");
  return scene.name(number) ?? (number || state.state);
}

/** Return whether a call that began at a time is a long one by now. */
export function isLong(since: number, scene: Pick<Scene, "long" | "now">): boolean {
  return scene.long > 0 && since > 0 && scene.now - since >= scene.long;
}
