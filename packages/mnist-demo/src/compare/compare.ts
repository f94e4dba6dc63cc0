#!/usr/bin/env node
// The command `compare` as a process.

import { runProcess } from "../process.ts";
import { runCompare } from "./compare-command.ts";

await runProcess(runCompare);
