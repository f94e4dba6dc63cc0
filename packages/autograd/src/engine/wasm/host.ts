// The host's WebAssembly API, as far as the engine uses it. (The compiler's DOM library would
// declare it, along with hundreds of globals that hide forgotten imports.)

export interface Memory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** Adds pages of 64 KiB; throws `RangeError` if the host has none. */
  grow(pages: number): number;
}

interface WebAssemblyHost {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (options: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => Memory;
}

/** The host's WebAssembly; undefined if there is none. */
export const webAssembly: WebAssemblyHost | undefined = (
  globalThis as { readonly WebAssembly?: WebAssemblyHost }
).WebAssembly;
