/* The visual editor of the card. */

import { PARTS } from "./ha.ts";
import type { Words } from "./words.ts";

export const gridOptions = { columns: "full", rows: "auto", min_columns: 4 };

let words: Words | undefined;
let loaded: () => void;
const ready = new Promise<void>((resolve) => (loaded = resolve));

/** Keep the texts for the editor, which gets none of its own. */
export function rememberWords(texts: Words): void {
  words = texts;
  loaded();
}

/** Return a text of the panel, a plain word while the texts are not loaded. */
export function text(key: string, otherwise: string): string {
  return words?.(key) || otherwise;
}

const options = (prefix: string, values: readonly string[]) => values.map((value) => ({ value, label: text(`${prefix}${value}`, value) }));

/** Return the form of the card's editor; the card beside it loads the texts. */
export async function cardForm(): Promise<object> {
  await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, 2000))]);
  const device = (multiple: boolean) => ({ device: { multiple, filter: [{ integration: "pbx" }] } });
  return {
    schema: [
      { name: "config_entry_id", selector: { config_entry: { integration: "pbx" } } },
      { name: "extensions", selector: device(true) },
      { name: "me", selector: device(false) },
      { name: "parts", selector: { select: { multiple: true, mode: "list", options: options("part_", PARTS) } } },
      {
        type: "grid",
        name: "",
        schema: [
          { name: "sort", default: "number", selector: { select: { mode: "dropdown", options: options("sort_", ["number", "name", "state"]) } } },
          { name: "layout", default: "automatic", selector: { select: { mode: "dropdown", options: options("layout_", ["automatic", "wallboard"]) } } },
          { name: "long_call", default: 10, selector: { number: { min: 0, max: 240, mode: "box", unit_of_measurement: "min" } } },
        ],
      },
      { name: "show_numbers", default: true, selector: { boolean: {} } },
      { name: "actions", default: true, selector: { boolean: {} } },
    ],
    computeLabel: ({ name }: { name: string }) => text(`edit_${name}`, name),
    computeHelper: ({ name }: { name: string }) => (["me", "long_call", "actions"].includes(name) ? text(`help_${name}`, "") : ""),
  };
}
