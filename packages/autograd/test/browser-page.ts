// What the browser test's page runs.
import { trained } from "./browser-program.ts";

(globalThis as { result?: unknown }).result = trained();
