/* The texts, from the integration's translations. */

import type { Hass, Localize } from "./ha.ts";

export type Words = (key: string, placeholders?: Record<string, string | number>) => string;

/** Load the texts in the user's language, and those of the refusals. */
export async function loadWords(hass: Hass): Promise<{ words: Words; refusal: Words }> {
  const localize = await hass.loadBackendTranslation("common", "pbx");
  const refusals = await hass.loadBackendTranslation("exceptions", "pbx");
  return { words: prefixed(localize), refusal: (key, placeholders) => refusals(`component.pbx.exceptions.${key}.message`, placeholders) };
}

/** Return the texts as far as they are loaded already. */
export function prefixed(localize: Localize): Words {
  return (key, placeholders) => localize(`component.pbx.common.panel_${key}`, placeholders);
}
