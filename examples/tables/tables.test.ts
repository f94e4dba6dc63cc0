// The same, small: a model comes back from its file and answers about new rows.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, random } from "@nabla/autograd";
import { expect, test } from "vitest";
import { predict, trainOn } from "./buyers.ts";
import { people } from "./people.ts";

test("a table with missing values becomes a model in a file, which answers about new rows", async () => {
  const before = random.state();
  const folder = await mkdtemp(join(tmpdir(), "nabla-tables-"));
  try {
    manualSeed(1);
    const [table, file] = [join(folder, "people.csv"), join(folder, "buyers.safetensors")];
    await writeFile(table, people(400, 1));
    expect(await trainOn(table, file, 40)).toBeGreaterThan(0.75);
    // What the table says of those whose age and city are known.
    const rows = ["25,Rome,2000", "70,Rome,2000", "25,Oslo,", "70,Paris,2000"];
    const answers = await predict(file, `age,city,income\n${rows.join("\n")}\n`);
    expect(answers).toEqual(["yes", "no", "no", "yes"]);
    // A row alone, with a field of each kind missing, and a city of which training knew nothing.
    expect(["yes", "no"]).toContain((await predict(file, "age,city,income\n,,3000\n"))[0]);
    expect(["yes", "no"]).toContain((await predict(file, "age,city,income\n1,Bonn,\n"))[0]);
  } finally {
    random.restore(before);
    await rm(folder, { recursive: true });
  }
});
