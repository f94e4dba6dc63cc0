#!/usr/bin/env node
// The command `explain` as a process.

import { runProcess } from "../process.ts";
import { runExplain } from "./explain-command.ts";

await runProcess(runExplain);
