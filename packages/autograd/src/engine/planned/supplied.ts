// What running plans leaves to be supplied: loops, which few programs have.
import { Supplied } from "../../graph/supplied.ts";
import type { loopsOf } from "./loaded-loop.ts";

export const loops: Supplied<typeof loopsOf> = new Supplied();
