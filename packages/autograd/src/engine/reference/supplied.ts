// What the reference leaves to be supplied: families that few programs have.
import { Supplied } from "../../graph/supplied.ts";
import type { convolve } from "./convolve.ts";
import type { repeat } from "./repeat.ts";

export const loops: Supplied<typeof repeat> = new Supplied();
export const convolutions: Supplied<typeof convolve> = new Supplied();
