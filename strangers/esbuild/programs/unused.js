// Packages that are imported, and not used: a bundler leaves them out.
/* oxlint-disable no-unused-vars */
import { grad, tensor } from "@nabla/autograd";
import * as data from "@nabla/data";
import * as distributions from "@nabla/distributions";
import * as images from "@nabla/images";
import * as signal from "@nabla/signal";

const slope = grad((x) => x.mul(x));
export const six = slope(tensor(3)).itemSync();
