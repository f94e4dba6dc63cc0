// Runs before each test file of the project "reference" (vitest.config.ts).
import { setBackend } from "@nabla/autograd";

setBackend("reference");
