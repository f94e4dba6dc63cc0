import { train } from "./train.js";

postMessage(train());
