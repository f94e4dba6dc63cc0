// Supplies the engine, and the reverse pass, with what families need that few programs have.
import { LoopGradients } from "../autodiff/loop-gradients.ts";
import { loopsBack } from "../autodiff/loops-back.ts";
import { convolutionLoops } from "./plan/convolutions.ts";
import { loopStep, plannedLoops } from "./plan/loop-steps.ts";
import { sharedFirst } from "./plan/shared-steps.ts";
import * as planning from "./plan/supplied.ts";
import { loopsOf } from "./planned/loaded-loop.ts";
import * as running from "./planned/supplied.ts";
import { convolve } from "./reference/convolve.ts";
import { repeat } from "./reference/repeat.ts";
import * as reference from "./reference/supplied.ts";

/** Before the first loop is made. */
export function supplyLoops(): void {
  loopsBack.supply((order) => new LoopGradients(order));
  planning.loops.supply({ plannedLoops, loopStep, sharedFirst });
  running.loops.supply(loopsOf);
  reference.loops.supply(repeat);
}

/** Before the first convolution is made. */
export function supplyConvolutions(): void {
  planning.convolutions.supply(convolutionLoops);
  reference.convolutions.supply(convolve);
}
