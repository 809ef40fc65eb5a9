import assert from "node:assert/strict";
import { test } from "node:test";

import type { Monitor } from "../src/contract.ts";
import { lookOf } from "../src/look.ts";
import { same } from "../src/memo.ts";
import type { Situation } from "../src/offer.ts";
import { call, inside, NOW, outside, ringing, scene } from "./scene.ts";

const of = (now: Situation, number: string) => lookOf({ number, name: "", device: number, status: `sensor.${number}`, disturb: `switch.${number}`, forwarding: `sensor.f${number}`, haystack: "" }, now);
const monitor: Monitor = { supervisor: "1005", extension: "1002", mode: "whisper", since: NOW - 9, state: "joined", own: true };

test("a phone without a call says what its status says", () => {
  for (const [status, kind] of [["idle", "free"], ["offline", "offline"], ["fault", "fault"], ["unknown", "unknown"], ["unavailable", "unknown"]] as const) {
    assert.equal(of(scene({}, { "1001": status }), "1001").kind, kind);
  }
});

test("without a connection to the PBX nobody is anything but unknown", () => {
  assert.equal(of(scene({ connected: false }), "1001").kind, "unknown");
});

test("a phone that rings names the caller", () => {
  const look = of(scene({ calls: [ringing("a", "1001")] }, { "1001": "ringing" }), "1001");
  assert.deepEqual([look.kind, look.words, look.since], ["ringing", "calls_in Harbour Dental", NOW - 7]);
});

test("a talk shows the other party and the time of the answer, and a long one is marked", () => {
  const now = scene({ calls: [call("a", [inside("1001", { since: NOW - 10 }), outside()])] }, { "1001": "busy" });
  assert.deepEqual([of(now, "1001").words, of(now, "1001").since, of(now, "1001").long], ["with Harbour Dental", NOW - 60, false]);
  now.now = NOW + 540;
  assert.equal(of(now, "1001").long, true);
  now.long = 0;
  assert.equal(of(now, "1001").long, false);
});

test("an answer that nobody saw is at least that long ago", () => {
  const now = scene({ calls: [call("a", [inside("1001"), outside()], { answered_exact: false })] }, { "1001": "busy" });
  assert.equal(of(now, "1001").atLeast, true);
});

test("holding, dialling and two calls are told apart", () => {
  const party = outside();
  assert.equal(of(scene({ calls: [call("a", [inside("1001", { state: "held" }), party])] }, { "1001": "on_hold" }), "1001").kind, "held");
  assert.equal(of(scene({ calls: [call("a", [inside("1001", { state: "dialing" }), party])] }, { "1001": "busy" }), "1001").kind, "dialing");
  const two = scene({ calls: [call("a", [inside("1001"), party]), call("b", [inside("1001", { state: "held" }), party])] }, { "1001": "busy" });
  assert.equal(of(two, "1001").more, 1);
});

test("a busy phone without a known call is in a call with nobody named", () => {
  assert.equal(of(scene({}, { "1001": "busy" }), "1001").words, "in_a_call");
});

test("supervision shows on both: the supervisor's tile, and a badge on the other", () => {
  const now = scene({ calls: [call("a", [inside("1002"), outside()])], monitors: [monitor] }, { "1002": "busy", "1005": "busy" });
  assert.deepEqual([of(now, "1005").kind, of(now, "1005").words], ["supervising", "they_whisper Amy Baker"]);
  assert.deepEqual([of(now, "1002").badge, of(now, "1002").border, of(now, "1002").kind], ["account-voice", "sup", "talking"]);
});

test("do not disturb and forwarding show while the phone is free", () => {
  assert.equal(of(scene({}, {}, { "switch.1001": "on" }), "1001").kind, "disturb");
  assert.equal(of(scene({}, {}, { "sensor.f1001": "voicemail" }), "1001").words, "forwards voicemail");
  const busy = of(scene({}, { "1001": "busy" }, { "switch.1001": "on" }), "1001");
  assert.deepEqual([busy.kind, busy.badge], ["talking", "minus-thick"]);
});

test("equal looks are the same, others are not", () => {
  const now = scene();
  assert.ok(same(of(now, "1001"), of(now, "1001")));
  assert.ok(!same(of(now, "1001"), of(scene({}, { "1001": "offline" }), "1001")));
});
