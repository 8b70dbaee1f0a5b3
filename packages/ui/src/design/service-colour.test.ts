import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceLooks } from "./service-colour.ts";

function monograms(...services: readonly string[]): string {
  const looks = serviceLooks(services);
  return services.map((service) => looks.get(service)?.monogram).join(" ");
}

test("a service has the same colour in every trace in which nobody is in its way", () => {
  const alone = serviceLooks(["payment"]).get("payment");
  const second = serviceLooks(["inventory", "payment"]).get("payment");
  assert.deepEqual(second, alone);
});

test("colours do not depend on the order in which services come", () => {
  const names = ["gateway", "payment", "inventory", "redis", "postgres"];
  assert.deepEqual(serviceLooks(names.toReversed()), serviceLooks(names));
});

test("eight services have eight hues, the next eight have a texture", () => {
  const names = Array.from({ length: 16 }, (_, index) => `service-${index}`);
  const looks = [...serviceLooks(names).values()];
  assert.equal(new Set(looks.map(({ hue, isStriped }) => `${hue} ${isStriped}`)).size, 16);
  assert.equal(new Set(looks.slice(0, 8).map(({ hue }) => hue)).size, 8);
  assert.ok(looks.slice(0, 8).every((look) => !look.isStriped));
});

test("more services than looks repeat looks instead of failing", () => {
  const names = Array.from({ length: 100 }, (_, index) => `service-${index}`);
  assert.equal(serviceLooks(names).size, 100);
});

test("letters are the initials of two words, or the first two of one", () => {
  assert.equal(monograms("api-gateway", "payment", "inventory_db"), "AG PA ID");
});

test("two services of one picture do not share their letters", () => {
  assert.equal(monograms("parcel", "payment"), "PA PY");
});

test("names of one letter, of none, and of other scripts have letters", () => {
  assert.equal(monograms("x"), "X");
  assert.equal(monograms("--"), "?");
  assert.equal(monograms("оплата"), "ОП");
});
