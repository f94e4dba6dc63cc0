// A process of its own for disk.test.ts: it is killed while it saves a file, whose path is its argument.
import { tensor } from "@nabla/autograd";
import { saveSafetensors } from "@nabla/nn";

const host = process as unknown as { getBuiltinModule: (name: string) => { rename: () => void } };
host.getBuiltinModule("node:fs/promises").rename = () => process.kill(process.pid, "SIGKILL");
await saveSafetensors(process.argv[2]!, { x: tensor([1]) });
