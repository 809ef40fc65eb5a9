import assert from "node:assert/strict";
import { test } from "node:test";

import { mineIsFree, offeredModes, reason, takeFrom, transferable, whisperTo } from "../src/offer.ts";
import { call, CAPABILITIES, inside, NOW, outside, rights, ringing, scene } from "./scene.ts";

const talk = call("a", [outside(), inside("1002")]);
const BUSY = { "1002": "busy" };

test("a call can be whispered into while the own phone is free", () => {
  const now = scene({ calls: [talk] }, BUSY);
  assert.deepEqual(offeredModes("1002", now), ["listen", "whisper", "barge_in"]);
  assert.deepEqual(whisperTo(talk, now), ["1002"]);
  assert.equal(reason("1002", now), "");
});

test("an internal call can be whispered into on both sides", () => {
  const internal = call("a", [inside("1001", { caller: true }), inside("1002")]);
  assert.deepEqual(whisperTo(internal, scene({ calls: [internal] }, { "1001": "busy", "1002": "busy" })), ["1001", "1002"]);
});

test("each refusal is said, the most basic one first", () => {
  const refused = (mine: object, theirs: object, monitoring: true | string = true) => {
    const now = scene({ calls: [{ ...talk, monitoring }], can: { "1005": rights(mine), "1002": rights(theirs) } }, BUSY);
    return [offeredModes("1002", now).length, reason("1002", now)];
  };
  const all = (key: string) => ({ listen: key, whisper: key, barge_in: key });
  assert.deepEqual(refused({ supervise: all("supervision_off") }, all("not_permitted")), [0, "refused: supervision_off"]);
  assert.deepEqual(refused({}, all("administrators_only")), [0, "refused: administrators_only"]);
  assert.deepEqual(refused({}, {}, "never_monitored"), [0, "refused: never_monitored"]);
  assert.deepEqual(refused({ supervise: { listen: "monitor_mode", whisper: true, barge_in: "monitor_mode" } }, {}), [1, "no_mode whisper"]);
});

test("without an own phone, or with a busy one, nothing is offered and the reason is said", () => {
  const none = { ...scene({ calls: [talk] }, BUSY), me: undefined };
  assert.deepEqual([offeredModes("1002", none), reason("1002", none)], [[], "which_phone_why"]);
  const busy = scene({ calls: [talk] }, { ...BUSY, "1005": "busy" });
  assert.deepEqual([mineIsFree(busy), offeredModes("1002", busy), reason("1002", busy)], [false, [], "phone_in_use"]);
  assert.equal(reason("1002", scene({ calls: [talk] }, { ...BUSY, "1005": "offline" })), "phone_offline");
});

test("who has not said which phone is theirs is offered a whisper, and asked then", () => {
  const none = { ...scene({ calls: [talk] }, BUSY), me: undefined, asks: true };
  assert.deepEqual(whisperTo(talk, none), ["1002"]);
  assert.deepEqual(whisperTo(talk, { ...none, asks: false }), []);
  const refused = scene({ calls: [talk], can: { "1002": rights({ whisper: "administrators_only" }) } }, BUSY);
  assert.deepEqual(whisperTo(talk, { ...refused, me: undefined, asks: true }), []);
});

test("who only looks is offered nothing", () => {
  const now = { ...scene({ calls: [talk, ringing("b", "1001")] }, BUSY), active: false };
  assert.deepEqual([whisperTo(talk, now), takeFrom(ringing("b", "1001"), now), transferable(talk, "1002", now)], [[], undefined, undefined]);
});

test("a call from outside can be taken while it rings, where the PBX can", () => {
  const rings = ringing("a", "1001", "1002");
  assert.equal(takeFrom(rings, scene({ calls: [rings] })), "1001");
  assert.equal(takeFrom(rings, scene({ calls: [rings], capabilities: { ...CAPABILITIES, take: false } })), undefined);
  assert.equal(takeFrom(talk, scene({ calls: [talk] }, BUSY)), undefined);
  const internal = call("a", [inside("1001", { caller: true }), inside("1002", { state: "ringing" })], { answered_since: null });
  assert.equal(takeFrom(internal, scene({ calls: [internal] })), undefined);
});

test("only an outside party can be transferred, and only by whom the phone obeys", () => {
  assert.equal(transferable(talk, "1002", scene({ calls: [talk] }, BUSY))?.name, "Harbour Dental");
  assert.equal(transferable(talk, "1002", scene({ calls: [talk], can: { "1002": rights({ control: "not_permitted" }) } }, BUSY)), undefined);
  assert.equal(transferable(talk, "1002", scene({ calls: [talk], capabilities: { ...CAPABILITIES, transfer: null } }, BUSY)), undefined);
});

test("while supervising, the own phone is not free for another call", () => {
  const monitors = [{ supervisor: "1005", extension: "1002", mode: "whisper" as const, since: NOW, state: "calling" as const, own: true }];
  assert.equal(mineIsFree(scene({ calls: [talk], monitors })), false);
});
