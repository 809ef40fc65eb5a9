/* What can be done now, and why something cannot. The server decides again. */

import { MODES, type Call, type Mode, type Party } from "./contract.ts";
import { othersOf, partOf, type Scene } from "./look.ts";
import type { Words } from "./words.ts";

export interface Situation extends Scene {
  /** The user's own extension. */
  me: string | undefined;
  /** False while only looking is possible. */
  active: boolean;
  /** Whether the user can still say which phone is theirs. */
  asks: boolean;
  statusOf(number: string): string;
  language: string;
  refusal: Words;
}

/** Return whether an extension's phone may be controlled. */
export function controls(number: string, now: Situation): boolean {
  return now.active && now.store.can[number]?.control === true;
}

/** Return whether the own phone is free to be used. */
export function mineIsFree(now: Situation): boolean {
  const { me, store } = now;
  return now.active && me !== undefined && now.statusOf(me) === "idle" && !store.callsOf(me).length && !store.supervising(me);
}

/** Return whether an extension is in an answered call. */
export function connected(number: string, now: Scene): boolean {
  const state = now.store.callsOf(number).map((call) => partOf(call, number)?.state)[0];
  return state === "talking" || state === "held" || state === "unknown";
}

/** Return the refusal of a supervision, undefined if it is possible. */
export function refusalOf(mode: Mode, number: string, now: Situation): string | undefined {
  const { me, store } = now;
  if (me === undefined) return "which_phone_why";
  const mine = store.can[me];
  const theirs = store.can[number];
  if (!mine || !theirs) return "not_permitted";
  const permissions = [mine.supervise[mode], theirs[mode], ...store.callsOf(number).map((call) => call.monitoring)];
  const order = ["monitor_unsupported", "supervision_off", "not_a_supervisor", "never_monitored", "not_permitted", "administrators_only", "monitor_mode"];
  const refused = permissions.filter((permission): permission is string => permission !== true);
  return order.find((key) => refused.includes(key)) ?? refused[0];
}

/** Return the modes in which the own phone may join the calls of an extension. */
export function allowedModes(number: string, now: Situation): Mode[] {
  if (!now.active || number === now.me || !now.store.capabilities) return [];
  const { supervise } = now.store.capabilities;
  return MODES.filter((mode) => supervise.includes(mode) && refusalOf(mode, number, now) === undefined);
}

/** Return the modes that can be offered for an extension now: the own phone is free. */
export function offeredModes(number: string, now: Situation): Mode[] {
  return mineIsFree(now) && connected(number, now) ? allowedModes(number, now) : [];
}

/** Return in words why an extension's call cannot be joined, "" if it can or nobody knows. */
export function reason(number: string, now: Situation): string {
  const { me, store, words } = now;
  if (!now.active || number === me || !connected(number, now)) return "";
  if (!store.capabilities?.supervise.length) return "";
  if (me === undefined) return words("which_phone_why");
  const missing = store.capabilities.supervise.map((mode) => refusalOf(mode, number, now)).find((key) => key !== undefined);
  if (missing === "monitor_mode") {
    const modes = MODES.filter((mode) => store.can[me]?.supervise[mode] === true).map((mode) => words(mode));
    return words("no_mode", { modes: new Intl.ListFormat(now.language).format(modes) });
  }
  if (missing !== undefined) {
    return now.refusal(missing, { supervisor: now.name(me) ?? me, extension: now.name(number) ?? number });
  }
  const status = now.statusOf(me);
  if (["offline", "fault", "unknown", "unavailable"].includes(status)) return words("phone_offline");
  return mineIsFree(now) || store.supervising(me)?.extension === number ? "" : words("phone_in_use");
}

/** Return the outside party of a call that can be transferred away from an extension. */
export function transferable(call: Call | undefined, number: string, now: Situation): Party | undefined {
  if (!call || now.store.capabilities?.transfer !== "outside" || !controls(number, now)) return undefined;
  const part = partOf(call, number);
  if (!part || part.state === "dialing" || (part.state === "ringing" && !now.store.capabilities.take)) return undefined;
  return othersOf(call, number).find((party) => !party.extension);
}

/** Return the extension from which a ringing call can be taken. */
export function takeFrom(call: Call, now: Situation): string | undefined {
  if (!mineIsFree(now) || call.answered_since !== null) return undefined;
  return call.parties.find(
    (party) => party.extension && party.number !== now.me && party.state === "ringing" && transferable(call, party.number, now),
  )?.number;
}

/** Return the extensions in a call to which one can whisper now; who has not said which phone is theirs is asked then. */
export function whisperTo(call: Call, now: Situation): string[] {
  const { me, store, asks } = now;
  const may = (number: string) =>
    me === undefined
      ? asks && store.can[number]?.whisper === true && call.monitoring === true && connected(number, now)
      : offeredModes(number, now).includes("whisper");
  return call.parties.filter(({ extension, number }) => extension && store.callsOf(number)[0] === call && may(number)).map(({ number }) => number);
}
