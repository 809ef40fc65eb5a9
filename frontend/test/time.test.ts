import assert from "node:assert/strict";
import { test } from "node:test";

import { ago, timeOfDay, ended, now, running, setClock, spoken } from "../src/time.ts";

test("a running time has no leading zero, and hours only when there are any", () => {
  assert.deepEqual([0, 7, 59.9994, 60, 758, 3723].map(running), ["0:00", "0:07", "1:00", "1:00", "12:38", "1:02:03"]);
});

test("a start in the future shows zero", () => assert.equal(running(-3), "0:00"));

test("the time is that of Home Assistant, whatever the timeOfDay of the browser says", () => {
  setClock(Date.now() / 1000 - 500);
  assert.ok(Math.abs(now() - (Date.now() / 1000 - 500)) < 0.1);
  setClock(Date.now() / 1000);
});

test("durations and ages are said in the user's language", () => {
  assert.equal(spoken(250, "en"), "4 minutes");
  assert.equal(spoken(7, "de"), "7 Sekunden");
  assert.equal(ago(190, "en"), "3 minutes ago");
  assert.equal(ago(7300, "de"), "vor 2 Stunden");
});

test("a call that ended shows minutes, the time of day, or the day", () => {
  const hass = { language: "en", locale: { language: "en", time_format: "24" } };
  assert.equal(ended(now() - 180, hass), "3 min");
  assert.match(ended(now() - 3 * 86400, hass), /^[A-Z][a-z]{2} \d+$/);
  assert.match(timeOfDay(now(), hass), /^\d\d:\d\d$/);
  assert.match(timeOfDay(now(), { language: "en", locale: { language: "en", time_format: "12" } }), /[AP]M$/);
});
