/* The actions of the integration that the panel calls. Refusals are shown by Home Assistant. */

import type { Mode } from "./contract.ts";
import type { Hass } from "./ha.ts";

export class Actions {
  constructor(
    private readonly hass: () => Hass,
    private readonly entry: () => string,
  ) {}

  supervise(mode: Mode, supervisor: string, extension: string): Promise<boolean> {
    if (mode === "whisper") return this.call("whisper", { whisperer: supervisor, whispered: extension });
    return this.call(mode, { supervisor, extension });
  }

  stop(supervisor: string): Promise<boolean> {
    return this.call("stop_monitoring", { supervisor });
  }

  dial(extension: string, to: string): Promise<boolean> {
    return this.call("dial", { extension, to });
  }

  hangUp(extension: string): Promise<boolean> {
    return this.call("hang_up", { extension });
  }

  hold(extension: string, on: boolean): Promise<boolean> {
    return this.call(on ? "hold" : "resume", { extension });
  }

  mute(extension: string, on: boolean): Promise<boolean> {
    return this.call(on ? "mute" : "unmute", { extension });
  }

  transfer(extension: string, to: string, callId: string | null): Promise<boolean> {
    return this.call("transfer", { extension, to, ...(callId ? { call_id: callId } : {}) });
  }

  forward(extension: string, to: string, number?: string): Promise<boolean> {
    return this.call("set_forwarding", { extension, to, ...(number ? { number } : {}) });
  }

  async toggle(entity: string): Promise<boolean> {
    return this.said(this.hass().callService("switch", "toggle", {}, { entity_id: entity }));
  }

  private call(action: string, data: object): Promise<boolean> {
    return this.said(this.hass().callService("pbx", action, { ...data, config_entry_id: this.entry() }));
  }

  /** Return whether the action succeeded; Home Assistant has told why if not. */
  private async said(asked: Promise<unknown>): Promise<boolean> {
    try {
      await asked;
      return true;
    } catch {
      return false;
    }
  }
}
