// A program between the compiler and the worker that runs it.

/** What messages call a program. */
export const programName = "program.ts";

/** Why a program does not go on. */
export interface Failure {
  readonly text: string;
  /** Of the program, from 1. */
  readonly line: number | undefined;
}

/** A program as JavaScript. */
export interface Compiled {
  readonly javascript: string;
  /** A source map, as JSON. */
  readonly map: string;
  /** The modules that it imports, and where the JavaScript names them. */
  readonly imports: readonly {
    readonly name: string;
    readonly from: number;
    readonly to: number;
  }[];
}
