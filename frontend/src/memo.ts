/* Values that are made again only if what they are made from changed. */

/** Return whether two values show the same. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  const keys = Object.keys(a) as (keyof typeof a)[];
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

export class Memo<T> {
  private known = new Map<string, { from: readonly unknown[]; value: T }>();

  /** Return the value of a key; the same object as before while it shows the same. */
  get(key: string, from: readonly unknown[], make: () => T): T {
    const known = this.known.get(key);
    if (known?.from.every((one, index) => one === from[index]) && known.from.length === from.length) return known.value;
    const made = make();
    const value = known && same(known.value, made) ? known.value : made;
    this.known.set(key, { from, value });
    return value;
  }

  /** Forget the values of all other keys, once there are many. */
  keep(keys: { has(key: string): boolean; size: number }): void {
    if (this.known.size > keys.size + 20) for (const key of this.known.keys()) if (!keys.has(key)) this.known.delete(key);
  }

  clear(): void {
    this.known.clear();
  }
}
