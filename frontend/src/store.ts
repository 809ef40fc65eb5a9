/* What the PBX tells: the messages of the subscription, merged. */

import type { Call, Capabilities, Message, Monitor, Parked, Queue, Rights, RecentCall } from "./contract.ts";

export const RECENT = 20;

export class Store {
  loaded = true;
  connected = true;
  /** Whether a full message came. */
  known = false;
  calls = new Map<string, Call>();
  recent: RecentCall[] = [];
  monitors: Monitor[] = [];
  queues = new Map<string, Queue>();
  parked: Parked[] = [];
  capabilities: Capabilities | null = null;
  can: Record<string, Rights> = {};
  private byNumber = new Map<string, Call[]>();

  /** Take a message in. */
  merge(message: Message): void {
    if (message.calls) {
      this.known = true;
      this.queues.clear();
      this.calls = new Map(message.calls.map((call) => [call.key, call]));
      this.loaded = message.loaded ?? true;
      this.connected = message.connected ?? true;
    }
    for (const call of message.changed ?? []) this.calls.set(call.key, call);
    for (const key of message.gone ?? []) this.calls.delete(key);
    if (message.monitors) this.monitors = message.monitors;
    if (message.capabilities !== undefined) this.capabilities = message.capabilities;
    if (message.can !== undefined) this.can = Object.fromEntries((message.can ?? []).flatMap((rights) => rights.numbers.map((number) => [number, rights])));
    for (const queue of message.queues ?? []) this.queues.set(queue.number, queue);
    if (message.parked) this.parked = message.parked;
    if (message.recent) this.remember(message.recent);
    if (message.calls || message.changed || message.gone) this.index();
  }

  /** Add lines of recent calls, or replace them. */
  remember(lines: RecentCall[], limit = RECENT): void {
    const merged = new Map(this.recent.map((line) => [line.key, line]));
    for (const line of lines) merged.set(line.key, line);
    this.recent = [...merged.values()].sort((a, b) => b.ended - a.ended).slice(0, Math.max(limit, this.recent.length));
  }

  /** Return the calls of an extension, the one that is talked on first. */
  callsOf(number: string): readonly Call[] {
    return this.byNumber.get(number) ?? NONE;
  }

  /** Return the supervision that an extension carries out. */
  supervising(number: string): Monitor | undefined {
    return this.monitors.find((monitor) => monitor.supervisor === number);
  }

  /** Return the supervision of an extension's call that is heard. */
  supervised(number: string): Monitor[] {
    return this.monitors.filter((monitor) => monitor.extension === number && monitor.state === "joined");
  }

  private index(): void {
    const found = new Map<string, Call[]>();
    for (const call of this.calls.values()) {
      for (const party of call.parties) {
        if (!party.extension) continue;
        const list = found.get(party.number);
        if (list) list.push(call);
        else found.set(party.number, [call]);
      }
    }
    for (const [number, list] of found) {
      if (list.length > 1) list.sort((a, b) => weight(a, number) - weight(b, number) || a.since - b.since);
    }
    // Where nothing changed the list stays the same object.
    for (const [number, list] of found) {
      const before = this.byNumber.get(number);
      if (before?.length === list.length && before.every((call, index) => call === list[index])) found.set(number, before);
    }
    this.byNumber = found;
  }
}

const NONE: readonly Call[] = [];
const WEIGHT = { ringing: 1, talking: 0, dialing: 2, held: 3, unknown: 4 };

function weight(call: Call, number: string): number {
  const party = call.parties.find((one) => one.extension && one.number === number);
  return WEIGHT[party?.state ?? "unknown"];
}
