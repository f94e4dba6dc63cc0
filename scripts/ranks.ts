// Trains networks by ranks of MPI, and by one process with as many batches a step, and compares all bits of
// what is trained (packages/mpi/test/models.ts).
import { parseArgs } from "node:util";
import { checksums } from "../packages/mpi/test/models.ts";
import { problemHere, ranks } from "../packages/mpi/test/mpirun.ts";

const help = `Usage: pnpm ranks [--ranks 2,3,4] [--steps 200] [--bucket-bytes 1024]

Trains 784-16-16-10, LeNet with dropout and batch normalisation, and a transformer with dropout, by so
many ranks of MPI each, and by one process with as many batches a step: the weights and the optimiser's
state must have the same bits after so many steps. Gradients are exchanged all at once, and in buckets of so
many bytes. Ends with exit code 1 if any differ. Needs mpirun, or
MPIRUN=/a/path/mpiexec.`;

const { values } = parseArgs({
  options: {
    ranks: { type: "string", default: "2,3,4" },
    steps: { type: "string", default: "200" },
    "bucket-bytes": { type: "string", default: "1024" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(help);
else process.exitCode = await compared(values.ranks.split(",").map(Number), Number(values.steps));

/** Gives the exit code. */
async function compared(sizes: readonly number[], steps: number): Promise<number> {
  const bucketBytes = Number(values["bucket-bytes"]);
  const wrong = [...sizes, steps, bucketBytes].find((n) => !(Number.isSafeInteger(n) && n >= 1));
  if (wrong !== undefined) {
    console.error(
      `--ranks ${values.ranks} --steps ${steps} --bucket-bytes ${bucketBytes}: got ${wrong}, expected ` +
        "positive integers",
    );
    return 1;
  }
  if (problemHere !== undefined) {
    console.error(`ranks: ${problemHere}`);
    return 1;
  }
  let different = 0;
  for (const size of sizes) {
    const alone = await checksums(steps, { accumulate: size });
    for (const bytes of [0, bucketBytes]) {
      const { code, stderr, results } = await ranks<{ readonly models: typeof alone }>(
        size,
        "models",
        { steps, bucketBytes: bytes },
      );
      if (code !== 0) throw new Error(`${size} ranks ended with exit code ${code}:\n${stderr}`);
      const how = bytes === 0 ? "at once" : `in buckets of ${bytes} bytes`;
      for (const [name, sum] of Object.entries(alone)) {
        const others = results.flatMap((one, rank) => (one?.models[name] === sum ? [] : [rank]));
        different += others.length;
        const found = others.length === 0 ? "the same bits" : `other bits on rank ${others.join()}`;
        console.log(
          `${name}, ${size} ranks, ${steps} steps, ${how}: ${found} (${sum.slice(0, 16)})`,
        );
      }
    }
  }
  return different === 0 ? 0 : 1;
}
