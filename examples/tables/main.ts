import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed } from "@nabla/autograd";
import { predict, trainOn } from "./buyers.ts";
import { people } from "./people.ts";

manualSeed(1);
const folder = await mkdtemp(join(tmpdir(), "nabla-tables-"));
const [table, file] = [join(folder, "people.csv"), join(folder, "buyers.safetensors")];
await writeFile(table, people(1000, 1));
const right = await trainOn(table, file, 60);
console.log(`${(100 * right).toFixed(1)} % of the rows held back are right`);

const news = ["25,Rome,2000", "70,Rome,2000", "25,Oslo,", "70,Madrid,2000", ",,"];
const answers = await predict(file, `age,city,income\n${news.join("\n")}\n`);
for (const [i, row] of news.entries()) console.log(`${row.padEnd(14)} ${answers[i]}`);
await rm(folder, { recursive: true });
if (right < 0.8) {
  console.error("that is not what it should be");
  process.exitCode = 1;
}
