import assert from "node:assert/strict";
import { test } from "node:test";

import type { RecentCall } from "../src/contract.ts";
import { Store } from "../src/store.ts";
import { call, inside, NOW, outside } from "./scene.ts";

const line = (key: string, end: number): RecentCall => ({ key, direction: "inbound", trunk: null, via: null, other: null, extensions: [], outcome: "missed", started: end, ended: end });

test("changes replace calls by their key, and calls that are gone go", () => {
  const store = new Store();
  store.merge({ calls: [call("a", [inside("1001"), outside()])], monitors: [], connected: true, loaded: true });
  store.merge({ changed: [call("b", [inside("1002"), outside()]), call("a", [inside("1003"), outside()])] });
  assert.deepEqual([...store.calls.keys()], ["a", "b"]);
  assert.equal(store.callsOf("1001").length, 0);
  assert.equal(store.callsOf("1003")[0]?.key, "a");
  store.merge({ gone: ["a", "unknown"] });
  assert.deepEqual([...store.calls.keys()], ["b"]);
  assert.equal(store.callsOf("1003").length, 0);
});

test("a full message forgets everything before it", () => {
  const store = new Store();
  store.merge({ calls: [call("a", [inside("1001"), outside()])], can: [], connected: true, loaded: true });
  store.merge({ calls: [], connected: false, loaded: true, capabilities: null, can: null });
  assert.equal(store.calls.size, 0);
  assert.equal(store.connected, false);
  assert.deepEqual(store.can, {});
});

test("of two calls of a phone, the one that is talked on comes first", () => {
  const store = new Store();
  store.merge({ calls: [call("held", [inside("1001", { state: "held" }), outside()]), call("talk", [inside("1001"), outside()])] });
  assert.deepEqual(store.callsOf("1001").map(({ key }) => key), ["talk", "held"]);
});

test("a supervisor who is being called is not heard yet", () => {
  const store = new Store();
  const monitor = { supervisor: "1005", extension: "1002", mode: "whisper", since: NOW, own: true } as const;
  store.merge({ monitors: [{ ...monitor, state: "calling" }] });
  assert.equal(store.supervised("1002").length, 0);
  assert.equal(store.supervising("1005")?.mode, "whisper");
  store.merge({ monitors: [{ ...monitor, state: "joined" }] });
  assert.equal(store.supervised("1002").length, 1);
});

test("recent calls are bounded, the newest first, each once", () => {
  const store = new Store();
  store.remember(Array.from({ length: 20 }, (_, index) => line(`old${index}`, index)));
  store.merge({ recent: [line("new", 100), line("old3", 101)] });
  assert.equal(store.recent.length, 20);
  assert.deepEqual(store.recent.slice(0, 2).map(({ key }) => key), ["old3", "new"]);
});
