// A process of its own for hosts.test.ts, whose intrinsics are frozen: it computes, and says where.
import { findNaN, parameter, tensor } from "@nabla/autograd";

const w = parameter([2, 3]);
const x = tensor([1, 4]);
w.mul(x).log().sum().backward();
console.log(w.grad?.arraySync(), findNaN(x.neg().sqrt()) !== undefined);
