import { describe, expect, test } from "vitest";
import { Supplied } from "../src/graph/supplied.ts";

describe("a supplied part", () => {
  test("is what was supplied, even if that is 0", () => {
    const part = new Supplied<number>();
    part.supply(0);
    expect(part.part).toBe(0);
  });

  test("is never missing silently", () => {
    expect(() => new Supplied().part).toThrow("unreachable: a part that nobody supplied");
  });
});
