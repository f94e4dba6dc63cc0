declare module "virtual:declarations" {
  /** Where the declarations are that programs are checked with (`vite.config.ts`). */
  const address: string;
  export default address;
}
