#!/usr/bin/env node
// The command `train` as a process.

import { runTrain } from "./command.ts";
import { runProcess } from "./process.ts";

await runProcess(runTrain);
