#!/usr/bin/env node
// The program of the package: its commands as one process.

import { runNamed } from "./commands.ts";
import { runProcess } from "./process.ts";

await runProcess(runNamed);
