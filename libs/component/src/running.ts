/** A started component. */
export interface Running {
  /** Ends what was started and frees ports and files; resolves when nothing is left. May be called twice. */
  stop(): Promise<void>;
}

/** Stops several in the given order; every one gets its turn, the first failure is thrown at the end. */
export function stopAll(parts: readonly Running[]): Running {
  let stopping: Promise<void> | undefined;
  const stopEach = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const part of parts) await part.stop().catch((error: unknown) => failures.push(error));
    if (failures.length) throw failures[0];
  };
  return { stop: () => (stopping ??= stopEach()) };
}
