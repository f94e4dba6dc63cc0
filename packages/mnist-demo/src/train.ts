#!/usr/bin/env node

// The command `train` as a process.

import { runProcess } from "./process.ts";
import { runTrain } from "./train-command.ts";

await runProcess(runTrain);
