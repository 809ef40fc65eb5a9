/* The messages of `pbx/subscribe_calls` and `pbx/recent_calls`. Times are seconds since the epoch. */

export type Mode = "listen" | "whisper" | "barge_in";
export const MODES: readonly Mode[] = ["listen", "whisper", "barge_in"];

export interface Party {
  number: string;
  name: string | null;
  extension: boolean;
  state: "dialing" | "ringing" | "talking" | "held" | "unknown";
  since: number;
  answered_since: number | null;
  caller: boolean | null;
  trunk: string | null;
}

export interface Call {
  key: string;
  call_id: string | null;
  direction: "internal" | "inbound" | "outbound" | null;
  trunk: string | null;
  via: string | null;
  dialed: string | null;
  since: number;
  answered_since: number | null;
  answered_exact: boolean;
  held: boolean;
  monitoring: Permission;
  parties: Party[];
}

export interface Monitor {
  supervisor: string;
  extension: string;
  mode: Mode;
  since: number;
  state: "calling" | "joined";
  own: boolean;
}

/** True, or the key of the refusal. */
export type Permission = true | string;

export interface Rights extends Record<Mode, Permission> {
  control: Permission;
  supervise: Record<Mode, Permission>;
}

export interface Capabilities {
  supervise: Mode[];
  dial: boolean;
  hang_up: boolean;
  hold: boolean;
  mute: boolean;
  transfer: "outside" | null;
  take: boolean;
  settings: boolean;
  history: boolean;
  pick_up: boolean;
}

export interface Queue {
  number: string;
  name: string | null;
  callers: { number: string; name: string | null; since: number }[] | null;
  agents: { number: string; name: string | null; logged_in: boolean | null; paused: boolean | null }[] | null;
}

export interface Parked {
  slot: string;
  number: string;
  name: string | null;
  extension: boolean;
  since: number;
}

export interface RecentCall {
  key: string;
  direction: Call["direction"];
  trunk: string | null;
  via: string | null;
  other: Pick<Party, "number" | "name" | "extension"> | null;
  extensions: { number: string; name: string | null; caller: boolean | null; outcome: string | null }[];
  outcome: string | null;
  started: number;
  ended: number;
}

export interface Message {
  now?: number;
  loaded?: boolean;
  connected?: boolean;
  capabilities?: Capabilities | null;
  can?: (Rights & { numbers: string[] })[] | null;
  calls?: Call[];
  monitors?: Monitor[];
  changed?: Call[];
  gone?: string[];
  recent?: RecentCall[];
  queues?: Queue[];
  parked?: Parked[];
}
