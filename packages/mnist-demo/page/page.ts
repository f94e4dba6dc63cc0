// The command `page` as a process.
import { runProcess } from "../src/process.ts";
import { runPage } from "./page-command.ts";

await runProcess(runPage);
