import { buildPlayground } from "./page/build.ts";

await buildPlayground("/tmp/coord/j1/out/playground");
