import { parentPort } from "node:worker_threads";
import { train } from "./train.js";

parentPort.postMessage(train());
