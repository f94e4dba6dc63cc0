/**
 * Runs what `@nabla/autograd` computes as C, compiled for the processor at hand while WebAssembly
 * goes on. Importing it is enough.
 *
 * @module @nabla/native
 */
import { setBackend } from "@nabla/autograd";
import { register } from "@nabla/autograd/backend";
import { nativeBackend } from "./backend.ts";

export { type Native, type NativePrograms, native } from "./backend.ts";

register(nativeBackend);
if (nativeBackend.problem() === undefined) setBackend("native");
