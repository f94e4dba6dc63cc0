// Programs in addresses: what a link holds, and what becomes of links that hold anything else.
import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { askedIn, linkOf, mostCharacters } from "../page/src/program-link.ts";

test("a link brings the program back", () =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 500 }), async (text) => {
      const link = await linkOf(text);
      expect(link).toMatch(/^#program=[\w-]*$/);
      expect(await askedIn(link!)).toEqual({ kind: "program", text });
    }),
    { numRuns: 20 },
  ));

test("a link takes 20,000 characters, whatever they are", async () => {
  const longest = "∇".repeat(mostCharacters);
  expect(await askedIn((await linkOf(longest))!)).toEqual({ kind: "program", text: longest });
  expect(await linkOf(`${longest}∇`)).toBeUndefined();
});

test("anything else is no program, and nothing is unpacked beyond the longest one", async () => {
  const packed = (bytes: Uint8Array): string =>
    `#program=${deflateRawSync(bytes).toString("base64url")}`;
  const good = packed(new TextEncoder().encode("const x = 1;"));
  const hostile = [
    packed(new Uint8Array(50_000_000)),
    packed(new Uint8Array([0xff, 0xfe, 0xc0])),
    good.slice(0, -4),
    "#program=%00",
    "#program=!",
    "#program=A",
    "#constructor=x",
    "#<script>",
  ];
  for (const hash of hostile) {
    expect({ hash: hash.slice(0, 30), asked: await askedIn(hash) }).toEqual({
      hash: hash.slice(0, 30),
      asked: { kind: "unreadable" },
    });
  }
});

test("an address may name an example, or nothing", async () => {
  expect(await askedIn("#example=xor")).toEqual({ kind: "example", name: "xor" });
  expect(await askedIn("")).toEqual({ kind: "nothing" });
  expect(await askedIn("#")).toEqual({ kind: "nothing" });
});
