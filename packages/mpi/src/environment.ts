// Environment variables set by the launchers of MPI programs.

/** The processes of the program that this one is of. */
export interface Launch {
  /** How many there are. */
  readonly size: number;
  /** How many of them are on this machine, if that is known. */
  readonly local: number | undefined;
  /** Whose library it is that started them. */
  readonly kind: "Open MPI" | "MPICH";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined for a process not started by a launcher. */
export function launchOf(environment: Environment): Launch | undefined {
  const count = (name: string) => {
    const value = Number(environment[name]);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const open = count("OMPI_COMM_WORLD_SIZE");
  if (open) return { size: open, local: count("OMPI_COMM_WORLD_LOCAL_SIZE"), kind: "Open MPI" };
  const mpich = count("PMI_SIZE");
  return mpich ? { size: mpich, local: count("MPI_LOCALNRANKS"), kind: "MPICH" } : undefined;
}
