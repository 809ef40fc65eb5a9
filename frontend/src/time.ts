/* Times: what runs, what is over, and the clock of Home Assistant. */

import type { Hass } from "./ha.ts";

/** Home Assistant's clock minus that of this machine, in seconds. */
let offset = 0;

/** Learn what time it is at Home Assistant. */
export function setClock(now: number): void {
  offset = now - Date.now() / 1000;
}

/** Return the time at Home Assistant in seconds since the epoch. */
export function now(): number {
  return Date.now() / 1000 + offset;
}

/** Return a running time: 0:07, 12:38, 1:02:03. */
export function running(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 0.001));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

const formats = new Map<string, unknown>();

/** Return a formatter, made once. */
function intl<T>(kind: new (language: string, options: object) => T, language: string, options: object): T {
  const key = language + JSON.stringify(options);
  let found = formats.get(key) as T | undefined;
  if (!found) formats.set(key, (found = new kind(language, options)));
  return found;
}

const amount = (language: string, unit: string, unitDisplay: string, value: number) =>
  intl(Intl.NumberFormat, language, { style: "unit", unit, unitDisplay }).format(Math.max(0, Math.floor(value)));

/** Return a duration in words, for those who listen: "4 minutes". */
export function spoken(seconds: number, language: string): string {
  return seconds < 60 ? amount(language, "second", "long", seconds) : amount(language, "minute", "long", seconds / 60);
}

/** Return how long ago something was: "3 minutes ago". */
export function ago(seconds: number, language: string): string {
  const format = intl(Intl.RelativeTimeFormat, language, { numeric: "auto" });
  if (seconds < 60) return format.format(0, "second");
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86400) return format.format(-Math.floor(seconds / 3600), "hour");
  return format.format(-Math.floor(seconds / 86400), "day");
}

/** Return the time of day as the user has it. */
export function timeOfDay(at: number, hass: Pick<Hass, "language" | "locale">): string {
  const hourCycle = { 12: "h12", 24: "h23" }[hass.locale?.time_format ?? ""];
  return intl(Intl.DateTimeFormat, hass.locale?.language ?? hass.language, { hour: "numeric", minute: "2-digit", hourCycle }).format(at * 1000);
}

/** Return when a call ended, short: "3 min" within the hour, "10:12" today, "29 Nov" before. */
export function ended(at: number, hass: Pick<Hass, "language" | "locale">): string {
  const seconds = now() - at;
  if (seconds < 3600) return amount(hass.language, "minute", "short", seconds / 60);
  if (new Date(at * 1000).toDateString() === new Date(now() * 1000).toDateString()) return timeOfDay(at, hass);
  return intl(Intl.DateTimeFormat, hass.language, { day: "numeric", month: "short" }).format(at * 1000);
}
