import assert from "node:assert/strict";
import { test } from "node:test";

import { newestFirst, rowOf } from "../src/rows.ts";
import { call, inside, NOW, outside, ringing, scene } from "./scene.ts";

const row = (one: ReturnType<typeof call>) => rowOf(one, scene({ calls: [one] }), "1005");

test("an outside caller is on the right, and the arrow points to the phone", () => {
  const shown = row(call("a", [outside(), inside("1002")]));
  assert.deepEqual([shown.left.name, shown.right.name, shown.right.second, shown.right.trunk, shown.arrow, shown.state], [
    "Amy Baker",
    "Harbour Dental",
    "+442079460123",
    "SIP-142",
    "in",
    "talking",
  ]);
});

test("a call to outside points outwards", () => {
  assert.equal(row(call("a", [inside("1002", { caller: true }), outside({ caller: false })])).arrow, "out");
});

test("an internal call has its caller on the left", () => {
  const shown = row(call("a", [inside("1002"), inside("1001", { caller: true })], { trunk: null }));
  assert.deepEqual([shown.left.name, shown.right.name, shown.arrow], ["Erwin Co", "Amy Baker", "out"]);
});

test("where nobody knows who called there is no arrow", () => {
  assert.equal(row(call("a", [inside("1002", { caller: null }), outside({ caller: null })])).arrow, "");
});

test("a caller without a name shows the number, and the trunk below", () => {
  const shown = row(call("a", [outside({ name: null }), inside("1002")]));
  assert.deepEqual([shown.right.name, shown.right.second, shown.right.trunk], ["+442079460123", "SIP-142", ""]);
});

test("a hidden number is said", () => assert.equal(row(call("a", [outside({ name: null, number: "" }), inside("1002")])).right.name, "hidden"));

test("a group that rings is one row", () => {
  const shown = row({ ...ringing("a", "1001", "1002", "1003"), via: "Sales" });
  assert.deepEqual([shown.state, shown.left.kind, shown.left.name, shown.left.second, shown.arrow], ["ringing", "group", "Sales", "phones_ring 3", "in"]);
  assert.equal(shown.right.name, "Harbour Dental");
});

test("whoever answers a group call is shown", () => {
  const answered = call("a", [outside(), inside("1002"), inside("1003", { state: "ringing" })], { via: "Sales" });
  assert.deepEqual([row(answered).left.name, row(answered).state], ["Amy Baker", "talking"]);
});

test("a held call counts the time on hold", () => {
  const shown = row(call("a", [outside(), inside("1002", { state: "held", since: NOW - 11 })], { held: true }));
  assert.deepEqual([shown.state, shown.since, shown.left.icon], ["held", NOW - 11, "phone-paused"]);
});

test("a conference names one and counts the others", () => {
  assert.equal(row(call("a", [inside("1001", { caller: true }), inside("1002"), inside("1003")])).right.name, "and_more Amy Baker 1");
});

test("a call that no phone has yet shows where it is", () => {
  assert.equal(row(call("a", [outside()], { via: "Support", answered_since: null })).left.name, "Support");
});

test("the newest call is on top", () => {
  const calls = [call("old", [], { since: 1 }), call("new", [], { since: 2 }), call("middle", [], { since: 1.5 })];
  assert.deepEqual(newestFirst(calls).map(({ key }) => key), ["new", "middle", "old"]);
});
