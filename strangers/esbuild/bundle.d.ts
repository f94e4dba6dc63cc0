import type { BuildOptions, Metafile } from "esbuild";

interface Bundle {
  readonly text: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly inputs: Metafile["outputs"][string]["inputs"];
}

export declare function bundle(file: string, options?: BuildOptions): Promise<Bundle>;
