import assert from "node:assert/strict";
import { test } from "node:test";

import { directory, entries } from "../src/directory.ts";
import { house } from "./scene.ts";

test("the registries name the PBX, its people and their switches", () => {
  const found = directory(house(), { type: "" }, "entry");
  assert.equal(found.name, "S100");
  assert.deepEqual(found.people.map(({ number }) => number), ["1001", "1002", "1003", "1005", "1006"]);
  assert.equal(found.byNumber.get("1002")?.disturb, "switch.1002");
  assert.deepEqual(entries(house()), [{ id: "entry", name: "S100" }]);
});

test("hidden, disabled and unreadable entities are left out, and so are those of another PBX", () => {
  const hass = house();
  (hass.entities["sensor.1001"] as { hidden?: boolean }).hidden = true;
  delete hass.states["sensor.1002"];
  delete hass.states["switch.1003"];
  (hass.devices["1005"] as { config_entry_id?: string }).config_entry_id = "another";
  const found = directory(hass, { type: "" }, "entry");
  assert.deepEqual(found.people.map(({ number }) => number), ["1003", "1006"]);
  assert.equal(found.byNumber.get("1003")?.disturb, undefined);
});

test("a team is named by devices or numbers, and sorted by name if wanted", () => {
  const found = directory(house(), { type: "", extensions: ["1006", "1002", "1001"], sort: "name" }, "entry");
  assert.deepEqual(found.people.map(({ name }) => name), ["Amy Baker", "Erwin Co", "Tomás Silva"]);
});

test("a number in the name of a device is not shown twice", () => {
  const hass = house();
  (hass.devices["1002"] as { name: string }).name = "Amy Baker (1002)";
  (hass.devices["1003"] as { name: string }).name = "Room (9)";
  const found = directory(hass, { type: "" }, "entry");
  assert.deepEqual(["1002", "1003"].map((number) => found.byNumber.get(number)?.name), ["Amy Baker", "Room (9)"]);
});

test("a search finds letters in any case, and numbers", () => {
  assert.ok(directory(house(), { type: "" }, "entry").people.some(({ haystack }) => haystack.includes("müller") && haystack.includes("1003")));
});
