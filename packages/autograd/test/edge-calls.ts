// Every public call of the library with what it may be given, edges included: edges.ts says what must hold of all of
// them, and arguments.test.ts which public name is missing.
import type { EdgeCall } from "./edge-call.ts";
import { functionCalls } from "./edge-functions.ts";
import { operationCalls } from "./edge-operations.ts";

export const edgeCalls: readonly EdgeCall[] = [...operationCalls, ...functionCalls];
