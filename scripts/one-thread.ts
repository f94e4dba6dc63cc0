// Runs before each test file (vitest.config.ts). Files run side by side, one for each processor and one
// more; threads of their own would only take turns with them. Tests of threads ask for some.
import { threads } from "@nabla/autograd";

threads(1);
