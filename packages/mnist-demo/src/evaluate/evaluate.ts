#!/usr/bin/env node
// The command `evaluate` as a process.

import { runProcess } from "../process.ts";
import { runEvaluate } from "./evaluate-command.ts";

await runProcess(runEvaluate);
