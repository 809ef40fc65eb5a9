/* What a call's row shows. */

import type { Call, Monitor, Party } from "./contract.ts";
import { isLong, MODE_ICONS, nameOf, type Scene } from "./look.ts";

export interface End {
  kind: "person" | "outside" | "group";
  number: string;
  name: string;
  second: string;
  trunk: string;
  icon: string;
  badge: string;
}

export interface Row {
  key: string;
  state: "ringing" | "talking" | "held";
  left: End;
  right: End;
  /** Towards the called party: to the left, to the right, or not known. */
  arrow: "in" | "out" | "";
  since: number;
  atLeast: boolean;
  long: boolean;
  /** The extensions that one could supervise, take the call from or hang up. */
  people: string[];
  monitor: Monitor | null;
  supervisor: string;
  supervised: string;
}

/** Return what the row of a call shows. */
export function rowOf(call: Call, scene: Scene, me: string | undefined): Row {
  const inside = call.parties.filter((party) => party.extension);
  const outside = call.parties.filter((party) => !party.extension);
  const ringing = inside.filter((party) => party.state === "ringing");
  const calling = inside.filter((party) => party.state !== "ringing");
  const connected = call.answered_since !== null && call.parties.filter((party) => party.state === "talking" || party.state === "held").length > 1;
  const state = call.held ? "held" : connected || (!ringing.length && call.parties.every((party) => party.state !== "dialing")) ? "talking" : "ringing";

  let left: End;
  let right: End;
  let arrow: Row["arrow"] = "";
  const caller = call.parties.find((party) => party.caller);
  if (outside.length) {
    const main = calling[0] ?? ringing[0];
    left = ringing.length > 1 && !calling.length ? group(call, ringing.length, scene) : main ? person(main, call, state, scene, me) : group(call, 0, scene);
    right = party(outside[0] as Party, call, scene, call.parties.length - (ringing.length > 1 ? ringing.length : 1) - 1);
    if (caller) arrow = caller.extension ? "out" : "in";
  } else {
    const first = caller ?? calling[0] ?? inside[0];
    const rest = inside.filter((one) => one !== first);
    left = first ? person(first, call, state, scene, me) : group(call, 0, scene);
    const second = rest.find((one) => one.state !== "ringing") ?? rest[0];
    right =
      rest.length > 1 && rest.every((one) => one.state === "ringing")
        ? group(call, rest.length, scene)
        : second
          ? { ...person(second, call, state, scene, me), ...more(second, rest.length - 1, scene) }
          : group(call, 0, scene);
    if (caller && rest.length) arrow = "out";
  }

  const held = call.parties.find((party) => party.state === "held");
  const answered = call.answered_since ?? call.since;
  const monitor = inside.map((one) => scene.store.supervised(one.number)[0]).find(Boolean) ?? null;
  return {
    key: call.key,
    state,
    left,
    right,
    arrow,
    since: state === "ringing" ? (ringing[0]?.since ?? call.since) : state === "held" ? (held?.since ?? answered) : answered,
    atLeast: state === "talking" && !call.answered_exact,
    long: state === "talking" && isLong(answered, scene),
    people: inside.map((one) => one.number),
    monitor,
    supervisor: monitor ? (scene.name(monitor.supervisor) ?? monitor.supervisor) : "",
    supervised: monitor ? (scene.name(monitor.extension) ?? monitor.extension) : "",
  };
}

function person(one: Party, call: Call, state: Row["state"], scene: Scene, me: string | undefined): End {
  const icon = one.state === "ringing" ? "phone-ring" : one.state === "dialing" ? "phone-dial" : one.state === "held" || (state === "held" && call.parties.length < 3) ? "phone-paused" : "phone-in-talk";
  const [heard] = scene.store.supervised(one.number);
  return {
    kind: "person",
    number: one.number,
    name: nameOf(one, scene),
    second: one.number === me ? `${one.number} · ${scene.words("you")}` : one.number,
    trunk: "",
    icon,
    badge: heard ? MODE_ICONS[heard.mode] : "",
  };
}

function party(one: Party, call: Call, scene: Scene, others: number): End {
  const via = call.via ?? one.trunk ?? call.trunk ?? "";
  const named = one.name && one.number;
  return {
    kind: "outside",
    number: one.number,
    name: nameOf(one, scene),
    second: named ? one.number : via,
    trunk: named ? via : "",
    icon: "account",
    badge: "",
    ...more(one, others, scene),
  };
}

function more(one: Party, others: number, scene: Scene): Partial<End> {
  return others > 0 ? { name: scene.words("and_more", { name: nameOf(one, scene), count: others }) } : {};
}

function group(call: Call, phones: number, scene: Scene): End {
  return {
    kind: "group",
    number: "",
    name: call.via ?? call.dialed ?? scene.words("pbx"),
    second: phones ? scene.words("phones_ring", { count: phones }) : "",
    trunk: "",
    icon: phones ? "phone-ring" : "account-group",
    badge: "",
  };
}

/** Return all calls, the newest on top. */
export function newestFirst(calls: Iterable<Call>): Call[] {
  return [...calls].sort((a, b) => b.since - a.since || (a.key < b.key ? 1 : -1));
}
