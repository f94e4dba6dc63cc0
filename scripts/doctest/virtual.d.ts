declare module "virtual:examples" {
  export const examples: readonly {
    readonly place: string;
    readonly runs: boolean;
    readonly run: () => Promise<unknown>;
  }[];
}
